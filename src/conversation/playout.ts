// The way of an answer's audio to the holder's speaker, and what the page reports back. It keeps the ledger, runs the
// flush (fall silent, wait for the page's numbers, settle what was heard) and notices a speaker that stopped moving.

import { FLUSH_ANSWER_MS } from "../protocol/messages.ts";
import type { PlaybackReport } from "../protocol/messages.ts";
import type { Audience } from "./audience.ts";
import { PlaybackLedger } from "./playback-ledger.ts";
import type { Heard } from "./playback-ledger.ts";
import type { Caller, Clock } from "./ports.ts";
import { UnplayedAudio } from "./unplayed-audio.ts";

/** A hidden tab may stop its audio without a word; after this long without progress it counts as stopped. */
export const PLAYBACK_STALL_MS = 10_000;

export interface PlayoutListener {
  /** The first audio of an item has come. */
  sounds(itemId: string): void;
  /** The page has played on, and says how it went. */
  progress(report: PlaybackReport): void;
  /** The first audio after silence is on its way. */
  playing(): void;
  /** Everything that was sent has been played. */
  played(): void;
  stalled(): void;
  /** No more than `receivedMs` of the item will ever arrive; the speaker may still be playing it. */
  brokenOff(itemId: string, receivedMs: number): void;
  /** What was heard of an item is settled. */
  heard(itemId: string, heard: Heard): void;
  /** The flush is over: every item it met is settled. */
  flushed(): void;
}

export class Playout {
  readonly #audience: Audience;
  readonly #clock: Clock;
  readonly #listener: PlayoutListener;
  readonly #ledger = new PlaybackLedger();
  /** Who plays an item, from its first sound on. */
  readonly #speakers = new Map<string, Caller>();
  readonly #unplayed = new UnplayedAudio();
  /** Items whose page has another socket, while it says how far its speaker came. They are sent again after that. */
  readonly #sendingAgain = new Set<string>();
  /** The page's new socket meanwhile: what begins for it now comes behind what it is sent again. */
  #sendingAgainTo: Caller | undefined;
  #callOffSendingAgain: () => void = () => undefined;
  /** The running flush: every item it met, and those whose report is still awaited. Undefined when none runs. */
  #flush: { items: string[]; awaited: Set<string> } | undefined;
  #callOffFlush: () => void = () => undefined;
  #callOffStall: () => void = () => undefined;
  #isPlaying = false;
  /** The answer was cancelled: what still arrives of it is dropped (rule BI3). */
  #dropping = false;

  constructor(audience: Audience, clock: Clock, listener: PlayoutListener) {
    this.#audience = audience;
    this.#clock = clock;
    this.#listener = listener;
  }

  /** Whether the running answer was cancelled: what the model says of it is late. */
  get dropping(): boolean {
    return this.#dropping;
  }

  open(itemId: string): void {
    this.#ledger.open(itemId);
  }

