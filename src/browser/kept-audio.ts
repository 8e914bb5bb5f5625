// The one buffer of microphone audio there is. What was captured makes one stream, counted in samples from the first
// frame of this page load; a frame stays here until the conversation calls it safe, so that nothing that breaks
// between here and the model loses a word. Frames are copied in: the buffers are the ring's own and are used again.

import { FRAME_MS, FRAME_SAMPLES } from "../audio/format.ts";
import { KEPT_AUDIO_MS } from "../protocol/messages.ts";

/** The contract's cap in frames. The buffers are made as they are needed and take 2.9 MB at most. */
export const MAX_KEPT_FRAMES = KEPT_AUDIO_MS / FRAME_MS;

/** Frames in the middle that nobody is to hear. */
interface Gap {
  from: number;
  until: number;
}

export class KeptAudio {
  readonly #slots: Int16Array<ArrayBuffer>[] = [];
  readonly #loudness = new Float32Array(MAX_KEPT_FRAMES);
  #first = 0;
  #end = 0;
  #owed = 0;
  /** In order, and apart from each other: at most every other frame that is kept. */
  #gaps: Gap[] = [];

  /** The number of the oldest frame that is kept. Frame n begins at sample n × `FRAME_SAMPLES`. */
  get first(): number {
    return this.#first;
  }

  /** The number the next frame will have. */
  get end(): number {
    return this.#end;
  }

  /** The oldest frame whose loss would be one: what lies before it is kept, but was silence. */
  get owed(): number {
    return this.toHearFrom(Math.max(this.#first, this.#owed));
  }

  get isFull(): boolean {
    return this.#end - this.#first === MAX_KEPT_FRAMES;
  }

  /** Takes a copy of the next frame and how loud it was; the oldest makes room. */
  keep(samples: Int16Array, loudness: number): void {
    if (this.isFull) this.dropUntil(this.#first + 1);
    const at = this.#end % MAX_KEPT_FRAMES;
    const slot = (this.#slots[at] ??= new Int16Array(FRAME_SAMPLES));
    slot.set(samples);
    this.#loudness[at] = loudness;
    this.#end++;
  }

  /** The frame of this number, which must be kept; its bytes are good until the next `keep`. */
  frame(number: number): ArrayBuffer {
    return this.#slots[number % MAX_KEPT_FRAMES]!.buffer;
  }

  /** What lies before this sample of the stream will never be asked for again. */
  safe(untilSample: number): void {
    this.dropUntil(Math.floor(untilSample / FRAME_SAMPLES));
  }

  dropUntil(frame: number): void {
    this.#first = Math.max(this.#first, Math.min(frame, this.#end));
    while (this.#gaps.length > 0 && this.#gaps[0]!.until <= this.#first) this.#gaps.shift();
  }

  /** Nobody spoke before this frame, or between the two: it is not sent, and is no loss. */
  writeOff(untilFrame: number, fromFrame = 0): void {
    const gap = { from: fromFrame, until: Math.min(untilFrame, this.#end) };
    if (gap.from <= this.owed) this.#owed = Math.max(this.#owed, gap.until);
    if (gap.from <= this.owed || gap.from >= gap.until) return;
    while (this.#gaps.length > 0 && this.#gaps.at(-1)!.until >= gap.from) {
      const last = this.#gaps.pop()!;
      gap.from = Math.min(gap.from, last.from);
      gap.until = Math.max(gap.until, last.until);
    }
    this.#gaps.push(gap);
  }

  /** From this frame on there was nothing but silence. */
  silence(fromFrame: number): void {
    for (let number = Math.max(fromFrame, this.#first); number < this.#end; number++) {
      this.#slots[number % MAX_KEPT_FRAMES]!.fill(0);
      this.#loudness[number % MAX_KEPT_FRAMES] = 0;
    }
  }

  /** This frame, or the next one that somebody is to hear. Called for every frame: nothing is made here. */
  toHearFrom(frame: number): number {
    for (const { from, until } of this.#gaps) if (from <= frame && frame < until) return until;
    return frame;
  }

  /** The first owed frame from which on `frames` in a row are louder than this. */
  firstLoud(frames: number, loudness: number): number | null {
    let inRow = 0;
    for (let number = this.owed; number < this.#end; number++) {
      const isLoud =
        this.#loudness[number % MAX_KEPT_FRAMES]! > loudness && this.toHearFrom(number) === number;
      inRow = isLoud ? inRow + 1 : 0;
      if (inRow === frames) return number + 1 - frames;
    }
    return null;
  }

  /** Nothing of this is to be heard any more. The count goes on, so that a late `ack` means what it meant. */
  forget(): void {
    this.dropUntil(this.#end);
  }
}
