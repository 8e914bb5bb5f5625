// A page that lost its network has not left: for a short while its floor, its half sentence and what it plays wait for
// it, and the session stays. Without this a second in a tunnel would cost the answer and a rebuild.

import type { Caller, Clock } from "./ports.ts";

/** How long: less than playback may stand still. A page dials again within seconds of its network's return; an open upstream for nobody costs money. */
export const PAGE_BACK_MS = 8_000;

export class Absence {
  readonly #clock: Clock;
  readonly #gone: (caller: Caller) => void;
  readonly #missing = new Map<string, () => void>();

  /** `gone` is told of a page that did not come back. */
  constructor(clock: Clock, gone: (caller: Caller) => void) {
    this.#clock = clock;
    this.#gone = gone;
  }

  /** Its socket broke. */
  wait(caller: Caller): void {
    this.#missing.get(caller.id)?.();
    this.#missing.set(
      caller.id,
      this.#clock.after(PAGE_BACK_MS, () => {
        this.#missing.delete(caller.id);
        this.#gone(caller);
      }),
    );
  }

  /** It has another socket now, or is wanted no more. */
  over(caller: Caller): void {
    this.#missing.get(caller.id)?.();
    this.#missing.delete(caller.id);
  }

  isMissing(caller: Caller): boolean {
    return this.#missing.has(caller.id);
  }

  /** It is not waited for any longer. */
  giveUp(caller: Caller): void {
    if (!this.#missing.has(caller.id)) return;
    this.over(caller);
    this.#gone(caller);
  }

  end(): void {
    for (const callOff of this.#missing.values()) callOff();
    this.#missing.clear();
  }
}
