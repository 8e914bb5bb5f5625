// Whether the microphone may be hearing nothing but the agent's own voice. The browser cancels echo well once it knows
// the room, and not at all where it cannot. What an echo brings along is not known beforehand: it is learned from what
// rises and falls as the agent does, and from the times when the page fell silent for a "voice" that fell silent with it.

import { FRAME_MS } from "../audio/format.ts";

/** An echo comes this much later than it was rendered at most: wireless speakers, the room, two buffers. */
export const ECHO_DELAY_MS = 400;
const DELAY_FRAMES = ECHO_DELAY_MS / FRAME_MS;
/** A room is not equally loud at every pitch: an echo may be 6 dB above what was learned. */
const MARGIN = 2;
/** So much of both is compared: some words. */
const COMPARED_FRAMES = 2_000 / FRAME_MS;
/** Of these so many with the agent's voice in them: its silence is like everybody's. */
const LEAST_FRAMES = 800 / FRAME_MS;
/** How often, in frames. */
const COMPARE_EVERY = 5;
/**
 * Two courses of loudness this much alike (1: the same) are one. An echo comes to 0.85 to 1; of 560 people who spoke
 * over the agent for four seconds on end, none did.
 */
const ALIKE = 0.85;
/** What the first false alarm may teach: an echo 20 dB below what was played. A cough teaches nothing worse. */
const FIRST_PATH = 0.1;
/** Each further one teaches 6 dB, up to an echo as loud as the agent itself. */
const PATH_STEP = 2;
const MAX_PATH = 1;
/** Half of it is forgotten in half a minute of the agent's voice: the browser's own cancelling gets better. */
const FORGET_PER_FRAME = 0.5 ** (FRAME_MS / 30_000);

export class OwnEcho {
  /** The last frames, in rings: what was played and what was heard, as root mean squares. */
  readonly #played = new Float32Array(COMPARED_FRAMES + DELAY_FRAMES);
  readonly #heard = new Float32Array(COMPARED_FRAMES + DELAY_FRAMES);
  /** Frames so far: the next one's place is this modulo the rings' length. */
  #frames = 0;
  #playing = 0;
  /** How loud an echo is for each unit of what was played. */
  #path = 0;

  /** What the speaker is given now, as a root mean square. */
  playing(level: number): void {
    this.#playing = level;
  }

  /** One more frame of the microphone, this loud. */
  frame(level: number): void {
    const place = this.#frames++ % this.#played.length;
    this.#played[place] = this.#playing;
    this.#heard[place] = level;
    if (this.#playing === 0) return;
    this.#path *= FORGET_PER_FRAME;
    if (this.#frames % COMPARE_EVERY !== 0) return;
    this.#path = Math.min(Math.max(this.#path, this.#likely(true)), this.#most());
  }

  /** A microphone this loud need not hear anybody. */
  explains(level: number): boolean {
    return level <= this.#path * MARGIN * this.#loudest();
  }

  /** What was heard at this level, as loud against what is played now, fell silent with the speaker. */
  learn(ratio: number): void {
    const most = Math.min(MAX_PATH, Math.max(FIRST_PATH, this.#path * PATH_STEP));
    // Where all of it went as the agent did, silence too, there is no doubt.
    this.#path = Math.max(this.#path, Math.min(most, ratio), this.#likely(false));
  }

  /** How loud `level` is against the loudest that may echo now. */
  ratio(level: number): number {
    const loudest = this.#loudest();
    return loudest === 0 ? 0 : level / loudest;
  }

  #loudest(): number {
    let loudest = this.#playing;
    for (let ago = 1; ago <= DELAY_FRAMES; ago++) {
      loudest = Math.max(loudest, at(this.#played, this.#frames - ago));
    }
    return loudest;
  }

  /** All that was heard cannot be less than the echo was: who puts on headphones, or coughed, is heard again. */
  #most(): number {
    let heard = 0;
    let played = 0;
    let count = 0;
    for (let ago = 1; ago <= COMPARED_FRAMES; ago++) {
      heard += at(this.#heard, this.#frames - ago);
      // Of what was played later, some is still on its way.
      const level = ago > DELAY_FRAMES ? at(this.#played, this.#frames - ago) : 0;
      if (level === 0) continue;
      played += level;
      count++;
    }
    return count < LEAST_FRAMES ? MAX_PATH : (MARGIN * heard) / played;
  }

  /**
   * The path by which all that was heard is what was played, 0 if it is something else. `whileSpeaking` leaves the
   * agent's silence out. Sums as in any correlation, for each delay.
   */
  #likely(whileSpeaking: boolean): number {
    let best = ALIKE;
    let path = 0;
    for (let delay = 0; delay <= DELAY_FRAMES; delay++) {
      let count = 0;
      let p = 0;
      let h = 0;
      let pp = 0;
      let hh = 0;
      let ph = 0;
      const frames = Math.min(COMPARED_FRAMES, this.#frames - delay);
      for (let ago = 1; ago <= frames; ago++) {
        const played = at(this.#played, this.#frames - ago - delay);
        if (whileSpeaking && played === 0) continue;
        const heard = at(this.#heard, this.#frames - ago);
        count++;
        p += played;
        h += heard;
        pp += played * played;
        hh += heard * heard;
        ph += played * heard;
      }
      if (count < LEAST_FRAMES) continue;
      const both = Math.sqrt((pp - (p * p) / count) * (hh - (h * h) / count));
      const alike = both > 0 ? (ph - (p * h) / count) / both : 0;
      if (alike < best) continue;
      best = alike;
      path = Math.min(MAX_PATH, ph / pp);
    }
    return path;
  }
}

/** Before the first frame there was silence. */
function at(ring: Float32Array, frame: number): number {
  return ring[(frame + ring.length) % ring.length]!;
}
