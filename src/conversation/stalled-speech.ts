// Speech whose frames stop coming is never ended by the model, which counts audio and not time: a timer does.

import type { Clock } from "./ports.ts";

/** A page that is there sends 25 frames a second; its network may hold them up for so long. */
export const SPEECH_STALL_MS = 2_000;

export class StalledSpeech {
  readonly #clock: Clock;
  readonly #stalled: () => void;
  #lastFrameMs = 0;
  #callOff: (() => void) | undefined;

  constructor(clock: Clock, stalled: () => void) {
    this.#clock = clock;
    this.#stalled = stalled;
  }

  /** Hot path. */
  frame(now: number): void {
    this.#lastFrameMs = now;
  }

  /** Somebody has begun to speak. */
  began(): void {
    this.rest();
    this.#callOff = this.#clock.after(SPEECH_STALL_MS, () => {
      if (this.#clock.now() - this.#lastFrameMs < SPEECH_STALL_MS) this.began();
      else this.#stalled();
    });
  }

  rest(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }
}
