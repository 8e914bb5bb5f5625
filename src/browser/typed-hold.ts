// Silence that was asked for in writing. What is typed over the agent stops it, but only once the conversation has it:
// until then the voice stands still, so that nothing more is heard than when it was sent, however long its way is.

import type { Clock } from "./clock.ts";
import { HOLD_MAX_MS } from "./voice-hold.ts";

export class TypedHold {
  readonly #clock: Clock;
  readonly #resume: () => void;
  #cancelWait: (() => void) | null = null;

  constructor(clock: Clock, resume: () => void) {
    this.#clock = clock;
    this.#resume = resume;
  }

  get isHeld(): boolean {
    return this.#cancelWait !== null;
  }

  /** What is typed meanwhile makes it no longer: of a conversation that takes nothing the rest is heard. */
  begin(): void {
    this.#cancelWait ??= this.#clock.after(HOLD_MAX_MS, () => this.goOn());
  }

  /** Everything was dropped. */
  flushed(): void {
    this.#cancelWait?.();
    this.#cancelWait = null;
  }

  /** There is nothing to hold any more, or nobody confirmed it. */
  goOn(): void {
    if (!this.isHeld) return;
    this.flushed();
    this.#resume();
  }
}
