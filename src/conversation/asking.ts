// What is asked of the model: an answer, the greeting, a check-in, or to stop.

import type { AgentDefinition } from "../define.ts";
import type { AgentSpeech } from "./agent-speech.ts";
import { checkIn, continuation, greetingInstructions } from "./model-setup.ts";
import type { Model } from "./ports.ts";
import type { Receipts } from "./receipts.ts";

export interface AskingWorld {
  agent: AgentDefinition;
  speech: AgentSpeech;
  receipts: Receipts;
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
    speech.protectNext(protectedMs);
    model()?.answer({ instructions: greetingInstructions(agent.greeting ?? "") });
  }

  checkIn(): void {
    this.#world.model()?.answer(checkIn(this.#world.agent));
  }

  answer(): void {
    const { agent, receipts, speech } = this.#world;
    const model = this.#world.model();
    speech.protectNext(0);
    receipts.asked();
    const request = speech.takeBrokenOff() ? continuation(agent) : {};
    // One that answers by itself is not asked.
    if (model?.abilities.needsCreate === true) model.answer(request);
  }

  cancel(): void {
    const model = this.#world.model();
    this.#world.speech.playout.dropRest();
    // One that cannot be stopped is left to talk to nobody.
    if (model?.abilities.cancels === true) model.cancelAnswer();
  }
}
