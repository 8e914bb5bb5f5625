// The tool calls of answers, from the model's word to the stored output: written before they run, started when their
// answer is done, each with exactly one output, whatever happens to it (rule TO1).

import { failedOutcome } from "../tools/runner.ts";
import type { ToolOutcome } from "../tools/runner.ts";
import type { ItemStore } from "../store/item-store.ts";
import type { Clock, ModelEvent, ModelItem } from "./ports.ts";
import { ToolRuns } from "./tool-runs.ts";
import type { ToolRunsWorld } from "./tool-runs.ts";
import type { StoredCall, Transcript } from "./transcript.ts";

export interface AnswerCallsWorld extends Omit<ToolRunsWorld, "done"> {
  items: ItemStore;
  transcript: Transcript;
  clock: Clock;
  /** Tells the running session of an item, if one is told of items at all. */
  tell(item: ModelItem): void;
  /** A call that ran has its output; one that `endsTurn` wants no answer to it. */
  done(awaited: boolean, endsTurn: boolean): void;
}

export class AnswerCalls {
  readonly #world: AnswerCallsWorld;
  readonly #runs: ToolRuns;
  /** Calls of the running answer. */
  #called: StoredCall[] = [];
  /** Calls the running session knows of: its own, and the replayed ones. */
  readonly #known = new Set<string>();
  /** Calls a crash left without output, to be run again once the session is ready. */
  #toRerun: StoredCall[] = [];

  constructor(world: AnswerCallsWorld) {
    this.#world = world;
    this.#runs = new ToolRuns({
      ...world,
      done: (call, outcome, awaited) => {
        this.#store(call, outcome);
        world.done(awaited, outcome.ok && world.registry.get(call.name)?.endsTurn === true);
      },
    });
  }

  /** How many running calls the next answer waits for. */
  get awaited(): number {
    return this.#runs.awaited;
  }

  /** Whether any call runs, a slow one included. */
  get running(): boolean {
    return this.#runs.running;
  }

  /** Whether a call waits for the page's word: a page that joins now may give it. */
  isWaiting(callId: string): boolean {
    return this.#runs.isWaiting(callId);
  }

  called(event: Extract<ModelEvent, { type: "tool_call" }>): void {
    // A call whose arguments were cut off by a cancel was never made.
    if (!event.complete) return;
    const { itemId, callId, name, argumentsJson } = event;
    const call: StoredCall = { itemId, callId, name, argumentsJson, startedAt: this.#world.clock.now() };
    this.#world.transcript.toolCall(call);
    this.#known.add(callId);
    this.#called.push(call);
  }

  /** The answer is done: its calls start. Returns how many of them the next answer waits for. */
  start(): number {
    return this.#called.splice(0).filter((call) => this.#runs.start(call)).length;
  }

  /** The answer was interrupted or failed: its calls do not run, and the model is told so. */
  drop(): void {
    for (const call of this.#called.splice(0)) {
      this.#store(call, failedOutcome("The answer broke off before this ran."));
    }
  }

  approve(callId: string, approved: boolean): void {
    this.#runs.approve(callId, approved);
  }

  /**
   * A fresh session is about to be told the items. Calls that a crash left without output: one that is `idempotent` is
   * to run again, once, for it may be what caused the crash; any other gets a failed output.
   */
  settleCrashed(): void {
    for (const row of this.#world.items.callsWithoutOutput()) {
      if (row.call_id === null || this.#runs.isRunning(row.call_id)) continue;
      if (this.#toRerun.some(({ callId }) => callId === row.call_id)) continue;
      const call: StoredCall = {
        itemId: row.id,
        callId: row.call_id,
        name: row.tool_name ?? "",
        argumentsJson: row.text,
        startedAt: row.started_at,
      };
      if (this.#world.registry.get(call.name)?.idempotent === true && row.reran === 0) {
        this.#world.items.setReran(row.id);
        this.#toRerun.push(call);
      } else this.#world.transcript.toolOutput(call, failedOutcome("The call was interrupted."));
    }
  }

  /**
   * Runs again what is to run again. Not in the step that wrote so: a tool that ends the object at once would undo the
   * writing. Returns how many calls the next answer waits for.
   */
  rerun(): number {
    return this.#toRerun.splice(0).filter((call) => this.#runs.start(call)).length;
  }

  replayed(items: readonly ModelItem[]): void {
    for (const item of items) if (item.kind === "tool_call") this.#known.add(item.callId);
  }

  /** The session is over; the next one knows nothing. */
  sessionOver(): void {
    this.#known.clear();
  }

  /** Aborts what runs; nothing is reported any more. */
  end(): void {
    this.#runs.end();
  }

  #store(call: StoredCall, outcome: ToolOutcome): void {
    const { transcript, tell } = this.#world;
    const id = transcript.toolOutput(call, outcome);
    // A call that outlived its session was not replayed, for it had no output: now it has both halves.
    if (!this.#known.has(call.callId)) {
      const { itemId, callId, name, argumentsJson } = call;
      tell({ kind: "tool_call", id: itemId, callId, name, argumentsJson });
    }
    tell({ kind: "tool_output", id, callId: call.callId, output: outcome.output });
  }
}
