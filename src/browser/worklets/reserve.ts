// How much audio is gathered before the speaker begins. It starts small, for most networks are good; a queue that ran
// dry makes it larger, by about what was missing; a long time without trouble makes it smaller again. It only decides
// when the next beginning is: what plays already is neither stretched nor squeezed.

import { msToSamples } from "../../audio/format.ts";

/** The first reserve, and the least: two frames. One may be late by its whole length, and nobody feels a pause. */
export const RESERVE_MS = 80;
/** A queue that ran dry asks for at least this much more, ... */
export const GROW_MS = 40;
/** ... and at most for this much at a time: a single long stall says little about the next minute. */
export const MAX_GROW_MS = 120;
/** Where the pause before an answer begins to be felt, and where most mobile networks are covered. */
export const MAX_RESERVE_MS = 320;
/** So much audio played without running dry, and ... */
export const CALM_MS = 10_000;
/** ... never with less than this left while more was to come: then the reserve may be smaller ... */
export const COMFORT_MS = 60;
/** ... by so much. It takes four times as long to shrink as to grow, for a gap is worse than a short delay. */
export const SHRINK_MS = 20;

export class Reserve {
  #samples = msToSamples(RESERVE_MS);
  #calmSamples = 0;
  #leastLeft = Infinity;

  get samples(): number {
    return this.#samples;
  }

  /** So many samples were played. `left` were waiting before it, and more of the item was still to come. */
  played(samples: number, left: number): void {
    this.#calmSamples += samples;
    if (left < this.#leastLeft) this.#leastLeft = left;
    if (this.#calmSamples < msToSamples(CALM_MS)) return;
    if (this.#leastLeft >= msToSamples(COMFORT_MS)) {
      this.#samples = Math.max(msToSamples(RESERVE_MS), this.#samples - msToSamples(SHRINK_MS));
    }
    this.#startOver();
  }

  /** The queue was dry for so many samples before more came. */
  wasShort(samples: number): void {
    const grow = Math.min(msToSamples(MAX_GROW_MS), Math.max(msToSamples(GROW_MS), samples));
    this.#samples = Math.min(msToSamples(MAX_RESERVE_MS), this.#samples + grow);
    this.#startOver();
  }

  #startOver(): void {
    this.#calmSamples = 0;
    this.#leastLeft = Infinity;
  }
}
