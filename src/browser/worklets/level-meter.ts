// The loudness of a stream, measured in audio time: one number per window, so that a meter on the page moves
// at the same pace whatever the device's rate.

/** 20 numbers a second: as fast as an eye follows, and few enough messages. */
export const LEVEL_WINDOW_MS = 50;

export class LevelMeter {
  readonly #windowSamples: number;
  readonly #emit: (level: number) => void;
  #sum = 0;
  #count = 0;
  #last = 0;

  constructor(rateHz: number, emit: (level: number) => void) {
    this.#windowSamples = Math.round((rateHz * LEVEL_WINDOW_MS) / 1000);
    this.#emit = emit;
  }

  /** `emit` gets the root mean square of each full window, 0 to 1; lasting silence is told once. */
  push(samples: Float32Array, count: number): void {
    for (let index = 0; index < count; index++) {
      const sample = samples[index]!;
      this.#sum += sample * sample;
      if (++this.#count === this.#windowSamples) {
        const level = Math.sqrt(this.#sum / this.#windowSamples);
        this.#sum = 0;
        this.#count = 0;
        if (level !== 0 || this.#last !== 0) this.#emit(level);
        this.#last = level;
      }
    }
  }
}
