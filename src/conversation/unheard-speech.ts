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
  #isWatching = false;
  #isHeardThere = false;

  /** `ask`: find out whether the model is there. */
  constructor(clock: Clock, line: MicrophoneLine, ask: () => void) {
    this.#clock = clock;
    this.#line = line;
    this.#ask = ask;
  }

  /** The page hears a voice. One that comes and goes does not put the question off. */
  began(): void {
    this.#isHeardThere = true;
    this.#line.hold();
    if (!this.#isWatching) this.#watch();
  }

  /** The page hears none any more. That is no answer: a word may be over before anybody notices that nobody listens. */
  ended(): void {
    this.#isHeardThere = false;
  }

  /** The model hears it too. */
  heard(): void {
    this.rest();
    this.#line.release();
  }

  /** Nobody's detector is asked any more. */
  forget(): void {
    this.#isHeardThere = false;
    this.heard();
  }

  /** A fresh session gets what the last one may not have heard. */
  sessionReady(): void {
    if (this.#line.isHeld) this.#watch();
  }

  /** No session: nothing can be asked. */
  rest(): void {
    this.#isWatching = false;
    this.#callOff();
  }

  #watch(): void {
    this.rest();
    this.#isWatching = true;
    this.#callOff = this.#clock.after(UNHEARD_SPEECH_MS, () => {
      this.#ask();
      this.#callOff = this.#clock.after(PROBE_SETTLED_MS, () => this.#settle());
    });
  }

  /** The model is there, and what it heard was no speech. */
  #settle(): void {
    this.rest();
    this.#line.release();
    if (this.#isHeardThere) this.began();
  }
}
