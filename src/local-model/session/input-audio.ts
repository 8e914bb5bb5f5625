// The input audio buffer: what was appended since the last commit or clear, on the session's audio clock.

import { msToSamples, samplesToMs } from "../../audio/format.ts";

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
    const taken = this.peek(fromMs, toMs);
    const to = this.#within(msToSamples(toMs));
    while (this.#chunks[0] && this.#startSample + this.#chunks[0].length <= to) {
      this.#startSample += this.#chunks.shift()!.length;
    }
    const [first] = this.#chunks;
    if (first && to > this.#startSample) this.#chunks[0] = first.slice(to - this.#startSample);
    this.#startSample = Math.max(this.#startSample, to);
    return taken;
  }

  /** The same without taking it. */
  peek(fromMs: number, toMs: number): Int16Array {
    const from = this.#within(msToSamples(fromMs));
    const to = Math.max(from, this.#within(msToSamples(toMs)));
    const samples = new Int16Array(to - from);
    let at = this.#startSample;
    for (const chunk of this.#chunks) {
      const part = chunk.subarray(Math.max(0, from - at), Math.max(0, to - at));
      if (part.length > 0) samples.set(part, Math.max(0, at - from));
      at += chunk.length;
    }
    return samples;
  }

  #within(sample: number): number {
    return Math.max(this.#startSample, Math.min(sample, this.#endSample));
  }

  clear(): void {
    this.#chunks = [];
    this.#startSample = this.#endSample;
  }
}
