// Whether the microphone may be hearing nothing but the agent's own voice. The browser cancels echo well once it knows
// the room, and not at all where it cannot. What an echo brings along is not known beforehand: it is learned from the
// times when the page fell silent for a "voice" that fell silent with it.

import { FRAME_MS } from "../audio/format.ts";

/** An echo comes this much later than it was rendered at most: wireless speakers, the room, two buffers. */
export const ECHO_DELAY_MS = 400;
const DELAY_FRAMES = ECHO_DELAY_MS / FRAME_MS;
/** A room is not equally loud at every pitch: an echo may be 6 dB above what was learned. */
const MARGIN = 2;
/** What the first false alarm may teach: an echo 20 dB below what was played. A cough teaches nothing worse. */
const FIRST_PATH = 0.1;
/** Each further one teaches 6 dB, up to an echo as loud as the agent itself. */
const PATH_STEP = 2;
const MAX_PATH = 1;
/** Half of it is forgotten in half a minute of the agent's voice: the browser's own cancelling gets better. */
const FORGET_PER_FRAME = 0.5 ** (FRAME_MS / 30_000);

export class OwnEcho {
  readonly #recent = new Float32Array(DELAY_FRAMES);
  #at = 0;
  #playing = 0;
  /** How loud an echo is for each unit of what was played. */
  #path = 0;

  /** What the speaker is given now, as a root mean square. */
  playing(level: number): void {
    this.#playing = level;
  }

  /** One more frame of the microphone: time goes on. */
  frame(): void {
    this.#recent[this.#at] = this.#playing;
    this.#at = (this.#at + 1) % DELAY_FRAMES;
    if (this.#playing > 0) this.#path *= FORGET_PER_FRAME;
  }

  /** A microphone this loud need not hear anybody. */
  explains(level: number): boolean {
    return level <= this.#path * MARGIN * this.#loudest();
  }

  /** What was heard at this level, as loud against what is played now, fell silent with the speaker. */
  learn(ratio: number): void {
    const most = Math.min(MAX_PATH, Math.max(FIRST_PATH, this.#path * PATH_STEP));
    this.#path = Math.max(this.#path, Math.min(most, ratio));
  }

  /** How loud `level` is against the loudest that may echo now. */
  ratio(level: number): number {
    const loudest = this.#loudest();
    return loudest === 0 ? 0 : level / loudest;
  }

  #loudest(): number {
    let loudest = this.#playing;
    for (const level of this.#recent) if (level > loudest) loudest = level;
    return loudest;
  }
}
