// What waits for the speaker, item by item, at 24 kHz, and what has been heard of each. It decides when to
// begin (after a small reserve), counts when it runs dry and for how long, and answers a flush. It knows no device:
// how far the speaker lags behind the queue is told by the caller.

import { SAMPLE_RATE_HZ, msToSamples, samplesToMs } from "../../audio/format.ts";
import type { PlaybackCounters } from "./port-messages.ts";
import { QueuedItem } from "./queued-item.ts";
import { Reserve } from "./reserve.ts";

/** A piece smaller than the reserve with nothing behind it is played after this long, and not kept for ever. */
export const MAX_GATHER_MS = 400;
/** Answers come faster than real time. Ten minutes are 29 MB and longer than any answer; the rest is dropped. */
export const MAX_QUEUED_MS = 10 * 60 * 1000;
/** Items in the queue at once. An item whose end was never told would otherwise stay for ever. */
export const MAX_QUEUED_ITEMS = 64;

export interface Played {
  itemId: string;
  playedMs: number;
  /** How often the queue ran dry in the middle of this item so far. */
  underruns: number;
  /** The silence of that which is over. */
  gapMs: number;
}

export class PlaybackQueue {
  readonly #items: QueuedItem[] = [];
  readonly #counters = { underruns: 0, droppedSamples: 0, lateFrames: 0 };
  readonly #reserve = new Reserve();
  /** Silence in the middle of items, in samples: what underruns cost the listener. */
  #gapSamples = 0;
  /** Samples handed out since the start, silence included: the time against which hearing is measured. */
  #clock = 0;
  #queuedSamples = 0;
  /** Where the next frame goes. None after a flush: what still comes was sent before the other side knew. */
  #writing: { item: QueuedItem; position: number } | null = null;
  /** Gathering the reserve: how many samples of silence went out since something waits. */
  #gathering: { samples: number } | null = { samples: 0 };
  /** The item the queue ran dry in, and the silence since, in samples, until the voice goes on. */
  #gap: { item: QueuedItem; samples: number } | null = null;

