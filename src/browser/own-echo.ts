// Whether the microphone may be hearing nothing but the agent's own voice. The browser cancels echo well once it knows
// the room, and not at all where it cannot. What an echo brings along is not known beforehand. It is proved by what
// rises and falls as the agent does: only that may silence a microphone. A "voice" that the page fell silent for, and
// that fell silent with it, makes it suspicious: that only keeps it from falling silent again.

import { FRAME_MS } from "../audio/format.ts";

/** An echo comes this much later than it was rendered at most: wireless speakers, the room, two buffers. */
export const ECHO_DELAY_MS = 400;
const DELAY_FRAMES = ECHO_DELAY_MS / FRAME_MS;
/** The speaker's meter and the microphone's frames go by two clocks: an echo may be so much off its delay. */
const DELAY_SLACK_FRAMES = 80 / FRAME_MS;
/** A room is not equally loud at every pitch: an echo may be 6 dB above what was learned. */
const MARGIN = 2;
/** In all, over half a second, it may be 3 dB louder: who speaks as loud as the echo makes that much. */
const SUM_MARGIN = Math.SQRT2;
const SUMMED_FRAMES = 480 / FRAME_MS;
/** Below this the agent is silent, whether its voice comes with zeros or with a hiss: -50 dBFS. */
const AGENT_SILENCE = 0.003;
/** So much of both is compared: some words. */
const COMPARED_FRAMES = 2_000 / FRAME_MS;
/** What may be in the oldest half second of it. */
const REMEMBERED_FRAMES = COMPARED_FRAMES + SUMMED_FRAMES + DELAY_FRAMES + 1;
/** Of these so many with the agent's voice in them: its silence is like everybody's. */
const LEAST_FRAMES = 600 / FRAME_MS;
/**
 * Who says a word together with the agent's first one may be taken for an echo until it speaks on without them: words
 * that were heard are taken back after so much more of it.
 */
const SURE_FRAMES = 400 / FRAME_MS;
/** How often, in frames. */
const COMPARE_EVERY = 2;
/**
 * Two courses of loudness this much alike (1: the same) are one. An echo comes to 0.85 to 1. Of the 320 people of the
 * unit test, who begin to speak as the agent does, nobody is taken for one.
 */
const ALIKE = 0.85;
/** An echo is in every frame, a person pauses: what is heard in the softest eighth is all that can be echo, ... */
const SOFTEST_SHARE = 8;
/** ... once so many frames can be compared. */
const LEAST_RATIOS = 8;
/** What the first false alarm makes suspicious: an echo 12 dB below what was played. */
const FIRST_SUSPICION = 0.25;
/** Each further one adds 6 dB, up to an echo as loud as the agent itself. */
const SUSPICION_STEP = 2;
const MAX_PATH = 1;
/** Half of it is forgotten in half a minute of the agent's voice: the browser's own cancelling gets better. */
const FORGET_PER_FRAME = 0.5 ** (FRAME_MS / 30_000);

export class OwnEcho {
  /** The last frames, in rings: what was played and what was heard, as root mean squares. */
  readonly #played = new Float32Array(REMEMBERED_FRAMES);
  readonly #heard = new Float32Array(REMEMBERED_FRAMES);
  /** Frames so far: the next one's place is this modulo the rings' length. */
  #frames = 0;
  /** The number of the last one, and how many in a row came without a gap. */
  #number = -1;
  #unbroken = 0;
  /** So much more of the agent's voice has to come before what was proved is proof of what was heard before, too. */
  #sureInFrames = SURE_FRAMES;
  #hasTakenBack = false;
  #playing = 0;
  /** How loud an echo is for each unit of what was played, and how late it comes, in frames: as it was proved. */
  #path = 0;
  #delay = 0;
  /** How loud it may be. */
  #suspicion = 0;
  /** The softest ratios of one comparison, in order. */
  readonly #softest = new Float32Array(Math.floor(COMPARED_FRAMES / SOFTEST_SHARE) + 1);

  /** What the speaker is given now, as a root mean square. */
  playing(level: number): void {
    this.#playing = level;
  }

