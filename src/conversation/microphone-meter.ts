// Watches how fast a page's microphone audio comes. Too fast for real time is a flood; steadily off by a fifth is a
// page that sends another sample rate than it should. Numbers only, no allocation: this runs per frame.

import { BYTES_PER_MS } from "../audio/format.ts";
import { KEPT_AUDIO_MS } from "../protocol/messages.ts";

/** A page that comes back may send what it kept as fast as it can (contract 3.4). */
export const RESEND_BURST_MS = KEPT_AUDIO_MS;
/** While a full minute is sent again, someone goes on talking. */
const RESEND_SLACK_MS = 10_000;
/** Beyond the burst, audio may come this much faster than it was spoken. */
export const MAX_RATE = 1.5;
/** The rate is judged over this long, twice in a row; shorter spans jitter. */
export const RATE_WINDOW_MS = 5_000;
export const RATE_TOLERANCE = 0.2;
/** A pause this long (a muted page sends nothing) starts the window anew. */
const PAUSE_MS = 500;

export type MeterVerdict = "fine" | "rate_off" | "flood";

export class MicrophoneMeter {
  #allowanceMs = RESEND_BURST_MS;
  #lastAtMs: number | undefined;
  #windowStartMs = 0;
  #windowAudioMs = 0;
  /** The sign of the last window's drift, where it was off. */
  #lastOff = 0;

  /** Counts one frame that arrived at `nowMs`. `rate_off` is said at most once per window. */
  frame(bytes: number, nowMs: number): MeterVerdict {
    const audioMs = bytes / BYTES_PER_MS;
    const last = this.#lastAtMs;
    this.#lastAtMs = nowMs;
    if (last === undefined || nowMs - last > PAUSE_MS) {
      this.#windowStartMs = nowMs;
      this.#windowAudioMs = 0;
      if (last !== undefined) this.#refill(nowMs - last);
      return this.#spend(audioMs);
    }
    this.#refill(nowMs - last);
    this.#windowAudioMs += audioMs;
    if (this.#spend(audioMs) === "flood") return "flood";
    const spanMs = nowMs - this.#windowStartMs;
    if (spanMs < RATE_WINDOW_MS) return "fine";
    const drift = this.#windowAudioMs / spanMs - 1;
    this.#windowStartMs = nowMs;
    this.#windowAudioMs = 0;
    // A network that stalls and catches up is off once; a wrong sample rate is off the same way every time.
    const isOff = Math.abs(drift) > RATE_TOLERANCE;
    const again = isOff && Math.sign(drift) === this.#lastOff;
    this.#lastOff = isOff ? Math.sign(drift) : 0;
    return again ? "rate_off" : "fine";
  }

  /** A burst of all that is kept may follow, and says nothing about the rate. */
  askedBack(): void {
    this.#allowanceMs = RESEND_BURST_MS + RESEND_SLACK_MS;
    this.#lastAtMs = undefined;
    this.#lastOff = 0;
  }

  #refill(elapsedMs: number): void {
    this.#allowanceMs = Math.min(RESEND_BURST_MS, this.#allowanceMs + elapsedMs * MAX_RATE);
  }

  #spend(audioMs: number): MeterVerdict {
    this.#allowanceMs -= audioMs;
    return this.#allowanceMs < 0 ? "flood" : "fine";
  }
}
