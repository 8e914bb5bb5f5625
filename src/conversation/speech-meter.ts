// How much voice there is in what the microphone has sent since a moment: loudness per frame, nothing more. A turn
// detector says that speech began and, half a second late, that it ended; a cough is over long before that.

import { BYTES_PER_SAMPLE, bytesToMs } from "../audio/format.ts";

/** Frames that are remembered: 5 s of 40 ms each, longer than any doubt lasts. */
const MAX_FRAMES = 128;
/** Every so many samples one is looked at: loudness needs no more, and this runs for each frame. */
const SAMPLE_STEP = 4;
const BYTE_STEP = SAMPLE_STEP * BYTES_PER_SAMPLE;
/** Within 20 dB of the loudest frame of the same speech is voice. */
const VOICE_SHARE = 0.1;
/** Below this (-46 dB of full scale) nothing is voice. */
const LEAST_LOUDNESS = 160;

/** Loudness of a frame that turned out to be nobody's voice. */
const NOBODY = -1;

/** Some frames in a row, by their numbers. */
export interface Frames {
  from: number;
  until: number;
}

export class SpeechMeter {
  readonly #loudness = new Float32Array(MAX_FRAMES);
  readonly #ms = new Float32Array(MAX_FRAMES);
  /** Frames measured so far; the newest is at one less. */
  #count = 0;
  /** The first frame of what is being measured. */
  #from = 0;
  /** The first frame whose voice counts. */
  #countFrom = 0;

  /** Hot path: no allocation. */
  frame(pcm: Uint8Array): void {
    let sum = 0;
    let samples = 0;
    for (let at = 0; at + 1 < pcm.byteLength; at += BYTE_STEP) {
      const sample = ((pcm[at]! | (pcm[at + 1]! << 8)) << 16) >> 16;
      sum += sample * sample;
      samples++;
    }
    const slot = this.#count % MAX_FRAMES;
    this.#loudness[slot] = samples === 0 ? 0 : Math.sqrt(sum / samples);
    this.#ms[slot] = bytesToMs(pcm.byteLength);
    this.#count++;
  }

  /** What is measured began so long ago, in ms of audio. */
  begin(agoMs: number): void {
    this.#from = this.#ago(agoMs);
  }

  /** What has been measured since `begin`. */
  get measured(): Frames {
    return { from: this.#from, until: this.#count };
  }

  /** What came in the last `lastMs` of audio was nobody's voice. */
  wasNobody(lastMs: number): void {
    for (let index = this.#ago(lastMs); index < this.#count; index++) {
      this.#loudness[index % MAX_FRAMES] = NOBODY;
    }
  }

  /** Whether what was heard then turned out to be nobody's voice, all of it. */
  isNobody({ from, until }: Frames): boolean {
    if (from < this.#oldest) return false;
    let loudest = 0;
    let isTold = false;
    for (let index = from; index < until; index++) {
      const loudness = this.#loudness[index % MAX_FRAMES]!;
      isTold ||= loudness === NOBODY;
      loudest = Math.max(loudest, loudness);
    }
    return isTold && loudest < LEAST_LOUDNESS;
  }

  /** The voice so far counts for nothing, now or later; how loud it was still tells what is voice. */
  countFromHere(): void {
    this.#countFrom = this.#count;
  }

  /** Milliseconds of voice since `begin`, or since `countFromHere`. */
  voicedMs(): number {
    const least = this.#least();
    let voicedMs = 0;
    for (let index = Math.max(this.#first, this.#countFrom); index < this.#count; index++) {
      if (this.#loudness[index % MAX_FRAMES]! >= least) voicedMs += this.#ms[index % MAX_FRAMES]!;
    }
    return voicedMs;
  }

  /** Milliseconds since the last voice, or since `begin`. */
  silentMs(): number {
    const least = this.#least();
    let silentMs = 0;
    for (let index = this.#count - 1; index >= this.#first; index--) {
      if (this.#loudness[index % MAX_FRAMES]! >= least) break;
      silentMs += this.#ms[index % MAX_FRAMES]!;
    }
    return silentMs;
  }

  /** What counts as voice, by the loudest frame since `begin`. */
  #least(): number {
    let loudest = 0;
    for (let index = this.#first; index < this.#count; index++) {
      loudest = Math.max(loudest, this.#loudness[index % MAX_FRAMES]!);
    }
    return Math.max(LEAST_LOUDNESS, loudest * VOICE_SHARE);
  }

  /** The first frame of the last `agoMs`, as far as they are remembered. */
  #ago(agoMs: number): number {
    let restMs = agoMs;
    let from = this.#count;
    while (restMs > 0 && from > this.#oldest) {
      from--;
      restMs -= this.#ms[from % MAX_FRAMES]!;
    }
    return from;
  }

  get #first(): number {
    return Math.max(this.#from, this.#oldest);
  }

  get #oldest(): number {
    return Math.max(0, this.#count - MAX_FRAMES);
  }
}