  get counters(): PlaybackCounters {
    return { ...this.#counters, gapMs: Math.round(samplesToMs(this.#gapSamples)) };
  }

  /** What must be there before the next beginning. */
  get reserveMs(): number {
    return samplesToMs(this.#reserve.samples);
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** The frames that follow belong to `itemId` from `fromMs`. */
  begin(itemId: string, fromMs: number): void {
    const position = msToSamples(fromMs);
    let item = this.#items.find(({ id }) => id === itemId);
    if (item === undefined) {
      if (this.#items.length === MAX_QUEUED_ITEMS) this.#dropOldest();
      item = new QueuedItem(itemId, position);
      this.#items.push(item);
      // The silence before another item is a pause.
      this.#gap = null;
    }
    item.ended = false;
    this.#writing = { item, position };
  }

  /**
   * Takes one frame. The conversation sends nothing more of an item it has flushed unless it says `audio`
   * again, so a frame without a `begin` since the last flush is a late one. What the queue already holds of
   * the same item (a resend that overlaps) is skipped, so that nothing is heard twice.
   */
  push(samples: Int16Array): void {
    const writing = this.#writing;
    if (writing === null) {
      this.#counters.lateFrames++;
      return;
    }
    const { item, position } = writing;
    writing.position += samples.length;
    const known = Math.min(samples.length, Math.max(0, item.endPosition - position));
    const fresh = samples.length - known;
    if (fresh === 0) return;
    if (this.#queuedSamples + fresh > msToSamples(MAX_QUEUED_MS)) {
      this.#counters.droppedSamples += fresh;
      return;
    }
    if (this.#queuedSamples === 0 && this.#gap !== null) this.#reserve.wasShort(this.#gap.samples);
    item.append(known === 0 ? samples : samples.subarray(known), position + known);
    this.#queuedSamples += fresh;
  }

  /** Everything of the item has been sent. */
  end(itemId: string): void {
    const item = this.#items.find(({ id }) => id === itemId);
    if (item === undefined || item.ended) return;
    item.ended = true;
    if (item !== this.#items.at(-1) || this.#gap === null || this.#queuedSamples > 0) return;
    // Nothing was missing: only the word that this was the end came late.
    this.#gap = null;
    this.#counters.underruns--;
    item.underruns--;
  }

  /** Fills `output` with the next `count` samples, silence where there is nothing to play, and says how many were sound. */
  read(output: Float32Array, count: number): number {
    const taken = this.#mayPlay(count) ? this.#take(output, count) : 0;
    output.fill(0, taken, count);
    this.#clock += count;
    if (taken < count) {
      if (this.#gathering === null) this.#ranDry();
      if (this.#gap !== null) this.#gap.samples += count - taken;
    }
    return taken;
  }

  /**
   * Tells `report` what is over and what has just begun, and with `withProgress` also what has moved on.
   * `delaySamples` is how much of what was handed out is still on its way to the air.
   */
  report(delaySamples: number, withProgress: boolean, report: (played: Played, done: boolean) => void): void {
    const heardClock = this.#clock - delaySamples;
    for (let index = 0; index < this.#items.length; index++) {
      const item = this.#items[index]!;
      const over = item.isOver(heardClock);
      // How long an answer took is known when its first sample has left the speaker; that is told at once.
      if (!over && !withProgress && item.hasBegun) continue;
      const playedMs = item.heardMs(heardClock);
      if (over) this.#items.splice(index--, 1);
      else if (playedMs <= item.reportedMs) continue;
      item.reportedMs = playedMs;
      report(told(item, playedMs), over);
    }
  }

  /** Drops everything, and says of each item in order how much of it was heard. */
  flush(delaySamples: number): Played[] {
    const heardClock = this.#clock - delaySamples;
    this.#endGap();
    const played = this.#items.map((item) => told(item, item.heardMs(heardClock)));
    this.#items.length = 0;
    this.#queuedSamples = 0;
    this.#writing = null;
    this.#gathering = { samples: 0 };
    return played;
  }

  #mayPlay(count: number): boolean {
    const gathering = this.#gathering;
    if (gathering === null) return true;
    if (this.#queuedSamples === 0) return false;
    const isComplete = this.#items.at(-1)!.ended;
    const waitedLongEnough = gathering.samples >= msToSamples(MAX_GATHER_MS);
    if (isComplete || waitedLongEnough || this.#queuedSamples >= this.#reserve.samples) {
      this.#endGap();
      this.#gathering = null;
      return true;
    }
    gathering.samples += count;
    return false;
  }

  #take(output: Float32Array, count: number): number {
    let taken = 0;
    const isMoreToCome = this.#items.at(-1)?.ended === false;
    const left = isMoreToCome ? this.#queuedSamples : Infinity;
    for (const item of this.#items) {
      taken += item.take(output, taken, count - taken, this.#clock + taken);
      if (taken === count) break;
    }
    this.#queuedSamples -= taken;
    this.#reserve.played(taken, left);
    return taken;
  }

  #ranDry(): void {
    this.#gathering = { samples: 0 };
    const last = this.#items.at(-1);
    if (last === undefined || last.ended || last.isUntouched) return;
    this.#counters.underruns++;
    last.underruns++;
    this.#gap = { item: last, samples: 0 };
  }

  #endGap(): void {
    if (this.#gap === null) return;
    const { item, samples } = this.#gap;
    this.#gapSamples += samples;
    item.gapSamples += samples;
    this.#gap = null;
  }

  /** Only where the item has nothing waiting: a voice is never cut for the sake of the book-keeping. */
  #dropOldest(): void {
    const index = this.#items.findIndex((item) => item.isDrained);
    if (index !== -1) this.#items.splice(index, 1);
  }
}

function told({ id, underruns, gapSamples }: QueuedItem, playedMs: number): Played {
  return { itemId: id, playedMs, underruns, gapMs: Math.round(samplesToMs(gapSamples)) };
}

/** Milliseconds to samples where the number is a latency: a part of a sample counts as a whole one. */
export function latencySamples(latencyMs: number): number {
  return Math.ceil((latencyMs * SAMPLE_RATE_HZ) / 1000);
}