  /** The microphone's frame `number`, this loud. */
  frame(level: number, number: number): void {
    if (number !== this.#number + 1) this.pause();
    this.#number = number;
    this.#unbroken++;
    const place = this.#frames++ % this.#played.length;
    this.#played[place] = this.#playing;
    this.#heard[place] = level;
    if (this.#playing < AGENT_SILENCE) return;
    this.#path *= FORGET_PER_FRAME;
    this.#suspicion *= FORGET_PER_FRAME;
    if (this.isProved && this.#sureInFrames > 0) this.#sureInFrames--;
    if (this.#frames % COMPARE_EVERY !== 0) return;
    this.#compare();
    if (this.isProved) this.#path = Math.min(this.#path, this.#most(this.#earliest, this.#latest));
    if (this.#suspicion > 0) this.#suspicion = Math.min(this.#suspicion, this.#most(0, DELAY_FRAMES));
  }

  /** Whether the room is known to give the agent back. */
  get isProved(): boolean {
    return this.#path > 0;
  }

  /** A microphone this loud hears nothing but the agent, as far as was proved. */
  explains(level: number): boolean {
    if (level > this.#path * MARGIN * this.#loudest(this.#earliest, this.#latest)) return false;
    return this.isProved && this.#explainsAll();
  }

  /**
   * How many of the last frames, 50 at most, had nothing in them but the agent, or were softer than `voice`. They were
   * heard before the room was known, and taken for somebody. Asked once for each room.
   */
  takeBack(voice: number): number {
    if (this.#sureInFrames > 0 || this.#hasTakenBack) return 0;
    this.#hasTakenBack = true;
    const most = MARGIN * this.#usual();
    let ago = 1;
    for (; ago <= Math.min(COMPARED_FRAMES, this.#unbroken); ago++) {
      const level = at(this.#heard, this.#frames - ago);
      const echo = most * this.#loudest(this.#earliest, this.#latest, ago);
      if (level > voice && (level > echo || !this.#explainsAll(ago))) break;
    }
    return ago - 1;
  }

  /** A microphone this loud need not hear anybody, as far as false alarms tell. */
  suspects(level: number): boolean {
    return level <= this.#suspicion * MARGIN * this.#loudest(0, DELAY_FRAMES);
  }

  /** What was heard at this level, as loud against what is played now, fell silent with the speaker. */
  learn(ratio: number): void {
    const most = Math.min(MAX_PATH, Math.max(FIRST_SUSPICION, this.#suspicion * SUSPICION_STEP));
    this.#suspicion = Math.max(this.#suspicion, Math.min(most, ratio));
  }

  /** How loud `level` is against the loudest that may echo now. */
  ratio(level: number): number {
    const loudest = this.#loudest(0, DELAY_FRAMES);
    return loudest === 0 ? 0 : level / loudest;
  }

  /** What comes next does not follow on what came last. */
  pause(): void {
    this.#unbroken = 0;
  }

  /** Another microphone hears another room. */
  reset(): void {
    this.#played.fill(0);
    this.#heard.fill(0);
    this.#frames = 0;
    this.#unbroken = 0;
    this.#sureInFrames = SURE_FRAMES;
    this.#hasTakenBack = false;
    this.#path = 0;
    this.#suspicion = 0;
  }

  /** Whether the last half second, or one before it, holds no more than the agent gives. */
  #explainsAll(from = 1): boolean {
    let played = 0;
    let heard = 0;
    // Of what was played a frame more on both sides, for the two clocks; but nothing that is still to come.
    for (let ago = from - 1; ago <= from + SUMMED_FRAMES; ago++) {
      const level = at(this.#played, this.#frames - ago - Math.max(1, this.#delay));
      played += level * level;
      if (ago >= from && ago < from + SUMMED_FRAMES) heard += at(this.#heard, this.#frames - ago) ** 2;
    }
    return heard <= played * (this.#path * SUM_MARGIN) ** 2;
  }

  get #earliest(): number {
    return Math.max(0, this.#delay - DELAY_SLACK_FRAMES);
  }

  get #latest(): number {
    return Math.min(DELAY_FRAMES, this.#delay + DELAY_SLACK_FRAMES);
  }

  /** Of what may be in the last frame, or one before it, if an echo comes so many frames late. */
  #loudest(earliest: number, latest: number, ago = 1): number {
    let loudest = 0;
    for (let delay = earliest; delay <= latest; delay++) {
      loudest = Math.max(loudest, at(this.#played, this.#frames - ago - delay));
    }
    return loudest;
  }

  /**
   * An echo cannot be louder than what was heard while the agent spoke on: who puts on headphones, or coughed, is heard
   * again. Taken are the softest of the frames, for in the others there may be somebody as well.
   */
  #most(earliest: number, latest: number): number {
    const softest = this.#softest.fill(Infinity);
    let count = 0;
    for (let ago = 1; ago <= COMPARED_FRAMES; ago++) {
      let least = Infinity;
      for (let delay = earliest; delay <= latest; delay++) {
        least = Math.min(least, at(this.#played, this.#frames - ago - delay));
      }
      if (least < AGENT_SILENCE) continue;
      count++;
      let ratio = at(this.#heard, this.#frames - ago) / least;
      for (let rank = 0; rank < softest.length; rank++) {
        const other = softest[rank]!;
        if (ratio >= other) continue;
        softest[rank] = ratio;
        ratio = other;
      }
    }
    return count < LEAST_RATIOS ? MAX_PATH : MARGIN * softest[Math.floor(count / SOFTEST_SHARE)]!;
  }

  /**
   * How loud the echo was in half of the frames that were compared: what proved it may have been a little of somebody,
   * who is louder than that.
   */
  #usual(): number {
    const ratios: number[] = [];
    for (let ago = 1; ago <= COMPARED_FRAMES; ago++) {
      if (at(this.#played, this.#frames - ago - this.#delay) < AGENT_SILENCE) continue;
      ratios.push(at(this.#heard, this.#frames - ago) / this.#loudest(this.#earliest, this.#latest, ago));
    }
    ratios.sort((one, other) => one - other);
    return ratios[Math.floor(ratios.length / 2)] ?? 0;
  }

  /**
   * Whether all that was heard while the agent spoke is what was played. Its silence is left out: two that begin
   * together are not one. Sums as in any correlation, for each delay.
   */
  #compare(): void {
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
        if (played < AGENT_SILENCE) continue;
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
      this.#delay = delay;
    }
    // From here on it is known what an echo explains. What fools the page then is something else.
    if (!this.isProved && path > 0) this.#suspicion = 0;
    this.#path = Math.max(this.#path, path);
  }
}

/** Before the first frame there was silence. */
function at(ring: Float32Array, frame: number): number {
  return ring[(frame + ring.length) % ring.length]!;
}
