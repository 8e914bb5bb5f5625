// When the next piece of speech may be sent: at the asked pace, and not to a client that does not read. Every wait
// ends at once when the response ends.

import { samplesToMs } from "../../audio/format.ts";

/** How often a socket that is full is looked at again. */
const FULL_SOCKET_POLL_MS = 20;

export class Pacing {
  readonly #startedAt = performance.now();
  readonly #pace: () => number;
  readonly #isFull: () => boolean;
  #stopped = false;
  #wake: () => void = () => {};

  /** `pace` is seconds of speech per second; infinite for no pacing. */
  constructor(pace: () => number, isFull: () => boolean) {
    this.#pace = pace;
    this.#isFull = isFull;
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  /** Resolves when the audio after `samples` is due. */
  async until(samples: number): Promise<void> {
    const pace = this.#pace();
    if (Number.isFinite(pace)) {
      await this.wait(this.#startedAt + samplesToMs(samples) / pace - performance.now());
    }
    while (!this.#stopped && this.#isFull()) await this.wait(FULL_SOCKET_POLL_MS);
  }

  wait(ms: number): Promise<void> {
    if (ms <= 0 || this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
