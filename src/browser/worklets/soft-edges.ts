// Sound that begins or breaks off inside a wave clicks. Here it begins on a slope, and where it breaks off its last
// value slides to nothing. No sample is taken out of the stream for it, so that positions stay what they are.

import { msToSamples } from "../../audio/format.ts";

/** Long enough that the ear hears no click (the slope's own sound lies under 200 Hz), too short to lose a consonant. */
export const EDGE_MS = 5;
const EDGE_SAMPLES = msToSamples(EDGE_MS);

export class SoftEdges {
  /** How far up the slope the sound is; at the end of it nothing is done. */
  #risen = 0;
  /** How much of the slide is left, and where it began. */
  #falling = 0;
  #fallsFrom = 0;
  #last = 0;

  /** Works on `samples`, of which the first `sounding` are sound and the rest, up to `count`, is silence. */
  smooth(samples: Float32Array, sounding: number, count: number): void {
    if (sounding > 0) this.#rise(samples, sounding);
    if (sounding < count) this.#fall(samples, sounding, count);
  }

  /** What was sounding is over, and something else has seen to its end. */
  reset(): void {
    this.#risen = 0;
    this.#falling = 0;
    this.#last = 0;
  }

  #rise(samples: Float32Array, sounding: number): void {
    for (let index = 0; index < sounding && this.#risen < EDGE_SAMPLES; index++) {
      // A slide that was not over yet goes on under the slope: together they make no step either.
      samples[index] = samples[index]! * (++this.#risen / EDGE_SAMPLES) + this.#slide();
    }
    this.#last = samples[sounding - 1]!;
  }

  #fall(samples: Float32Array, sounding: number, count: number): void {
    if (this.#risen > 0) {
      this.#risen = 0;
      this.#falling = EDGE_SAMPLES;
      this.#fallsFrom = this.#last;
    }
    for (let index = sounding; index < count && this.#falling > 0; index++) samples[index] = this.#slide();
  }

  #slide(): number {
    return this.#falling === 0 ? 0 : (this.#fallsFrom * --this.#falling) / EDGE_SAMPLES;
  }
}
