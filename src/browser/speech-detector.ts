// Hears whether somebody begins to speak while the conversation sleeps with the microphone open. Loudness
// against the room's own noise is enough here: a false alarm costs one wake-up, and the model's own detector
// decides what is a turn.

import { FRAME_MS } from "../audio/format.ts";

/** A voice lies at least this far above the room, ... */
const ABOVE_ROOM = 3.2;
/** ... and above what any microphone gives in a still room (about -44 dBFS). */
const QUIETEST_VOICE = 0.006;
/** So long it must last, in frames: a click or a cough is shorter. */
const MIN_FRAMES = 120 / FRAME_MS;
/** How fast the room's level follows: down at once, up within some seconds. */
const ROOM_RISE = 1.03;

export class SpeechDetector {
  #room = QUIETEST_VOICE;
  #loudFrames = 0;

  /** Takes the next frame; true when speech has begun. */
  hears(samples: Int16Array): boolean {
    const level = rootMeanSquare(samples);
    const isLoud = level > QUIETEST_VOICE && level > this.#room * ABOVE_ROOM;
    this.#loudFrames = isLoud ? this.#loudFrames + 1 : 0;
    this.#room = Math.max(1e-5, Math.min(level, this.#room * ROOM_RISE));
    return this.#loudFrames >= MIN_FRAMES;
  }

  reset(): void {
    this.#room = QUIETEST_VOICE;
    this.#loudFrames = 0;
  }
}

function rootMeanSquare(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / Math.max(1, samples.length)) / 32768;
}
