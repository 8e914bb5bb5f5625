// Hears whether somebody speaks into the open microphone. Loudness against the room's own noise is enough here: a
// false alarm costs one wake-up, and the model's own detector decides what is a turn. A room that has fooled it
// has to be louder the next time, for a while.

import { FRAME_MS } from "../audio/format.ts";

/** A voice lies at least this far above the room, ... */
const ABOVE_ROOM = 3.2;
/** ... and above what any microphone gives in a still room (about -44 dBFS). */
const QUIETEST_VOICE = 0.006;
/** So long it must last, in frames: a click or a cough is shorter. */
export const ONSET_FRAMES = 120 / FRAME_MS;
/** How fast the room's level follows: down at once, up within some seconds. */
const ROOM_RISE = 1.03;
/** What a false alarm adds to the threshold: 3.5 dB. */
const STEP = 1.5;
/** 14 dB in all: somebody who speaks up near the microphone is still heard. */
export const MAX_STEPS = 4;
/** So much audio later one step is taken back: the noise may have gone. */
export const STEP_BACK_MS = 300_000;

export class SpeechDetector {
  #room = QUIETEST_VOICE;
  #loudFrames = 0;
  #loudness = 0;
  #steps = 0;
  #framesSinceStep = 0;

  /** How loud the last frame was, in units of what a voice at least is. */
  get loudness(): number {
    return this.#loudness;
  }

  /** What `loudness` must exceed to count. */
  get threshold(): number {
    return STEP ** this.#steps;
  }

  /** Takes the next frame; true while somebody speaks. */
  hears(samples: Int16Array): boolean {
    const level = rootMeanSquare(samples);
    this.#loudness = level / Math.max(QUIETEST_VOICE, this.#room * ABOVE_ROOM);
    this.#loudFrames = this.#loudness > this.threshold ? this.#loudFrames + 1 : 0;
    this.#room = Math.max(1e-5, Math.min(level, this.#room * ROOM_RISE));
    if (this.#steps > 0 && ++this.#framesSinceStep >= STEP_BACK_MS / FRAME_MS) this.#stepTo(this.#steps - 1);
    return this.#loudFrames >= ONSET_FRAMES;
  }

  /** What was heard was nobody. */
  wasFooled(): void {
    this.#stepTo(Math.min(MAX_STEPS, this.#steps + 1));
  }

  /** What comes next does not follow on what came last. */
  pause(): void {
    this.#loudFrames = 0;
  }

  /** Another microphone, or another room. */
  reset(): void {
    this.#room = QUIETEST_VOICE;
    this.#loudFrames = 0;
    this.#stepTo(0);
  }

  #stepTo(steps: number): void {
    this.#steps = steps;
    this.#framesSinceStep = 0;
  }
}

function rootMeanSquare(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / Math.max(1, samples.length)) / 32768;
}
