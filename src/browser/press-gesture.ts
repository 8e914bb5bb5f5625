// What a finger or a key on the talk button means with push-to-talk: held, it talks until it is let go; a short tap
// begins and another one ends, for those who cannot or will not hold. Whose finger it is the document knows.

import type { Clock } from "./clock.ts";

/** Let go sooner than this it was a tap: nobody says a word in a quarter of a second. */
export const TAP_MS = 250;

export interface PressActions {
  begin(): void;
  end(): void;
  cancel(): void;
}

type Gesture = { is: "none" } | { is: "held"; sinceMs: number } | { is: "latched" };

export class PressGesture {
  readonly #clock: Pick<Clock, "now">;
  readonly #actions: PressActions;
  #gesture: Gesture = { is: "none" };

  constructor(clock: Pick<Clock, "now">, actions: PressActions) {
    this.#clock = clock;
    this.#actions = actions;
  }

  get is(): Gesture["is"] {
    return this.#gesture.is;
  }

  down(): void {
    if (this.#gesture.is === "none") {
      this.#gesture = { is: "held", sinceMs: this.#clock.now() };
      this.#actions.begin();
    } else if (this.#gesture.is === "latched") {
      this.#end();
    }
  }

  up(): void {
    if (this.#gesture.is !== "held") return;
    if (this.#clock.now() - this.#gesture.sinceMs < TAP_MS) this.#gesture = { is: "latched" };
    else this.#end();
  }

  /** The finger slid into a system gesture, or the window lost the keyboard: nobody will say that it was let go. */
  lost(): void {
    if (this.#gesture.is === "held") this.#end();
  }

  /** Pressed without a finger: Enter, or a screen reader. */
  toggle(): void {
    if (this.#gesture.is !== "none") return this.#end();
    this.#gesture = { is: "latched" };
    this.#actions.begin();
  }

  /** True when there was something to cancel. */
  cancel(): boolean {
    if (this.#gesture.is === "none") return false;
    this.#gesture = { is: "none" };
    this.#actions.cancel();
    return true;
  }

  /** The press ended without the hand: the microphone is gone, or it lasted too long. */
  reset(): void {
    this.#gesture = { is: "none" };
  }

  #end(): void {
    this.#gesture = { is: "none" };
    this.#actions.end();
  }
}
