// Changes the rate of a stream of samples by an exact ratio of whole numbers: a windowed sinc, cut into one
// row of coefficients per phase. Nothing is rounded from call to call, so hours of audio do not drift.

/** What the filter leaves of a tone it must remove. 16-bit speech has its own noise near 90 dB. */
const STOPBAND_DB = 80;
/** The part of the narrower band that passes untouched; the rest is the filter's slope. */
const PASSBAND = 0.9;
/** Room for one render quantum and more; a larger write grows the buffer once. */
const SPARE_SAMPLES = 1024;

export class Resampler {
  readonly #up: number;
  readonly #down: number;
  /** Samples of look-ahead; the window reaches as far back. */
  readonly #half: number;
  readonly #taps: number;
  /** Row `phase` holds the coefficients for an output that lies `phase / up` behind an input sample. */
  readonly #rows: Float32Array;
  #buffer: Float32Array;
  #filled = 0;
  /** Where the next output's first coefficient meets the buffer. */
  #at = 0;
  #phase = 0;

  constructor(fromHz: number, toHz: number) {
    const divisor = greatestCommonDivisor(fromHz, toHz);
    this.#up = toHz / divisor;
    this.#down = fromHz / divisor;
    this.#half = fromHz === toHz ? 1 : halfLength(fromHz, toHz);
    this.#taps = fromHz === toHz ? 1 : 2 * this.#half;
    this.#rows = fromHz === toHz ? Float32Array.of(1) : designRows(this.#up, this.#half, fromHz, toHz);
    this.#buffer = new Float32Array(this.#taps + SPARE_SAMPLES);
    this.reset();
  }

  /** Input samples written that no output has passed yet: what would be lost by a `reset`. */
  get pending(): number {
    return this.#filled - (this.#at + this.#half - 1);
  }

  /** Forgets the past: the next output belongs to the next sample written. */
  reset(): void {
    this.#buffer.fill(0);
    this.#filled = this.#half - 1;
    this.#at = 0;
    this.#phase = 0;
  }

  /** How many samples must still be written before `count` can be read. */
  needed(count: number): number {
    if (count === 0) return 0;
    const lastAt = this.#at + Math.floor((this.#phase + (count - 1) * this.#down) / this.#up);
    return Math.max(0, lastAt + this.#taps - this.#filled);
  }

  write(input: Float32Array, length: number): void {
    if (this.#filled + length > this.#buffer.length) this.#makeRoom(length);
    for (let index = 0; index < length; index++) this.#buffer[this.#filled + index] = input[index]!;
    this.#filled += length;
  }

  /** Fills `output` with up to `limit` samples and says how many there were. */
  read(output: Float32Array, limit: number): number {
    let count = 0;
    while (count < limit && this.#at + this.#taps <= this.#filled) {
      let sum = 0;
      const row = this.#phase * this.#taps;
      for (let tap = 0; tap < this.#taps; tap++) {
        sum += this.#buffer[this.#at + tap]! * this.#rows[row + tap]!;
      }
      output[count++] = sum;
      this.#phase += this.#down;
      this.#at += Math.floor(this.#phase / this.#up);
      this.#phase %= this.#up;
    }
    return count;
  }

  #makeRoom(length: number): void {
    const start = Math.min(this.#at, this.#filled);
    const kept = this.#filled - start;
    if (kept + length > this.#buffer.length) {
      const larger = new Float32Array(kept + length + SPARE_SAMPLES);
      larger.set(this.#buffer.subarray(start, this.#filled));
      this.#buffer = larger;
    } else {
      this.#buffer.copyWithin(0, start, this.#filled);
    }
    this.#filled = kept;
    this.#at -= start;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Kaiser's estimate of the length a slope needs, in input samples to either side. */
function halfLength(fromHz: number, toHz: number): number {
  const slopeHz = ((1 - PASSBAND) * Math.min(fromHz, toHz)) / 2;
  const slope = (2 * Math.PI * slopeHz) / fromHz;
  return Math.ceil((STOPBAND_DB - 7.95) / (2.285 * slope) / 2);
}

function designRows(up: number, half: number, fromHz: number, toHz: number): Float32Array {
  const taps = 2 * half;
  const rows = new Float32Array(up * taps);
  // The middle of the slope, in cycles per input sample; its end lies on the narrower band's edge.
  const cutoff = ((1 + PASSBAND) / 2) * (Math.min(fromHz, toHz) / 2 / fromHz);
  const beta = 0.1102 * (STOPBAND_DB - 8.7);
  for (let phase = 0; phase < up; phase++) {
    const row = rows.subarray(phase * taps, (phase + 1) * taps);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const at = tap - half + 1 - phase / up;
      row[tap] = sinc(2 * cutoff * at) * kaiser(at / half, beta);
      sum += row[tap]!;
    }
    // Every phase lets a constant through alike; otherwise the phases would beat against each other.
    for (let tap = 0; tap < taps; tap++) row[tap]! /= sum;
  }
  return rows;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number, beta: number): number {
  return Math.abs(x) > 1 ? 0 : bessel(beta * Math.sqrt(1 - x * x)) / bessel(beta);
}

/** The modified Bessel function of order zero, by its power series. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
