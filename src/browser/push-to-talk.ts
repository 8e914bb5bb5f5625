// What becomes of a frame where the user says with a button when they speak: inside a press it is a part of the stream,
// outside it is forgotten, but for the last moment. The microphone stays open between presses until the user turns it
// off: opening one takes a few hundred milliseconds, and the first syllable would be lost each time.

import { FRAME_MS, FRAME_SAMPLES } from "../audio/format.ts";
import type { Clock } from "./clock.ts";
import type { OutgoingAudio } from "./outgoing-audio.ts";

/** People begin to speak while the finger is on its way. */
export const PRESS_PRE_ROLL_MS = 200;
/** They let go while the last sound is in the air, and the device has some of it still to hand over. */
export const PRESS_TAIL_MS = 120;
/** A microphone that hands over nothing any more ends a press all the same. */
export const TAIL_WAIT_MS = 400;
/** A press that was forgotten: two minutes are longer than anybody talks, and the rest would be paid for nothing. */
export const MAX_PRESS_MS = 120_000;
const PRE_ROLL_FRAMES = PRESS_PRE_ROLL_MS / FRAME_MS;

export class PushToTalk {
  readonly #audio: OutgoingAudio;
  readonly #clock: Clock;
  /** A press ended by itself. */
  readonly #onChange: () => void;
  /** The last frames outside of a press, the oldest at `#preRollNext` once it is full. Made once. */
  readonly #preRoll = Array.from({ length: PRE_ROLL_FRAMES }, () => new Int16Array(FRAME_SAMPLES));
  #preRollCount = 0;
  #preRollNext = 0;
  #isOn = false;
  #isPressed = false;
  #pressedFrames = 0;
  /** Frames that still belong to a press which is over; null when none is. */
  #tailFrames: number | null = null;
  #cancelWait: (() => void) | null = null;

  constructor(audio: OutgoingAudio, clock: Clock, onChange: () => void) {
    this.#audio = audio;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** In force: only what is said inside a press is heard. */
  get isOn(): boolean {
    return this.#isOn;
  }

  get isPressed(): boolean {
    return this.#isPressed;
  }

  /** True when that is a change. */
  set(isOn: boolean): boolean {
    if (isOn === this.#isOn) return false;
    this.#isOn = isOn;
    this.forget();
    // What was not sent before belongs to no press; what was may be of a turn whose words are to come.
    if (isOn) this.#audio.takeBack();
    return true;
  }

  /** `isClean`: the agent is silent, so that the moment before the press holds nothing of its voice. */
  begin(isClean: boolean): void {
    if (this.#isPressed) return;
    this.#endNow();
    this.#isPressed = true;
    this.#pressedFrames = 0;
    this.#audio.presses.begin(this.#audio.kept.end);
    if (isClean) this.#sendPreRoll();
    this.#preRollCount = 0;
    this.#audio.tellPresses();
  }

  end(): void {
    if (!this.#isPressed) return;
    this.#isPressed = false;
    this.#tailFrames = PRESS_TAIL_MS / FRAME_MS;
    this.#cancelWait = this.#clock.after(TAIL_WAIT_MS, () => this.#endNow());
  }

  cancel(): void {
    this.#stopWaiting();
    this.#isPressed = false;
    const from = this.#audio.presses.runningFrom;
    if (from === null) return;
    this.#audio.presses.cancel();
    this.#audio.takeBack(from);
  }

  frame(samples: Int16Array): void {
    if (this.#isPressed) {
      this.#audio.capture(samples, 0);
      if (++this.#pressedFrames < MAX_PRESS_MS / FRAME_MS) return;
      this.end();
      this.#onChange();
    } else if (this.#tailFrames !== null) {
      this.#audio.capture(samples, 0);
      if (--this.#tailFrames === 0) this.#endNow();
    } else {
      this.#preRoll[this.#preRollNext]!.set(samples);
      this.#preRollNext = (this.#preRollNext + 1) % PRE_ROLL_FRAMES;
      this.#preRollCount = Math.min(PRE_ROLL_FRAMES, this.#preRollCount + 1);
    }
  }

  /** What the microphone hears now must not lead a press. */
  forgetPreRoll(): void {
    this.#preRollCount = 0;
  }

  /** Another microphone, or none; or nobody is to be told. */
  forget(): void {
    this.#stopWaiting();
    this.#isPressed = false;
    this.#preRollCount = 0;
    this.#audio.presses.forget();
  }

  #sendPreRoll(): void {
    const oldest = this.#preRollNext - this.#preRollCount + PRE_ROLL_FRAMES;
    for (let count = 0; count < this.#preRollCount; count++) {
      this.#audio.capture(this.#preRoll[(oldest + count) % PRE_ROLL_FRAMES]!, 0);
    }
  }

  #endNow(): void {
    if (this.#tailFrames === null) return;
    this.#stopWaiting();
    this.#audio.presses.end(this.#audio.kept.end);
    this.#audio.tellPresses();
  }

  #stopWaiting(): void {
    this.#cancelWait?.();
    this.#cancelWait = null;
    this.#tailFrames = null;
  }
}
