// The audio one session was sent, sample for sample: always counted, kept only when asked for.

import { msToSamples } from "../../audio/format.ts";

export class ReceivedAudio {
  readonly #keepSamples: number;
  #chunks: Int16Array[] = [];
  #kept = 0;
  #samples = 0;
  #appends = 0;

  /** Keeps the first `keepMs` milliseconds; 0 keeps nothing. */
  constructor(keepMs: number) {
    this.#keepSamples = msToSamples(keepMs);
  }

  get samples(): number {
    return this.#samples;
  }

  get appends(): number {
    return this.#appends;
  }

  add(samples: Int16Array): void {
    this.#samples += samples.length;
    this.#appends++;
    const room = this.#keepSamples - this.#kept;
    if (room <= 0) return;
    const kept = samples.slice(0, room);
    this.#chunks.push(kept);
    this.#kept += kept.length;
  }

  /** What was kept, joined; undefined when nothing was to be kept. */
  read(): Int16Array | undefined {
    if (this.#keepSamples === 0) return undefined;
    const all = new Int16Array(this.#kept);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [all];
    return all;
  }
}
