// What left the speaker, as the conversation is told it. During a gap of the socket the last word on each item waits.

import type { BrowserMessage } from "../protocol/messages.ts";
import type { PlayedReport } from "./speaker.ts";

export class OutgoingReports {
  readonly #send: (message: BrowserMessage) => void;
  /** Without a socket no audio comes, so there are never more of these than items in the speaker's queue. */
  readonly #waiting = new Map<string, PlayedReport>();

  constructor(send: (message: BrowserMessage) => void) {
    this.#send = send;
  }

  /** The counters go along though they be 0: of a page that says nothing of them nobody knows how it sounded. */
  report({ itemId, playedMs, done, underruns, gapMs = 0 }: PlayedReport): void {
    this.#send({
      type: "playback",
      itemId,
      playedMs,
      ...(done ? { done } : {}),
      ...(underruns === undefined ? {} : { underruns, gapMs }),
    });
  }

  hold(report: PlayedReport): void {
    this.#waiting.set(report.itemId, report);
  }

  sendWaiting(): void {
    for (const report of this.#waiting.values()) this.report(report);
    this.#waiting.clear();
  }

  forget(): void {
    this.#waiting.clear();
  }
}
