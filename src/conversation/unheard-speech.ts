// Speech that the page hears and the model does not: either it was none, or nobody listens at the other end any more.
// The upstream is asked whether it is there, and until that is clear the audio does not count as heard (rule MI8).

import type { MicrophoneLine } from "./microphone-line.ts";
import type { Clock } from "./ports.ts";

/** Rule 8: the page hears speech, and so long the model does not. */
export const UNHEARD_SPEECH_MS = 2_000;
/** An upstream that is asked answers, or counts as dead, within 3 s. */
export const PROBE_SETTLED_MS = 4_000;

export class UnheardSpeech {
  readonly #clock: Clock;
  readonly #line: MicrophoneLine;
  readonly #ask: () => void;
  #callOff: () => void = () => undefined;

  /** `ask`: find out whether the model is there. */
  constructor(clock: Clock, line: MicrophoneLine, ask: () => void) {
    this.#clock = clock;
    this.#line = line;
    this.#ask = ask;
  }

  /** The page hears a voice. */
  began(): void {
    this.#line.hold();
    this.#watch();
  }

  /** The model hears it too. */
  heard(): void {
    this.rest();
    this.#line.release();
  }

  /** A fresh session gets what the last one may not have heard. */
  sessionReady(): void {
    if (this.#line.isHeld) this.#watch();
  }

  /** No session: nothing can be asked. */
  rest(): void {
    this.#callOff();
  }

  #watch(): void {
    this.#callOff();
    this.#callOff = this.#clock.after(UNHEARD_SPEECH_MS, () => {
      this.#ask();
      this.#callOff = this.#clock.after(PROBE_SETTLED_MS, () => this.#line.release());
    });
  }
}
