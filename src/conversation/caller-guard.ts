// What one page may send, as counters: floods of messages and of audio, and the one-time hint about early frames.
// State of a socket's stay; a new socket starts afresh.

import { MicrophoneMeter } from "./microphone-meter.ts";
import type { MeterVerdict } from "./microphone-meter.ts";

/** A playing page sends about five messages a second; typing and buttons add a few. */
export const MESSAGES_PER_SECOND = 20;
export const MESSAGE_BURST = 100;

/** Frames are 25 a second, and a page that comes back sends a minute of them at once; 10 ms frames are still fine. */
export const FRAMES_PER_SECOND = 100;
export const FRAME_BURST = 6_000;

export class CallerGuard {
  readonly #meter = new MicrophoneMeter();
  readonly #messages = new Allowance(MESSAGES_PER_SECOND, MESSAGE_BURST);
  readonly #frames = new Allowance(FRAMES_PER_SECOND, FRAME_BURST);
  #hinted = false;

  /** Counts a text frame, or a frame that is no audio; false when there were too many. */
  message(nowMs: number): boolean {
    return this.#messages.take(nowMs);
  }

  /** The page was asked to send again what it keeps: all of it may come at once. */
  askedBack(): void {
    this.#meter.askedBack();
    this.#frames.refill();
  }

  frame(bytes: number, nowMs: number): MeterVerdict {
    return this.#frames.take(nowMs) ? this.#meter.frame(bytes, nowMs) : "flood";
  }

  /** True the first time only: a page that talks before `start` is told once. */
  firstEarlyFrame(): boolean {
    const first = !this.#hinted;
    this.#hinted = true;
    return first;
  }
}

/** So many at once, and so many a second after that. Hot path: numbers only. */
class Allowance {
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;
  #lastMs: number | undefined;

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
  }

  refill(): void {
    this.#left = this.#burst;
  }

  take(nowMs: number): boolean {
    const elapsedMs = this.#lastMs === undefined ? 0 : nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    this.#left = Math.min(this.#burst, this.#left + (elapsedMs / 1000) * this.#perSecond) - 1;
    return this.#left >= 0;
  }
}
