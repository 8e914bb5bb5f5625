// What the agent says, from the model's events to page, speaker and rows, as `user-speech.ts` is for the user.

import type { PlaybackReport } from "../protocol/messages.ts";
import type { ItemStore } from "../store/item-store.ts";
import type { Audience } from "./audience.ts";
import { HeardLately } from "./heard-lately.ts";
import type { HeardMark } from "./heard-lately.ts";
import type { Heard } from "./playback-ledger.ts";
import { Playout } from "./playout.ts";
import type { Clock, Model, ModelEvent } from "./ports.ts";
import type { Receipts } from "./receipts.ts";
import type { Transcript } from "./transcript.ts";
import type { TurnEvent, TurnState } from "./turn.ts";

export interface AgentSpeechWorld {
  audience: Audience;
  transcript: Transcript;
  receipts: Receipts;
  items: ItemStore;
  clock: Clock;
  model(): Model | undefined;
  turn(): TurnState;
  happens(event: TurnEvent): void;
}

interface BrokenOff {
  mayCall: boolean;
}

interface Stopped {
  isRunning: boolean;
  heard: Set<Heard["part"]>;
}

export class AgentSpeech {
  readonly playout: Playout;
  readonly #world: AgentSpeechWorld;
  /** The answer that is owed had begun to sound when it was cut short by what was nobody's wish. */
  #brokenOff: BrokenOff | undefined;
  /** It was stopped by what may turn out to be nothing, and what was heard of its items then. */
  #stopped: Stopped | undefined;
  readonly #lately = new HeardLately();
  /** When it was playing last; what is playing now is asked of the turn. */
  #stoppedMs = Number.NEGATIVE_INFINITY;
  /** The next item is a greeting. */
  #greetsNext = false;
  /** The greeting, until the first of it was heard. */
  #greetingId: string | undefined;
  /** The next item is a greeting, and so much of it is spoken whatever the microphone hears. */
  #protectNextMs = 0;
  #protected: { itemId: string; untilMs: number } | undefined;

  constructor(world: AgentSpeechWorld) {
    this.#world = world;
    const { audience, clock, happens, receipts, transcript } = world;
    this.playout = new Playout(audience, clock, {
      sounds: (itemId) => receipts.sounds(itemId),
      progress: (report) => this.#progress(report),
      playing: () => happens({ type: "playing" }),
      played: () => {
        this.#stoppedMs = clock.now();
        happens({ type: "played" });
      },
      stalled: () => happens({ type: "interrupt" }),
      brokenOff: (itemId, receivedMs) => {
        transcript.brokenOff(itemId, receivedMs);
        this.#brokenOff = { mayCall: false };
      },
      heard: (itemId, heard) => this.#heard(itemId, heard),
      flushed: () => {
        this.#stoppedMs = clock.now();
        happens({ type: "cut" });
      },
    });
  }

  /** The next item is the greeting, protected for its first `untilMs`. */
  greetNext(untilMs: number): void {
    this.#greetsNext = true;
    this.#protectNextMs = untilMs;
  }

  noGreeting(): void {
    this.#greetsNext = false;
    this.#protectNextMs = 0;
  }

  /** Whether a greeting is due, or is at its beginning that nothing interrupts. */
  get isProtected(): boolean {
    if (this.#protectNextMs > 0) return true;
    const item = this.#protected;
    return item !== undefined && this.playout.playedMs(item.itemId) < item.untilMs;
  }

  /** What arrived and may still be played, in ms. */
  get unheardMs(): number {
    return this.playout.unheardMs;
  }

  /** When it was sounding last, in ms since the epoch. */
  get lastSoundMs(): number {
    const turn = this.#world.turn();
    return turn.phase === "awake" && turn.playing ? this.#world.clock.now() : this.#stoppedMs;
  }

  mark(): HeardMark {
    return this.#lately.mark();
  }

  since(mark: HeardMark): string {
    return this.#lately.since(mark);
  }

  /** It is stopped by what may turn out to be nothing. `isRunning`: its answer is not done, and calls no tool any more. */
  stopped(isRunning: boolean): void {
    this.#stopped = { isRunning, heard: new Set() };
  }

  /**
   * It was stopped for nothing: whether an answer is owed for that. The next one goes on with it if some of it was heard;
   * if none was, it is the same answer again.
   */
  goesOn(): boolean {
    // Where its words came first, what the page said last counts.
    this.playout.settleNow();
    const stopped = this.#stopped;
    this.#stopped = undefined;
    if (stopped === undefined) return false;
    const { heard, isRunning } = stopped;
    if (heard.has("some")) this.#brokenOff = { mayCall: isRunning };
    return isRunning || heard.has("some") || heard.has("nothing");
  }

  /** How the next answer goes on with one that broke off, if it does; asked once. */
  takeBrokenOff(): BrokenOff | undefined {
    const was = this.#brokenOff;
    this.#brokenOff = undefined;
    return was;
  }

  /** The user wants something else: nothing goes on. */
  giveWay(): void {
    this.#brokenOff = undefined;
    this.#stopped = undefined;
  }

  event(event: AgentEvent): void {
    const { playout } = this;
    const { transcript } = this.#world;
    switch (event.type) {
      case "assistant_started":
        playout.open(event.itemId);
        if (this.#greetsNext) this.#greetingId = event.itemId;
        this.#greetsNext = false;
        this.#protect(event.itemId);
        this.#world.receipts.began(event.itemId);
        transcript.beginAssistant(event.itemId);
        return this.#lately.began(event.itemId, transcript.words(event.itemId));
      case "assistant_caption":
        if (playout.dropping) return;
        return transcript.caption(event.itemId, event.delta, playout.receivedMs(event.itemId));
      case "assistant_audio_ended":
        return playout.ended(event.itemId);
      case "assistant_done":
        // Of a cancelled answer the flush decides what remains.
        if (playout.dropping) return;
        return transcript.assistantDone(event.itemId, event.text, playout.receivedMs(event.itemId));
    }
  }

  #protect(itemId: string): void {
    if (this.#protectNextMs === 0) return;
    this.#protected = { itemId, untilMs: this.#protectNextMs };
    this.#world.audience.protect(itemId, this.#protectNextMs);
    this.#protectNextMs = 0;
  }

  #progress(report: PlaybackReport): void {
    const { playout } = this;
    const { itemId } = report;
    const playedMs = playout.playedMs(itemId);
    this.#lately.played(itemId, playedMs, playout.receivedMs(itemId));
    this.#world.receipts.played(itemId, playedMs, report);
    if (itemId !== this.#greetingId || playedMs <= 0) return;
    this.#greetingId = undefined;
    this.#world.items.setGreeted();
  }

  #heard(itemId: string, heard: Heard): void {
    if (this.#protected?.itemId === itemId) this.#protected = undefined;
    this.#world.receipts.heard(itemId, heard);
    this.#stopped?.heard.add(heard.part);
    const model = this.#world.model();
    this.#world.transcript.cut(itemId, heard, (rest) => {
      if (rest === "all") model?.removeItem(itemId);
      else if (model?.abilities.truncates === true) model.cutItem(itemId, rest.ms, rest.text);
    });
  }
}

export type AgentEvent = Extract<
  ModelEvent,
  { type: "assistant_started" | "assistant_caption" | "assistant_audio_ended" | "assistant_done" }
>;
