// What is asked of the model: an answer, the greeting, a check-in, or to stop.

import type { AgentDefinition } from "../define.ts";
import type { ItemStore } from "../store/item-store.ts";
import type { AgentSpeech } from "./agent-speech.ts";
import type { Audience } from "./audience.ts";
import { checkIn, continuation, greetingInstructions } from "./model-setup.ts";
import type { Model } from "./ports.ts";
import type { Receipts } from "./receipts.ts";

export interface AskingWorld {
  agent: AgentDefinition;
  speech: AgentSpeech;
  receipts: Receipts;
  items: ItemStore;
  audience: Audience;
  model(): Model | undefined;
}

export class Asking {
  readonly #world: AskingWorld;

  constructor(world: AskingWorld) {
    this.#world = world;
  }

  /** The first `protectedMs` of the greeting are not interrupted. */
  greet(protectedMs: number): void {
    const { agent, model, speech } = this.#world;
    speech.greetNext(protectedMs);
    model()?.answer({ instructions: greetingInstructions(agent.greeting ?? "") });
  }

  checkIn(): void {
    this.#world.model()?.answer(checkIn(this.#world.agent));
  }

  answer(): void {
    const { agent, receipts, speech } = this.#world;
    const model = this.#world.model();
    speech.noGreeting();
    receipts.asked();
    const brokenOff = speech.takeBrokenOff();
    const request = brokenOff === undefined ? {} : continuation(agent, brokenOff.mayCall);
    // One that answers by itself is not asked.
    if (model?.abilities.needsCreate === true) model.answer(request);
  }

  /** There will be no answer: nothing is owed, and the page is told. */
  failed(): void {
    const { audience, items, receipts } = this.#world;
    receipts.failed();
    items.setNothingOwed();
    audience.broadcast({
      type: "error",
      code: "answer_failed",
      message: "The answer failed. Please say it again.",
      retryable: true,
    });
  }

  cancel(): void {
    const model = this.#world.model();
    this.#world.speech.playout.dropRest();
    // One that cannot be stopped is left to talk to nobody.
    if (model?.abilities.cancels === true) model.cancelAnswer();
  }
}
