// What one page may send, as counters: floods of messages and of audio, and the one-time hint about early frames.
// State of a socket's stay; a new socket starts afresh.

import { MicrophoneMeter } from "./microphone-meter.ts";
import type { MeterVerdict } from "./microphone-meter.ts";

/** A playing page sends about five messages a second; typing and buttons add a few. */
export const MESSAGES_PER_SECOND = 20;
export const MESSAGE_BURST = 100;

export class CallerGuard {
  readonly #meter = new MicrophoneMeter();
  #messagesLeft = MESSAGE_BURST;
  #lastMessageMs: number | undefined;
  #hinted = false;

  /** Counts a text frame; false when there were too many. */
  message(nowMs: number): boolean {
    const elapsedMs = this.#lastMessageMs === undefined ? 0 : nowMs - this.#lastMessageMs;
    this.#lastMessageMs = nowMs;
    this.#messagesLeft = Math.min(
      MESSAGE_BURST,
      this.#messagesLeft + (elapsedMs / 1000) * MESSAGES_PER_SECOND,
    );
    this.#messagesLeft -= 1;
    return this.#messagesLeft >= 0;
  }

  frame(bytes: number, nowMs: number): MeterVerdict {
    return this.#meter.frame(bytes, nowMs);
  }

  /** True the first time only: a page that talks before `start` is told once. */
  firstEarlyFrame(): boolean {
    const first = !this.#hinted;
    this.#hinted = true;
    return first;
  }
}
