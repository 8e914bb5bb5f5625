// The page's own decision to fall silent. It cannot know whether a sound is an interruption, but it hears it first: so
// it holds the agent's voice at once and lets the conversation decide. `flush` makes it final; `resume`, or no word
// from there once the sound is over, lets the voice go on at the very sample.

import { FRAME_MS } from "../audio/format.ts";
import type { Clock } from "./clock.ts";
import { ECHO_DELAY_MS, OwnEcho } from "./own-echo.ts";
import { ONSET_FRAMES, type SpeechDetector } from "./speech-detector.ts";
import { Wariness } from "./wariness.ts";

/** One frame 12 dB above what a voice at least is leaves no doubt that something is there. */
export const CONFIDENT_LOUDNESS = 4;
/**
 * So long after the sound ended a `flush` may still come: one frame on its way (40 ms), there and back on a slow
 * mobile network (300 ms), and a detector that wants 200 ms of speech, with some room.
 */
export const CONFIRM_WAIT_MS = 700;
/**
 * What the page heard so lately the conversation cannot have judged: one frame on its way (40 ms), there and back on a
 * slow mobile network (300 ms).
 */
export const UNJUDGED_MS = FRAME_MS + 300;
/** Longer than any detector thinks. A hold must not look like a speaker that stopped (10 s, rule TT8). */
export const HOLD_MAX_MS = 3_000;
/** A voice that was decided upon counts as the same one until it paused for so long. */
export const SAME_VOICE_MS = 200;
const SAME_VOICE_FRAMES = SAME_VOICE_MS / FRAME_MS;
/** A minute after a false hold the page is one step less wary. */
const STEP_BACK_MS = 60_000;

/** What the detector says of the last frame. */
export type HeardFrame = Pick<
  SpeechDetector,
  "loudness" | "threshold" | "level" | "voiceLevel" | "pauses" | "resets"
>;

interface Hold {
  sinceMs: number;
  lastLoudMs: number;
  /** How loud the microphone was against what was being played: what it would be if it was an echo. */
  ratio: number;
  cancelWait: () => void;
}

export interface VoiceHoldDeps {
  clock: Clock;
  hold(): void;
  resume(): void;
}

export class VoiceHold {
  readonly #deps: VoiceHoldDeps;
  readonly #wariness = new Wariness(STEP_BACK_MS);
  readonly #echo = new OwnEcho();
  #hold: Hold | null = null;
  #loudFrames = 0;
  #quietFrames = 0;
  /** How long ago the microphone heard a voice above the echo. */
  #echoFrames = 0;
  /** Which microphone it was. */
  #resets = 0;
  #pauses = 0;
  /** The voice there is now has been decided upon. */
  #isDecided = false;

  constructor(deps: VoiceHoldDeps) {
    this.#deps = deps;
  }

  get isHeld(): boolean {
    return this.#hold !== null;
  }

  /** How loud the agent's voice is right now, as the speaker's meter shows it. */
  playing(level: number): void {
    this.#echo.playing(level);
  }

  /**
   * Frame `number` of the open microphone. `isPlaying`: there is a voice to hold. Returns how many of the last frames,
   * this one included, need not hold anybody's voice but the agent's: none, or this one, or, when the room has just been
   * learned, also what was heard before. They are not for the conversation, which would take them for a turn.
   */
  frame(heard: HeardFrame, number: number, isPlaying: boolean): number {
    const { loudness, threshold, level, pauses, resets } = heard;
    if (pauses !== this.#pauses) this.#echo.pause();
    this.#pauses = pauses;
    if (resets !== this.#resets) this.#echo.reset();
    this.#resets = resets;
    this.#echo.frame(level, number);
    this.#wariness.frame();
    const over = loudness / (threshold * this.#wariness.factor);
    const isExplained = this.#echo.explains(level);
    // However wary the page is: that is about holding. What was proved was proved of all that was heard before.
    const isAbove = loudness > threshold && !isExplained && this.#echo.isProved;
    this.#echoFrames = isAbove ? 0 : this.#echoFrames + 1;
    const isLoud = over > 1 && !isExplained && !this.#echo.suspects(level);
    this.#loudFrames = isLoud ? this.#loudFrames + 1 : 0;
    this.#quietFrames = isLoud ? 0 : this.#quietFrames + 1;
    if (this.#quietFrames >= SAME_VOICE_FRAMES) this.#isDecided = false;
    if (!isLoud) {
      if (!isExplained || this.#isSomebody) return 0;
      return Math.max(1, this.#echo.takeBack(heard.voiceLevel));
    }
    if (this.#hold !== null) this.#hold.lastLoudMs = this.#deps.clock.now();
    else if (
      isPlaying &&
      !this.#isDecided &&
      (over > CONFIDENT_LOUDNESS || this.#loudFrames >= ONSET_FRAMES)
    ) {
      this.#begin(level);
    }
    return 0;
  }

  /** Everything was dropped: it was an interruption, or somebody wanted silence. */
  flushed(): void {
    this.#decided();
    if (this.#hold === null) return;
    this.#end();
    this.#wariness.wasRight();
  }

  /** The conversation says that it was none. While somebody is heard still, or again, that is about an older sound. */
  resumed(): void {
    if (this.#hold === null) return;
    if (this.#deps.clock.now() - this.#hold.lastLoudMs >= UNJUDGED_MS) this.#wasFalse();
  }

  /** There is nothing left to hold: what was held had been played already. */
  ranOut(): void {
    if (this.#hold === null) return;
    this.#end();
    this.#deps.resume();
  }

  /** Of a voice that rose above the echo the soft syllables are its own. */
  get #isSomebody(): boolean {
    return this.#hold !== null || this.#isDecided || this.#echoFrames < SAME_VOICE_FRAMES;
  }

  #begin(level: number): void {
    const now = this.#deps.clock.now();
    const hold: Hold = {
      sinceMs: now,
      lastLoudMs: now,
      ratio: this.#echo.ratio(level),
      cancelWait: () => {},
    };
    this.#hold = hold;
    this.#deps.hold();
    this.#await(hold);
  }

  /** One timer for the whole hold: when it rings it looks how much later the last sound was. */
  #await(hold: Hold): void {
    const untilMs = Math.min(hold.lastLoudMs + CONFIRM_WAIT_MS, hold.sinceMs + HOLD_MAX_MS);
    const waitMs = untilMs - this.#deps.clock.now();
    if (waitMs <= 0) this.#wasFalse();
    else hold.cancelWait = this.#deps.clock.after(waitMs, () => this.#await(hold));
  }

  #wasFalse(): void {
    const hold = this.#end();
    this.#wariness.wasFooled();
    // What ends as soon as the agent is silent was perhaps the agent.
    if (hold.lastLoudMs - hold.sinceMs <= ECHO_DELAY_MS) this.#echo.learn(hold.ratio);
    this.#deps.resume();
  }

  #end(): Hold {
    const hold = this.#hold!;
    hold.cancelWait();
    this.#hold = null;
    this.#decided();
    return hold;
  }

  /** Where there is no voice now, the next one is another. */
  #decided(): void {
    this.#isDecided = this.#quietFrames < SAME_VOICE_FRAMES;
  }
}
