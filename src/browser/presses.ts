// Where on the microphone's stream the user pressed and let go. To the conversation a press is a stretch of the stream:
// it is told where it begins before its first frame, and where it ends after its last, also much later, and again where
// it may have forgotten it.

import { FRAME_SAMPLES } from "../audio/format.ts";
import type { BrowserMessage } from "../protocol/messages.ts";

export type TurnMessage = BrowserMessage & { type: "turn" };

/** Presses that may have to be said again. What is kept is 60 s: more of them are old. */
export const MAX_PRESSES = 64;

interface Press {
  /** Its first frame, and the one after its last; null while it lasts. */
  readonly from: number;
  until: number | null;
  /** What the conversation was told. */
  isBegun: boolean;
  isEnded: boolean;
  /** That was on another socket, or before it slept: it may know nothing of it. */
  isLongAgo: boolean;
}

export class Presses {
  readonly #send: (message: TurnMessage) => boolean;
  #presses: Press[] = [];
  /** Where a press began that was told, and cancelled while nobody could be told. */
  #cancelOwed: number | null = null;

  constructor(send: (message: TurnMessage) => boolean) {
    this.#send = send;
  }

  /** The first frame of the press that lasts, if there is one. */
  get runningFrom(): number | null {
    return this.#running?.from ?? null;
  }

  /** The conversation has not been told everything of some press. */
  get isOwed(): boolean {
    return this.#presses.some(({ isEnded }) => !isEnded);
  }

  begin(frame: number): void {
    if (this.#presses.length === MAX_PRESSES) this.#presses.shift();
    this.#presses.push({ from: frame, until: null, isBegun: false, isEnded: false, isLongAgo: false });
  }

  end(frame: number): void {
    if (this.#running !== undefined) this.#running.until = frame;
  }

  /** Nothing of the press that lasts is to be heard. */
  cancel(): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#presses.pop();
    if (running.isBegun) this.#cancelOwed = running.from;
    this.#sayCancel();
  }

  /** Frames cannot follow yet: the conversation is told already that they will. */
  announce(): void {
    this.#sayCancel();
    const running = this.#running;
    if (running === undefined || (running.isBegun && !running.isLongAgo)) return;
    running.isBegun = this.#say("begin", running.from);
    running.isLongAgo = false;
  }

  /** The next frame to go out is this one. Called for every frame: nothing is made here. */
  reached(frame: number): void {
    for (const press of this.#presses) {
      if (press.from > frame) return;
      if (!press.isBegun) press.isBegun = this.#say("begin", press.from);
      if (press.until === null || press.until > frame || press.isEnded || !press.isBegun) continue;
      press.isEnded = this.#say("end", press.until);
    }
  }

  /** The conversation may have forgotten what it was told: there is another socket, or it slept. */
  mayBeForgotten(): void {
    for (const press of this.#presses) press.isLongAgo = true;
  }

  /** It wants the stream from this frame on. What it has not heard to the end it is told of again. */
  goBack(frame: number): void {
    for (const press of this.#presses) {
      if (!press.isLongAgo) continue;
      press.isLongAgo = false;
      if (press.isEnded && press.until !== null && press.until <= frame) continue;
      press.isBegun = false;
      press.isEnded = false;
    }
  }

  /** What ended before this frame is heard and stored. */
  safe(frame: number): void {
    this.#presses = this.#presses.filter(({ until, isEnded }) => until === null || until > frame || !isEnded);
  }

  forget(): void {
    this.#presses = [];
    this.#cancelOwed = null;
  }

  get #running(): Press | undefined {
    const last = this.#presses.at(-1);
    return last?.until === null ? last : undefined;
  }

  #sayCancel(): void {
    if (this.#cancelOwed !== null && this.#say("cancel", this.#cancelOwed)) this.#cancelOwed = null;
  }

  #say(action: TurnMessage["action"], frame: number): boolean {
    return this.#send({ type: "turn", action, atSample: frame * FRAME_SAMPLES });
  }
}
