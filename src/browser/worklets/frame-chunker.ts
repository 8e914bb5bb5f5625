// Cuts a stream of float samples into frames of 16-bit samples, the size the conversation expects. Frames
// are given away for transfer, and come back through `recycle` so that a steady stream allocates nothing.

import { FRAME_BYTES, FRAME_SAMPLES } from "../../audio/format.ts";
import { floatToInt16 } from "../../audio/pcm16.ts";

/** Frames kept for reuse: 8 are 320 ms on their way through the page; more would mean it is stuck. */
export const MAX_SPARE_FRAMES = 8;

export class FrameChunker {
  readonly #emit: (frame: Int16Array<ArrayBuffer>) => void;
  readonly #spare: Int16Array<ArrayBuffer>[] = [];
  #frame = new Int16Array(FRAME_SAMPLES);
  #filled = 0;
  #allocatedFrames = 1;

  constructor(emit: (frame: Int16Array<ArrayBuffer>) => void) {
    this.#emit = emit;
  }

  /** How many frames were ever allocated: stays small while the page gives them back. */
  get allocatedFrames(): number {
    return this.#allocatedFrames;
  }

  push(samples: Float32Array, count: number): void {
    for (let index = 0; index < count; index++) {
      this.#frame[this.#filled++] = floatToInt16(samples[index]!);
      if (this.#filled === FRAME_SAMPLES) this.#giveAway();
    }
  }

  /** Takes back a buffer that was given away. What has another size is not ours and is left to the collector. */
  recycle(buffer: ArrayBuffer): void {
    if (buffer.byteLength !== FRAME_BYTES || this.#spare.length === MAX_SPARE_FRAMES) return;
    this.#spare.push(new Int16Array(buffer));
  }

  #giveAway(): void {
    const full = this.#frame;
    this.#frame = this.#spare.pop() ?? this.#allocate();
    this.#filled = 0;
    this.#emit(full);
  }

  #allocate(): Int16Array<ArrayBuffer> {
    this.#allocatedFrames++;
    return new Int16Array(FRAME_SAMPLES);
  }
}
