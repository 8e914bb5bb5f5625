// What false alarms teach: each raises a threshold by a step, and time takes the steps back one by one.

import { FRAME_MS } from "../audio/format.ts";

/** What a false alarm adds to the threshold: 3.5 dB. */
const STEP = 1.5;
/** 14 dB in all: somebody who speaks up near the microphone is still heard. */
const MAX_STEPS = 4;

export class Wariness {
  readonly #stepBackFrames: number;
  #steps = 0;
  #framesSinceStep = 0;

  /** After so much audio one step is taken back: the noise may have gone. */
  constructor(stepBackMs: number) {
    this.#stepBackFrames = stepBackMs / FRAME_MS;
  }

  /** By how much the threshold is raised. */
  get factor(): number {
    return STEP ** this.#steps;
  }

  /** One more frame has gone by. */
  frame(): void {
    if (this.#steps > 0 && ++this.#framesSinceStep >= this.#stepBackFrames) this.#stepTo(this.#steps - 1);
  }

  wasFooled(): void {
    this.#stepTo(Math.min(MAX_STEPS, this.#steps + 1));
  }

  wasRight(): void {
    this.#stepTo(Math.max(0, this.#steps - 1));
  }

  reset(): void {
    this.#stepTo(0);
  }

  #stepTo(steps: number): void {
    this.#steps = steps;
    this.#framesSinceStep = 0;
  }
}