  /** Hot path: counts, announces where the item changes, and sends. */
  audio(itemId: string, pcm: Uint8Array): void {
    if (this.#dropping || !this.#ledger.has(itemId)) return;
    const holder = this.#speakers.get(itemId) ?? this.#speaker(itemId);
    if (holder === undefined) return;
    const fromMs = this.#ledger.received(itemId, pcm.byteLength);
    this.#unplayed.sent(itemId, fromMs, pcm);
    if (!this.#sendingAgain.has(itemId)) this.#audience.sendAudio(holder, itemId, fromMs, pcm);
    if (!this.#isPlaying) {
      this.#isPlaying = true;
      this.#watch();
      this.#listener.playing();
    }
  }

  /** The page that holds the floor when an item begins to sound plays it to its end. */
  #speaker(itemId: string): Caller | undefined {
    const { holder } = this.#audience;
    if (holder === undefined) return undefined;
    this.#speakers.set(itemId, holder);
    if (holder === this.#sendingAgainTo) this.#sendingAgain.add(itemId);
    this.#listener.sounds(itemId);
    return holder;
  }

  /**
   * The same page, another socket. What it has not played is sent again, from where it says within `FLUSH_ANSWER_MS`
   * that its speaker stands. A flush that is not settled went to the old socket, and is said again.
   */
  handOver(from: Caller, to: Caller): void {
    this.#audience.announceAnew();
    let isFlushed = false;
    for (const [itemId, speaker] of this.#speakers) {
      if (speaker !== from) continue;
      this.#speakers.set(itemId, to);
      if (this.#flush?.items.includes(itemId) === true) isFlushed = true;
      else this.#sendingAgain.add(itemId);
    }
    if (isFlushed) {
      to.send({ type: "flush" });
      this.#callOffFlush();
      this.#callOffFlush = this.#clock.after(FLUSH_ANSWER_MS, () => this.#settle());
    }
    if (this.#sendingAgain.size === 0) return;
    this.#sendingAgainTo = to;
    this.#callOffSendingAgain();
    this.#callOffSendingAgain = this.#clock.after(FLUSH_ANSWER_MS, () => this.#sendAgain());
  }

  #sendAgain(): void {
    const items = [...this.#sendingAgain];
    this.#sendingAgain.clear();
    this.#sendingAgainTo = undefined;
    for (const itemId of items) {
      const speaker = this.#speakers.get(itemId);
      // It has played all that is left, or gave it up.
      if (speaker === undefined || this.#ledger.isDone(itemId)) continue;
      for (const { fromMs, pcm } of this.#unplayed.of(itemId)) {
        this.#audience.sendAudio(speaker, itemId, fromMs, pcm);
      }
      if (this.#ledger.endsHere(itemId)) this.#sendEnd(itemId);
    }
  }

  #sendEnd(itemId: string): void {
    if (this.#sendingAgain.has(itemId)) return;
    const totalMs = this.#ledger.receivedMs(itemId);
    if (totalMs > 0) this.#speakers.get(itemId)?.send({ type: "audio_end", itemId, totalMs });
  }

  receivedMs(itemId: string): number {
    return this.#ledger.receivedMs(itemId);
  }

  playedMs(itemId: string): number {
    return this.#ledger.playedMs(itemId);
  }

  /** What arrived and may still be played, in ms. */
  get unheardMs(): number {
    return this.#ledger.unheardMs;
  }

  /** All audio of the item has arrived. */
  ended(itemId: string): void {
    if (this.#dropping || !this.#ledger.has(itemId)) return;
    this.#ledger.complete(itemId);
    this.#sendEnd(itemId);
  }

  /** The report of the page that plays the item; of others, and of unknown items, it is no news. */
  report(caller: Caller, report: PlaybackReport): void {
    const { itemId, playedMs, done = false } = report;
    if (this.#speakers.get(itemId) !== caller) return;
    const progress = this.#ledger.played(itemId, playedMs, done);
    if (progress) this.#listener.progress(report);
    this.#unplayed.played(itemId, playedMs);
    if (this.#flush !== undefined) {
      const { awaited } = this.#flush;
      if (done && awaited.delete(itemId) && awaited.size === 0) this.#settle();
      return;
    }
    if (!this.#isPlaying) return;
    if (progress) this.#watch();
    if (this.#ledger.silent) this.#stop();
  }

  /** The answer is cancelled: drop what still comes of it, until `answerDone`. */
  dropRest(): void {
    this.#dropping = true;
  }

  /**
   * The session ended. What the speaker has of an unfinished item it plays to its end; what never sounded is gone.
   * `brokenOff` follows for each item that was cut off.
   */
  sourceLost(): void {
    this.answerDone(true);
    for (const itemId of this.#ledger.unsettled()) {
      if (this.#ledger.isComplete(itemId) || this.#flush?.items.includes(itemId)) continue;
      this.#ledger.breakOff(itemId);
      const totalMs = this.#ledger.receivedMs(itemId);
      this.#listener.brokenOff(itemId, totalMs);
      this.#sendEnd(itemId);
    }
  }

  /** The model is done with the answer. Items of it that never sounded are settled, or kept if they are text. */
  answerDone(cancelled: boolean): void {
    this.#dropping = false;
    for (const itemId of this.#ledger.unsettled()) {
      if (this.#flush?.items.includes(itemId)) continue;
      const isSilent = this.#ledger.receivedMs(itemId) === 0;
      // What still plays is settled when it has played; what never sounded, or was given up already, is settled now.
      if (!isSilent && !(cancelled && this.#ledger.isDone(itemId))) continue;
      const heard = this.#ledger.heard(itemId);
      this.#forget(itemId);
      this.#listener.heard(itemId, isSilent && !cancelled ? { part: "all", totalMs: 0 } : heard);
    }
  }

  /**
   * Everyone falls silent now. The page answers for each queued item; after `FLUSH_ANSWER_MS` its last report
   * counts. `heard` follows per item, then `flushed`.
   */
  flush(): void {
    this.settleNow();
    this.#isPlaying = false;
    this.#callOffStall();
    const items = this.#ledger.unsettled();
    const awaited = new Set<string>();
    const speakers = new Set<Caller>();
    for (const itemId of items) {
      const speaker = this.#speakers.get(itemId);
      if (speaker === undefined || !this.#audience.has(speaker)) continue;
      speakers.add(speaker);
      if (!this.#ledger.isDone(itemId)) awaited.add(itemId);
    }
    this.#audience.announceAnew();
    // What was to be sent again is not wanted any more.
    this.#callOffSendingAgain();
    this.#sendingAgain.clear();
    this.#sendingAgainTo = undefined;
    for (const speaker of speakers) speaker.send({ type: "flush" });
    this.#flush = { items, awaited };
    if (awaited.size === 0) this.#settle();
    else this.#callOffFlush = this.#clock.after(FLUSH_ANSWER_MS, () => this.#settle());
  }

  /** A running flush ends here: what was reported last is what counts. */
  settleNow(): void {
    this.#settle();
  }

  /** The conversation is being erased: nothing is settled any more. */
  abandon(): void {
    this.#flush = undefined;
    this.#callOffFlush();
    this.#callOffStall();
    this.#callOffSendingAgain();
    for (const itemId of this.#ledger.unsettled()) this.#forget(itemId);
  }

  #settle(): void {
    if (this.#flush === undefined) return;
    const { items } = this.#flush;
    this.#flush = undefined;
    this.#callOffFlush();
    for (const itemId of items) {
      const heard = this.#ledger.heard(itemId);
      this.#forget(itemId);
      this.#listener.heard(itemId, heard);
    }
    this.#listener.flushed();
  }

  #stop(): void {
    this.#isPlaying = false;
    this.#callOffStall();
    for (const itemId of this.#ledger.finished()) {
      const heard = this.#ledger.heard(itemId);
      this.#forget(itemId);
      this.#listener.heard(itemId, heard);
    }
    this.#listener.played();
  }

  #watch(): void {
    this.#callOffStall();
    this.#callOffStall = this.#clock.after(PLAYBACK_STALL_MS, () => {
      // Where all that came has been played it is the model that stands still, and that is found elsewhere.
      if (this.#ledger.isStarved) this.#watch();
      else this.#listener.stalled();
    });
  }

  #forget(itemId: string): void {
    this.#ledger.forget(itemId);
    this.#unplayed.forget(itemId);
    this.#sendingAgain.delete(itemId);
    this.#speakers.delete(itemId);
  }
}
