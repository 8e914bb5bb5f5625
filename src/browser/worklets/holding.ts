// A voice that is held: it fades within a few milliseconds, stands still at the very sample, and goes on from it. The
// samples under both slopes belong to the stream like any other, only softer: nothing is skipped, nothing comes twice.
// While it stands still the device plays out what it had, so what was heard catches up; that is counted here.

/** Gone before anybody notices, and slow enough not to click. */
export const HOLD_RAMP_MS = 10;
/** No device lags further behind: older silence is of no account any more. */
const MEMORY_MS = 1_000;

interface Standstill {
  from: number;
  to: number;
}

export class Holding {
  readonly #rampSamples: number;
  readonly #memorySamples: number;
  #isHeld = false;
  /** From 0, silent, to `#rampSamples`, untouched. */
  #gain: number;
  /** Samples rendered so far. */
  #clock = 0;
  /** The times without sound that the device may still have to play, oldest first. */
  readonly #standstills: Standstill[] = [];

  constructor(deviceRateHz: number) {
    this.#rampSamples = Math.round((deviceRateHz * HOLD_RAMP_MS) / 1000);
    this.#memorySamples = (deviceRateHz * MEMORY_MS) / 1000;
    this.#gain = this.#rampSamples;
  }

  hold(): void {
    this.#isHeld = true;
  }

  resume(): void {
    this.#isHeld = false;
  }

  /** What was held is dropped; what comes next begins as usual. */
  release(): void {
    this.#isHeld = false;
    this.#gain = this.#rampSamples;
  }

  /** Held, and the slope is behind it: nothing leaves the player. */
  get isStill(): boolean {
    return this.#isHeld && this.#gain === 0;
  }

  /** How many of the next `count` samples are to be taken from the voice: fewer where it falls silent among them. */
  sounding(count: number): number {
    return this.#isHeld ? Math.min(count, this.#gain) : count;
  }

  /** Fades the first `sounding` samples as needed; the rest of `output` stands still. */
  shape(output: Float32Array, sounding: number): void {
    if (this.#isHeld) {
      for (let index = 0; index < sounding; index++) output[index]! *= --this.#gain / this.#rampSamples;
    } else if (this.#gain < this.#rampSamples) {
      for (let index = 0; index < sounding && this.#gain < this.#rampSamples; index++) {
        output[index]! *= ++this.#gain / this.#rampSamples;
      }
    }
    this.#count(sounding, output.length);
  }

  /** Of the last `samples` rendered, how many stood still. */
  stoodStill(samples: number): number {
    const since = this.#clock - samples;
    let sum = 0;
    for (const { from, to } of this.#standstills) sum += Math.max(0, to - Math.max(from, since));
    return sum;
  }

  #count(sounding: number, rendered: number): void {
    const from = this.#clock + sounding;
    this.#clock += rendered;
    const [oldest] = this.#standstills;
    if (oldest !== undefined && oldest.to < this.#clock - this.#memorySamples) this.#standstills.shift();
    if (sounding === rendered) return;
    const last = this.#standstills.at(-1);
    if (last?.to === from) last.to = this.#clock;
    else this.#standstills.push({ from, to: this.#clock });
  }
}
