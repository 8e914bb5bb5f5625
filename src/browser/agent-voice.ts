// The agent's voice at this page: audio on its way to the speaker, and what was heard of it on its way back.

import { assertNever } from "../assert.ts";
import type { BrowserMessage, ConversationMessage, Item } from "../protocol/messages.ts";
import { OutgoingReports } from "./outgoing-reports.ts";
import type { PlayedReport, SpeakerPort } from "./speaker.ts";
import type { Clock } from "./clock.ts";
import { TypedHold } from "./typed-hold.ts";
import { VoiceHold, type HeardFrame } from "./voice-hold.ts";

export type VoiceMessage = ConversationMessage & { type: "audio" | "audio_end" | "flush" | "resume" };

/** After the last sample the room goes on for a moment, and what the microphone heard of it is still on its way. */
export const ECHO_TAIL_MS = 200;
/** A speaker that plays reports five times a second. One that says nothing for so long plays nothing: there is none. */
export const NO_SPEAKER_MS = 3_000;

export class AgentVoice {
  readonly #speaker: SpeakerPort;
  readonly #clock: Clock;
  readonly #reports: OutgoingReports;
  readonly #send: (message: BrowserMessage) => void;
  /** What was under way when the user stopped is not to be heard any more. */
  #isStopped = false;
  readonly #hold: VoiceHold;
  readonly #typedHold: TypedHold;
  /** The user interrupted this item, and the conversation has not said that it knows. */
  #interrupted: string | null = null;
  /** What was begun last and has not been played to its end: while there is such an item, somebody can interrupt it. */
  #lastItem: string | null = null;
  /** When the last item was over. */
  #silentSinceMs = -Infinity;
  /** When the last item was begun, or something of it was last heard. */
  #lastSignMs = -Infinity;
  /** Until so much of this item was heard the microphone holds nothing. */
  #protected: { itemId: string; untilMs: number } | null = null;
  /** False where the user's voice is not what interrupts: push-to-talk, and a microphone that is closed meanwhile. */
  #mayHold = true;

  constructor(speaker: SpeakerPort, clock: Clock, send: (message: BrowserMessage) => void) {
    this.#speaker = speaker;
    this.#clock = clock;
    this.#send = send;
    const resume = (): void => {
      if (!this.#hold.isHeld && !this.#typedHold.isHeld) speaker.resume();
    };
    this.#hold = new VoiceHold({ clock, hold: () => speaker.hold(), resume });
    this.#typedHold = new TypedHold(clock, resume);
    this.#reports = new OutgoingReports(send);
  }

  /** Inside a gesture: from here on there may be sound. */
  prepare(): void {
    this.#speaker.prepare();
  }

  /** Silence here and now, until `goOn`. */
  stop(): void {
    this.#isStopped = true;
    this.flush();
  }

  goOn(): void {
    this.#isStopped = false;
    this.#interrupted = null;
  }

  /** Something of the agent is in the air, or will be at once, or was a moment ago. */
  get isInTheAir(): boolean {
    const now = this.#clock.now();
    if (this.#lastItem !== null) return now - this.#lastSignMs < NO_SPEAKER_MS;
    return now - this.#silentSinceMs < ECHO_TAIL_MS;
  }

  setMayHold(mayHold: boolean): void {
    this.#mayHold = mayHold;
    // That teaches nothing: nobody decided about it.
    if (!mayHold) this.#hold.ranOut();
  }

  /** Drops what is queued; what comes next is played. */
  flush(): void {
    this.#speaker.flush();
    this.#lastItemIsOver();
    this.#protected = null;
    this.#hold.flushed();
    this.#typedHold.flushed();
  }

  /** The user wants silence. What was heard follows the word of it at once, without being asked for. */
  interrupt(): void {
    this.#interrupted = this.#lastItem;
    this.#send({ type: "interrupt" });
    this.flush();
  }

  /** The user typed what stops the agent, of its greeting also the part that no voice interrupts. */
  typedOver(): void {
    if (this.#lastItem === null) return;
    this.#typedHold.begin();
    this.#speaker.hold();
  }

  /**
   * Frame `number` of the open microphone: who speaks over the agent silences it here and now, if only for a moment. How many
   * of the last frames, this one included, are only this voice come back.
   */
  heard(frame: HeardFrame, number: number): number {
    return this.#hold.frame(
      frame,
      number,
      this.#mayHold && this.#lastItem !== null && this.#protected === null,
    );
  }

  /** What the speaker's meter shows. */
  level(level: number): void {
    this.#hold.playing(level);
  }

  message(message: VoiceMessage): void {
    switch (message.type) {
      case "audio":
        if (this.#isStopped) break;
        this.#interrupted = null;
        this.#lastItem = message.itemId;
        this.#lastSignMs = this.#clock.now();
        this.#protect(message.itemId, message.fromMs, message.protectedMs ?? 0);
        this.#speaker.begin(message.itemId, message.fromMs);
        break;
      case "audio_end":
        if (!this.#isStopped) this.#speaker.end(message.itemId, message.totalMs);
        break;
      case "flush":
        this.#interrupted = null;
        this.flush();
        break;
      case "resume":
        this.#hold.resumed();
        break;
      default:
        assertNever(message);
    }
  }

  frame(samples: ArrayBuffer): void {
    if (!this.#isStopped) this.#speaker.push(samples);
  }

  played(report: PlayedReport, isLive: boolean): void {
    const { itemId, playedMs, done } = report;
    this.#lastSignMs = this.#clock.now();
    if (itemId === this.#protected?.itemId && (done || playedMs >= this.#protected.untilMs)) {
      this.#protected = null;
    }
    if (done && itemId === this.#lastItem) {
      this.#lastItemIsOver();
      this.#hold.ranOut();
      this.#typedHold.goOn();
    }
    if (isLive) this.#reports.report(report);
    else this.#reports.hold(report);
  }

  /** There is a conversation again, with these items, to be told what was heard meanwhile. */
  attached(items: readonly Item[]): void {
    const playing = items.find(({ id }) => id === this.#lastItem);
    // While this page was away the answer was cut, or is no more: playing on would be heard and not remembered.
    if (this.#lastItem !== null && (playing === undefined || playing.status === "interrupted")) this.flush();
    // It may have been lost with the socket, and the rest would be sent and heard again. Where it was not, somebody may
    // have asked for something else since.
    const interrupted = items.find(({ id }) => id === this.#interrupted);
    if (interrupted !== undefined && interrupted.status !== "interrupted") this.#send({ type: "interrupt" });
    this.#interrupted = null;
    this.#reports.sendWaiting();
  }

  leave(): void {
    this.flush();
    this.#interrupted = null;
    this.#reports.forget();
  }

  #protect(itemId: string, fromMs: number, untilMs: number): void {
    if (fromMs < untilMs) this.#protected = { itemId, untilMs };
  }

  #lastItemIsOver(): void {
    if (this.#lastItem !== null) this.#silentSinceMs = this.#clock.now();
    this.#lastItem = null;
  }
}
