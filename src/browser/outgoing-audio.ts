// The way of the kept frames to the conversation: from where it asked on, as fast as the uplink takes them, then
// live, always in order. A full uplink delays a frame and loses none; only the cap on what is kept does, and it counts.

import { FRAME_MS, FRAME_SAMPLES } from "../audio/format.ts";
import type { BrowserMessage } from "../protocol/messages.ts";
import type { Clock } from "./clock.ts";
import { KeptAudio } from "./kept-audio.ts";
import { Presses } from "./presses.ts";

/** A conversation that hears and has not said by now where the stream begins is an older one and never will. */
export const RESEND_WAIT_MS = 1_000;
/** While the uplink is full it is looked at again so often: a backlog of 2 s drains a good part in this time. */
export const UPLINK_RETRY_MS = 20;
/** Frames given up at once when the uplink is slower than speech: each gap costs a message, and those are limited. */
export const GAP_FRAMES = 1_000 / FRAME_MS;

export interface Uplink {
  send(message: BrowserMessage): boolean;
  sendAudio(samples: ArrayBuffer): boolean;
  readonly hasAudioRoom: boolean;
}

export class OutgoingAudio {
  readonly kept = new KeptAudio();
  /** With push-to-talk: what is said of the frames between them. */
  readonly presses: Presses;
  readonly #uplink: Uplink;
  readonly #clock: Clock;
  /** The frame that goes out next. */
  #next = 0;
  /** Frames before this one went out at least once. */
  #sentEnd = 0;
  #isFlowing = false;
  /** The conversation counts the stream's samples: a jump has to be said. */
  #isCounted = false;
  #droppedFrames = 0;
  #cancelWait: (() => void) | null = null;
  #cancelRetry: (() => void) | null = null;

  constructor(uplink: Uplink, clock: Clock) {
    this.#uplink = uplink;
    this.#clock = clock;
    this.presses = new Presses((message) => uplink.send(message));
  }

  /** Frames go out as they come. */
  get isFlowing(): boolean {
    return this.#isFlowing;
  }

  /** Frames the conversation never got, or can no longer get, though it should. */
  get droppedFrames(): number {
    return this.#droppedFrames;
  }

  /** The next frame of the stream. */
  capture(samples: Int16Array, loudness: number): void {
    if (this.kept.isFull) this.#makeRoom();
    this.kept.keep(samples, loudness);
    this.#pump();
  }

  /** From now on frames are only kept. */
  hold(): void {
    this.#isFlowing = false;
    this.#cancelWait?.();
    this.#cancelRetry?.();
    this.#cancelWait = null;
    this.#cancelRetry = null;
  }

  /** The conversation sleeps. An older one calls nothing safe: what went out to it is all that it wants. */
  rest(): void {
    this.presses.mayBeForgotten();
    if (this.#isFlowing && !this.#isCounted) this.kept.writeOff(this.#sentEnd);
    this.hold();
  }

  /** The conversation has been asked to listen and has the model; now it should say where the stream begins. */
  expectResend(): void {
    if (this.#isFlowing || this.#cancelWait !== null) return;
    this.#cancelWait = this.#clock.after(RESEND_WAIT_MS, () => {
      this.hold();
      this.#isFlowing = true;
      this.#isCounted = false;
      this.#next = Math.max(this.#sentEnd, this.kept.owed);
      this.#pump();
    });
  }

  /** Goes back to this sample, or to the first that is there and was no silence, and on from it. */
  resendFrom(sample: number): void {
    this.hold();
    const { owed, end } = this.kept;
    const asked = Math.floor(sample / FRAME_SAMPLES);
    this.presses.goBack(asked);
    this.#isFlowing = true;
    this.#isCounted = true;
    this.#next = this.kept.toHearFrom(Math.min(end, Math.max(owed, asked)));
    this.#sayPosition();
    this.#pump();
  }

  /** There is nothing to go back to: the next frame, if one comes, is a new one. */
  resendNothing(): void {
    this.#uplink.send({ type: "resending", fromSample: this.kept.end * FRAME_SAMPLES });
  }

  /** What lies before this sample of the stream will never be asked for again; of a press that lasts, nothing yet. */
  safe(untilSample: number): void {
    const running = this.presses.runningFrom;
    const until = running === null ? untilSample : Math.min(untilSample, running * FRAME_SAMPLES);
    this.kept.safe(until);
    this.presses.safe(Math.floor(until / FRAME_SAMPLES));
  }

  /** What was captured from this frame on is not to be heard; without one, what was not sent. */
  takeBack(fromFrame = this.#sentEnd): void {
    this.kept.writeOff(this.kept.end, fromFrame);
  }

  /** Of the last frames it turned out that nothing was in them but the agent's voice. */
  wereEcho(frames: number): void {
    const fromFrame = this.kept.end - frames;
    this.kept.silence(fromFrame);
    this.#uplink.send({ type: "activity", active: false, echoFrom: fromFrame * FRAME_SAMPLES });
  }

  /** A press has begun or ended: the conversation is told when all frames before that are out. */
  tellPresses(): void {
    this.#pump();
  }

  forget(): void {
    this.hold();
    this.presses.forget();
    this.kept.forget();
    this.#next = this.kept.end;
    this.#sentEnd = this.kept.end;
  }

  #pump(): void {
    if (!this.#isFlowing) return;
    const { kept } = this;
    while (this.#next < kept.end) {
      this.presses.reached(this.#next);
      if (!this.#uplink.hasAudioRoom) return this.#retryLater();
      const next = kept.toHearFrom(Math.max(this.#next, kept.first));
      if (next > this.#next) {
        // Safe meanwhile, or given up.
        this.#next = next;
        if (this.#isCounted) this.#sayPosition();
        continue;
      }
      if (!this.#uplink.sendAudio(kept.frame(this.#next))) return this.#retryLater();
      this.#next++;
      this.#sentEnd = Math.max(this.#sentEnd, this.#next);
    }
    this.presses.reached(this.#next);
  }

  #sayPosition(): void {
    this.#uplink.send({ type: "resending", fromSample: this.#next * FRAME_SAMPLES });
  }

  #retryLater(): void {
    this.#cancelRetry ??= this.#clock.after(UPLINK_RETRY_MS, () => {
      this.#cancelRetry = null;
      this.#pump();
    });
  }

  #makeRoom(): void {
    const { first } = this.kept;
    const isUplinkSlow = this.#isFlowing && this.#next <= first;
    const until = first + (isUplinkSlow ? GAP_FRAMES : 1);
    for (let frame = Math.max(first, this.kept.owed); frame < until; frame++) {
      // An older conversation asks for nothing twice: what went out once is none of its losses.
      const isOwed = this.kept.toHearFrom(frame) === frame;
      if (isOwed && (this.#isCounted || frame >= this.#sentEnd)) this.#droppedFrames++;
    }
    this.kept.dropUntil(until);
  }
}
