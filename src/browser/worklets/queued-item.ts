// One item's audio on its way to the speaker: the samples still waiting, and the record of when which of its
// samples were handed out, from which follows how much of it has been heard at any later moment.

import { samplesToMs } from "../../audio/format.ts";

interface Chunk {
  samples: Int16Array;
  /** Where in the item the chunk begins, in samples. */
  position: number;
  next: Chunk | null;
}

/** A stretch handed out without a gap. A queue that ran dry, or a jump in the item, begins another. */
interface Run {
  clock: number;
  position: number;
  length: number;
}

export class QueuedItem {
  readonly id: string;
  /** Everything of the item has come. */
  ended = false;
  /** The last number the page was told. Progress never goes back, though the latency may be corrected. */
  reportedMs: number;
  /** How often the queue ran dry in the middle of it, and the silence of that, in samples. */
  underruns = 0;
  gapSamples = 0;
  readonly #startPosition: number;
  readonly #runs: Run[] = [];
  #endPosition: number;
  #head: Chunk | null = null;
  #tail: Chunk | null = null;
  /** How much of the head chunk has been taken. */
  #offset = 0;

  constructor(id: string, startPosition: number) {
    this.id = id;
    this.#startPosition = startPosition;
    this.#endPosition = startPosition;
    this.reportedMs = Math.floor(samplesToMs(startPosition));
  }

  /** Some of it has left the speaker, and that was told. */
  get hasBegun(): boolean {
    return this.reportedMs > Math.floor(samplesToMs(this.#startPosition));
  }

  /** Where the samples received so far end, in samples of the item. */
  get endPosition(): number {
    return this.#endPosition;
  }

  /** Nothing is waiting. */
  get isDrained(): boolean {
    return this.#head === null;
  }

  /** Not a sample of it has been handed out. */
  get isUntouched(): boolean {
    return this.#runs.length === 0;
  }

  append(samples: Int16Array, position: number): void {
    const chunk: Chunk = { samples, position, next: null };
    if (this.#tail === null) this.#head = chunk;
    else this.#tail.next = chunk;
    this.#tail = chunk;
    this.#endPosition = position + samples.length;
  }

  /** Moves up to `limit` waiting samples into `output`, handed out at `clock`, and says how many. */
  take(output: Float32Array, offset: number, limit: number, clock: number): number {
    let count = 0;
    while (count < limit && this.#head !== null) {
      const chunk = this.#head;
      const some = Math.min(limit - count, chunk.samples.length - this.#offset);
      for (let index = 0; index < some; index++) {
        output[offset + count + index] = chunk.samples[this.#offset + index]! / 32768;
      }
      this.#record(clock + count, chunk.position + this.#offset, some);
      this.#offset += some;
      count += some;
      if (this.#offset === chunk.samples.length) this.#dropHead(chunk);
    }
    return count;
  }

  /** The position, in whole ms of the item, that had left the speaker when the clock stood at `heardClock`. */
  heardMs(heardClock: number): number {
    let position = this.#startPosition;
    for (const run of this.#runs) {
      if (run.clock >= heardClock) break;
      position = run.position + Math.min(run.length, heardClock - run.clock);
    }
    return Math.floor(samplesToMs(position));
  }

  /** All of it has come, been handed out, and left the speaker. */
  isOver(heardClock: number): boolean {
    const last = this.#runs.at(-1);
    return this.ended && this.isDrained && (last === undefined || last.clock + last.length <= heardClock);
  }

  #record(clock: number, position: number, length: number): void {
    const last = this.#runs.at(-1);
    if (last && last.clock + last.length === clock && last.position + last.length === position) {
      last.length += length;
    } else {
      this.#runs.push({ clock, position, length });
    }
  }

  #dropHead(chunk: Chunk): void {
    this.#head = chunk.next;
    this.#offset = 0;
    if (this.#head === null) this.#tail = null;
  }
}
