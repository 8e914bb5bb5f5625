// What a fresh session is told of the talk so far, and what it is owed by it.

import type { AgentDefinition } from "../define.ts";
import type { ItemStore } from "../store/item-store.ts";
import type { SpeechStore } from "../store/speech-store.ts";
import type { ModelItem } from "./ports.ts";
import { resumeFrom } from "./resume.ts";

export class Retelling {
  readonly #agent: AgentDefinition;
  readonly #items: ItemStore;
  readonly #speech: SpeechStore;
  /** A page has opened the conversation by voice: only then is it greeted. */
  mayGreet = false;
  /** The stored items end with a turn that was never answered. */
  #isOwed = false;
  #owedTurn: string | undefined;

  constructor(agent: AgentDefinition, items: ItemStore, speech: SpeechStore) {
    this.#agent = agent;
    this.#items = items;
    this.#speech = speech;
  }

  /** The stored items, as the session is told of them. */
  tell(): ModelItem[] {
    const { items, answerOwed } = resumeFrom(
      this.#items.newestRows(this.#agent.limits.replayItems),
      this.#items.conversation().owedFrom,
      (itemId) => this.#speech.read(itemId),
    );
    this.#isOwed = answerOwed;
    this.#owedTurn = answerOwed ? items.findLast(isTurn)?.id : undefined;
    return items;
  }

  /** What was found while telling. */
  get isOwed(): boolean {
    return this.#isOwed;
  }

  /** The user's turn that is owed an answer, maybe by way of a tool. */
  get owedTurn(): string | undefined {
    return this.#owedTurn;
  }

  /** Whether the talk begins with a greeting. */
  get greets(): boolean {
    const { greeting } = this.#agent;
    if (greeting === undefined || !this.mayGreet) return false;
    return !this.#items.conversation().greeted && this.#items.nextPosition() === 0;
  }
}

function isTurn(item: ModelItem): boolean {
  return item.kind === "speech" || (item.kind === "message" && item.role === "user");
}
