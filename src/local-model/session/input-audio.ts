// The input audio buffer: what was appended since the last commit or clear, on the session's audio clock.

import { BYTES_PER_SAMPLE, msToSamples, samplesToMs } from "../../audio/format.ts";

/**
 * The buffer keeps this much. With turn detection on, silence before a turn is shed to the shorter length, for only
 * the padding before the speech is ever needed; without it the client decides, up to the longer one.
 */
const MAX_BUFFER_MS = 600_000;
const MAX_WAITING_MS = 30_000;

export class InputAudio {
  #chunks: Int16Array[] = [];
  #startSample = 0;
  #endSample = 0;
  #droppedSamples = 0;

  /** Milliseconds appended since the session began. */
  get clockMs(): number {
    return samplesToMs(this.#endSample);
  }

  get startMs(): number {
    return samplesToMs(this.#startSample);
  }

  get bufferedMs(): number {
    return samplesToMs(this.#endSample - this.#startSample);
  }

  /** Milliseconds lost to the caps, for the log. */
  get droppedMs(): number {
    return samplesToMs(this.#droppedSamples);
  }

  append(samples: Int16Array): void {
    this.#chunks.push(samples);
    this.#endSample += samples.length;
  }

  /** Sheds what lies beyond the caps; nothing of a turn that is being spoken, short of the longest. */
  trim(isWaitingForSpeech: boolean): void {
    const limit = msToSamples(isWaitingForSpeech ? MAX_WAITING_MS : MAX_BUFFER_MS);
    while (this.#endSample - this.#startSample - (this.#chunks[0]?.length ?? 0) > limit) {
      const chunk = this.#chunks.shift()!;
      this.#startSample += chunk.length;
      this.#droppedSamples += chunk.length;
    }
  }

  /** The audio between two times; what lies before the end leaves the buffer. */
  take(fromMs: number, toMs: number): Int16Array {
    const from = Math.max(this.#startSample, Math.min(msToSamples(fromMs), this.#endSample));
    const to = Math.max(from, Math.min(msToSamples(toMs), this.#endSample));
    const all = new Int16Array(this.#endSample - this.#startSample);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    const rest = all.slice(to - this.#startSample);
    const taken = all.slice(from - this.#startSample, to - this.#startSample);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#startSample = to;
    return taken;
  }

  clear(): void {
    this.#chunks = [];
    this.#startSample = this.#endSample;
  }
}

/** Base64 of whole little-endian samples, or undefined when it is not that. */
export function decodePcm(base64: string): Int16Array | undefined {
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined;
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length % BYTES_PER_SAMPLE !== 0) return undefined;
  // A copy, because a Buffer may begin at an odd offset of its pool.
  return new Int16Array(new Uint8Array(bytes).buffer);
}

export function encodePcm(samples: Int16Array): string {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString("base64");
}
