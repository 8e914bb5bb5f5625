// The audio of answers that was sent and not reported as played: what a page that comes back on another socket is sent
// again, from where its speaker stood. References to what was sent, no copies.

import { bytesToMs } from "../audio/format.ts";

/** The oldest is forgotten beyond this: three minutes are 9 MB of an object's 128, and longer than most answers. */
export const MAX_UNPLAYED_MS = 180_000;

interface Chunk {
  itemId: string;
  fromMs: number;
  pcm: Uint8Array;
}

export class UnplayedAudio {
  readonly #chunks: Chunk[] = [];
  #ms = 0;

  /** Hot path: one small record per delta. */
  sent(itemId: string, fromMs: number, pcm: Uint8Array): void {
    this.#chunks.push({ itemId, fromMs, pcm });
    this.#ms += bytesToMs(pcm.byteLength);
    while (this.#ms > MAX_UNPLAYED_MS && this.#chunks.length > 0) this.#drop(0);
  }

  /** All of the item up to here has left the speaker. */
  played(itemId: string, playedMs: number): void {
    const at = this.#chunks.findIndex((chunk) => chunk.itemId === itemId);
    if (at === -1) return;
    for (let chunk = this.#chunks[at]; chunk?.itemId === itemId; chunk = this.#chunks[at]) {
      if (chunk.fromMs + bytesToMs(chunk.pcm.byteLength) > playedMs) return;
      this.#drop(at);
    }
  }

  forget(itemId: string): void {
    this.played(itemId, Infinity);
  }

  /** What is left of the item, oldest first. */
  of(itemId: string): readonly Readonly<Chunk>[] {
    return this.#chunks.filter((chunk) => chunk.itemId === itemId);
  }

  #drop(at: number): void {
    const [dropped] = this.#chunks.splice(at, 1);
    this.#ms -= bytesToMs(dropped!.pcm.byteLength);
  }
}
