// What a null sink has played, by the wall clock. Such a sink renders a block whenever the last one is over: the first
// sample of a block is played when it is rendered, the others follow at the sample rate.

import type { Readable } from "node:stream";

export const RATE_HZ = 44_100;
const SAMPLE_BYTES = 4;
/** What comes within this belongs to one block. */
const SAME_BLOCK_MS = 2;
/** A block's first sample is never early, and late where this machine was busy: so many of a hundred are not late. */
const ON_TIME_PERCENT = 20;

export class MonitorRecording {
  readonly #pieces: Buffer[] = [];
  /** When the first sample of each block came, ms since the epoch, and its number. */
  readonly #blocks: { atMs: number; sample: number }[] = [];
  #bytes = 0;
  #lastMs = 0;

  constructor(stream: Readable) {
    stream.on("data", (piece: Buffer) => {
      const atMs = performance.timeOrigin + performance.now();
      const isNext = atMs - this.#lastMs > SAME_BLOCK_MS;
      const sample = this.#bytes / SAMPLE_BYTES;
      if (isNext) this.#blocks.push({ atMs, sample });
      this.#lastMs = atMs;
      this.#bytes += piece.byteLength;
      this.#pieces.push(piece);
    });
  }

  /** How much comes at a time. */
  get pieceMs(): number {
    return (this.#bytes / SAMPLE_BYTES / RATE_HZ / this.#blocks.length) * 1_000;
  }

  /** What was played until a moment of the wall clock. */
  until(atMs: number, lengthMs: number): number[] {
    const end = Math.round(((atMs - this.#originMs(atMs)) * RATE_HZ) / 1_000);
    const from = end - Math.round((lengthMs * RATE_HZ) / 1_000);
    const bytes = Buffer.concat(this.#pieces);
    return Array.from({ length: end - from }, (_, index) => bytes.readFloatLE((from + index) * SAMPLE_BYTES));
  }

  /** When sample 0 would have been played, by the blocks around: clocks drift, and a sink that slept begins anew. */
  #originMs(atMs: number): number {
    const near = this.#blocks
      .filter((block) => Math.abs(block.atMs - atMs) < 2_000)
      .map((block) => block.atMs - (block.sample * 1_000) / RATE_HZ)
      .toSorted((a, b) => a - b);
    return near[Math.floor((near.length * ON_TIME_PERCENT) / 100)]!;
  }
}
