// Hears whether somebody speaks into the open microphone. Loudness against the room's own noise is enough here: a
// false alarm costs one wake-up, and the model's own detector decides what is a turn. A room that has fooled it
// has to be louder the next time, for a while.

import { FRAME_MS } from "../audio/format.ts";
import { Wariness } from "./wariness.ts";

/** A voice lies at least this far above the room, ... */
const ABOVE_ROOM = 3.2;
/** ... and above what any microphone gives in a still room (about -44 dBFS). */
export const QUIETEST_VOICE = 0.006;
/** So long it must last, in frames: a click or a cough is shorter. */
export const ONSET_FRAMES = 120 / FRAME_MS;
/** How fast the room's level follows: down at once, up within some seconds. */
const ROOM_RISE = 1.03;
/** So much audio later one step is taken back: the noise may have gone. */
export const STEP_BACK_MS = 300_000;

export class SpeechDetector {
  #room = QUIETEST_VOICE;
  #loudFrames = 0;
  #leastVoice = QUIETEST_VOICE;
  #level = 0;
  #resets = 0;
  #pauses = 0;
  readonly #wariness = new Wariness(STEP_BACK_MS);

  /** The root mean square of the last frame, 0 to 1. */
  get level(): number {
    return this.#level;
  }

  /** How loud the last frame was, in units of what a voice at least is. */
  get loudness(): number {
    return this.#level / this.#leastVoice;
  }

  /** What the last frame had to be to count, as a root mean square. */
  get voiceLevel(): number {
    return this.#leastVoice * this.threshold;
  }

  /** What `loudness` must exceed to count. */
  get threshold(): number {
    return this.#wariness.factor;
  }

  /** How often what came next did not follow on what came last. */
  get pauses(): number {
    return this.#pauses;
  }

  /** How many microphones, or rooms, there were before this one. */
  get resets(): number {
    return this.#resets;
  }

  /** Takes the next frame; true while somebody speaks. */
  hears(samples: Int16Array): boolean {
    const level = rootMeanSquare(samples);
    this.#level = level;
    this.#leastVoice = Math.max(QUIETEST_VOICE, this.#room * ABOVE_ROOM);
    this.#loudFrames = this.loudness > this.threshold ? this.#loudFrames + 1 : 0;
    this.#room = Math.max(1e-5, Math.min(level, this.#room * ROOM_RISE));
    this.#wariness.frame();
    return this.#loudFrames >= ONSET_FRAMES;
  }

  /** What was heard was nobody. */
  wasFooled(): void {
    this.#wariness.wasFooled();
  }

  /** What comes next does not follow on what came last. */
  pause(): void {
    this.#pauses++;
    this.#loudFrames = 0;
  }

  /** Another microphone, or another room. */
  reset(): void {
    this.#resets++;
    this.#room = QUIETEST_VOICE;
    this.#loudFrames = 0;
    this.#wariness.reset();
  }
}

function rootMeanSquare(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / Math.max(1, samples.length)) / 32768;
}
