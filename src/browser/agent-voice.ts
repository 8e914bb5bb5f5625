// The agent's voice at this page: audio on its way to the speaker, and what was heard of it on its way back.

import { assertNever } from "../assert.ts";
import type { BrowserMessage, ConversationMessage } from "../protocol/messages.ts";
import { OutgoingReports } from "./outgoing-reports.ts";
import type { PlayedReport, SpeakerPort } from "./speaker.ts";

export type VoiceMessage = ConversationMessage & { type: "audio" | "audio_end" | "flush" };

export class AgentVoice {
  readonly #speaker: SpeakerPort;
  readonly #reports: OutgoingReports;
  /** What was under way when the user stopped is not to be heard any more. */
  #isStopped = false;

  constructor(speaker: SpeakerPort, send: (message: BrowserMessage) => void) {
    this.#speaker = speaker;
    this.#reports = new OutgoingReports(send);
  }

  /** Inside a gesture: from here on there may be sound. */
  prepare(): void {
    this.#speaker.prepare();
  }

  /** Silence here and now, until `goOn`. */
  stop(): void {
    this.#isStopped = true;
    this.#speaker.flush();
  }

  goOn(): void {
    this.#isStopped = false;
  }

  /** Drops what is queued; what comes next is played. */
  flush(): void {
    this.#speaker.flush();
  }

  message(message: VoiceMessage): void {
    switch (message.type) {
      case "audio":
        if (!this.#isStopped) this.#speaker.begin(message.itemId, message.fromMs);
        break;
      case "audio_end":
        if (!this.#isStopped) this.#speaker.end(message.itemId, message.totalMs);
        break;
      case "flush":
        this.#speaker.flush();
        break;
      default:
        assertNever(message);
    }
  }

  frame(samples: ArrayBuffer): void {
    if (!this.#isStopped) this.#speaker.push(samples);
  }

  played(report: PlayedReport, isLive: boolean): void {
    if (isLive) this.#reports.report(report);
    else this.#reports.hold(report);
  }

  /** There is a conversation again to be told what was heard meanwhile. */
  attached(): void {
    this.#reports.sendWaiting();
  }

  leave(): void {
    this.#speaker.flush();
    this.#reports.forget();
  }
}
