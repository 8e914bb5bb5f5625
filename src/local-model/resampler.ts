// Changes the sample rate of a stream of float samples by a rational factor, with a windowed-sinc polyphase
// filter. The state between chunks is kept, so a stream cut anywhere sounds the same as one in a piece.

/** Zero crossings of the sinc on each side: 16 keep the aliasing below what speech recognition notices. */
const ZERO_CROSSINGS = 16;
/** The cut-off as a part of the lower Nyquist frequency; the rest is the slope of the filter. */
const CUTOFF = 0.95;

interface Bank {
  /** One row of coefficients per phase, `taps` long. */
  readonly rows: readonly Float32Array[];
  readonly taps: number;
  /** Input samples the filter looks ahead of (and behind) the one it is centred on. */
  readonly reach: number;
}

const banks = new Map<string, Bank>();

/** Streaming resampler: output sample `m` stands at input time `m * fromHz / toHz`, without delay. */
export class Resampler {
  readonly #up: number;
  readonly #down: number;
  readonly #bank: Bank;
  /** Input not yet left behind; its first sample is number `#base` of the stream (negative: silence before it). */
  #held: Float32Array;
  #base: number;
  #taken = 0;
  #given = 0;

  constructor(fromHz: number, toHz: number) {
    const divisor = greatestCommonDivisor(fromHz, toHz);
    this.#up = toHz / divisor;
    this.#down = fromHz / divisor;
    this.#bank = bankFor(this.#up, this.#down);
    this.#held = new Float32Array(this.#bank.reach);
    this.#base = -this.#bank.reach;
  }

  /** Takes the next samples and returns those that are ready; the last few wait for what follows them. */
  push(input: Float32Array): Float32Array {
    this.#taken += input.length;
    this.#append(input);
    return this.#produce(Math.floor(((this.#taken - 1 - this.#bank.reach) * this.#up) / this.#down) + 1);
  }

  /** Ends the stream with silence and returns what was waiting. The resampler is of no use afterwards. */
  flush(): Float32Array {
    this.#append(new Float32Array(this.#bank.reach + 1));
    return this.#produce(Math.ceil((this.#taken * this.#up) / this.#down));
  }

  #append(input: Float32Array): void {
    const joined = new Float32Array(this.#held.length + input.length);
    joined.set(this.#held);
    joined.set(input, this.#held.length);
    this.#held = joined;
  }

  #produce(until: number): Float32Array {
    const { rows, taps, reach } = this.#bank;
    const output = new Float32Array(Math.max(0, until - this.#given));
    for (let index = 0; index < output.length; index++, this.#given++) {
      const position = this.#given * this.#down;
      const row = rows[position % this.#up]!;
      const first = Math.floor(position / this.#up) - reach - this.#base;
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) sum += row[tap]! * this.#held[first + tap]!;
      output[index] = sum;
    }
    const needed = Math.floor((this.#given * this.#down) / this.#up) - reach;
    const spent = Math.min(this.#held.length, Math.max(0, needed - this.#base));
    this.#held = this.#held.slice(spent);
    this.#base += spent;
    return output;
  }
}

/** The whole of `input` at another rate; `ceil(length * toHz / fromHz)` samples. */
export function resample(input: Float32Array, fromHz: number, toHz: number): Float32Array {
  const resampler = new Resampler(fromHz, toHz);
  const body = resampler.push(input);
  const tail = resampler.flush();
  const output = new Float32Array(body.length + tail.length);
  output.set(body);
  output.set(tail, body.length);
  return output;
}

function bankFor(up: number, down: number): Bank {
  const key = `${up}/${down}`;
  const known = banks.get(key);
  if (known) return known;
  // Going down, the sinc is stretched so that it cuts at the lower rate's Nyquist frequency.
  const cutoff = CUTOFF * Math.min(1, up / down);
  const reach = Math.ceil(ZERO_CROSSINGS * Math.max(1, down / up));
  const taps = 2 * reach + 1;
  const rows = Array.from({ length: up }, (_, phase) => {
    const row = new Float32Array(taps);
    let total = 0;
    for (let tap = 0; tap < taps; tap++) {
      const distance = tap - reach - phase / up;
      row[tap] = cutoff * sinc(cutoff * distance) * blackman(distance / (reach + 1));
      total += row[tap]!;
    }
    // Every phase passes a constant unchanged; otherwise a steady level would ripple at the phase rate.
    for (let tap = 0; tap < taps; tap++) row[tap]! /= total;
    return row;
  });
  const bank = { rows, taps, reach };
  banks.set(key, bank);
  return bank;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Blackman window over -1 to 1. */
function blackman(x: number): number {
  return Math.abs(x) >= 1 ? 0 : 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
