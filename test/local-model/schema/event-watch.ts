// Watches what the local models in this process send, and keeps what was wrong with it until somebody asks.

import { SENT_EVENTS } from "../../../src/local-model/sent-events.ts";
import { EventChecker } from "./event-checker.ts";

/** Enough of an event to recognise it by. */
const MAX_EVENT_SHOWN = 400;

export class EventWatch {
  readonly types = new Set<string>();
  #unchecked: string[] = [];
  #checker: EventChecker | undefined;

  constructor() {
    SENT_EVENTS.subscribe(this.#collect);
  }

  /** Checks what was sent since the last time. Throws if any of it was wrong: each fault once, with one such event. */
  async check(): Promise<void> {
    const texts = this.#unchecked;
    this.#unchecked = [];
    // Most test files start no local model: they need no schemas.
    if (texts.length === 0) return;
    this.#checker ??= await EventChecker.load();
    const problems = new Map<string, string>();
    for (const text of texts) {
      const event = JSON.parse(text) as { type: string };
      this.types.add(event.type);
      const problem = this.#checker.problem(event);
      if (problem !== undefined) problems.set(problem, `${problem}\n  in ${text.slice(0, MAX_EVENT_SHOWN)}`);
    }
    if (problems.size === 0) return;
    throw new Error(`sent otherwise than the openai package declares:\n${[...problems.values()].join("\n")}`);
  }

  end(): void {
    SENT_EVENTS.unsubscribe(this.#collect);
  }

  readonly #collect = (text: unknown): void => {
    this.#unchecked.push(String(text));
  };
}
