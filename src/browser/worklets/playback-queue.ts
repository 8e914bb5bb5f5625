// What waits for the speaker, item by item, at 24 kHz, and what has been heard of each. It decides when to
// begin (after a small reserve), counts when it runs dry, and answers a flush. It knows no device: how far
// the speaker lags behind the queue is told by the caller.

import { SAMPLE_RATE_HZ, msToSamples } from "../../audio/format.ts";
import type { PlaybackCounters } from "./port-messages.ts";
import { QueuedItem } from "./queued-item.ts";

/** The reserve before the first word: covers the jitter of a good network and is not felt as a pause. */
export const PREBUFFER_MS = 100;
/** Each time the queue runs dry the reserve grows by this much, for the network is worse than thought, ... */
export const PREBUFFER_STEP_MS = 40;
/** ... up to here, where the pause before an answer begins to be felt. */
export const MAX_PREBUFFER_MS = 260;
/** A piece smaller than the reserve with nothing behind it is played after this long, and not kept for ever. */
export const MAX_HOLD_MS = 400;
/** Answers come faster than real time. Ten minutes are 29 MB and longer than any answer; the rest is dropped. */
export const MAX_QUEUED_MS = 10 * 60 * 1000;
/** Items in the queue at once. An item whose end was never told would otherwise stay for ever. */
export const MAX_QUEUED_ITEMS = 64;

export interface Played {
  itemId: string;
  playedMs: number;
}

export class PlaybackQueue {
  readonly #items: QueuedItem[] = [];
  readonly #counters: PlaybackCounters = { underruns: 0, droppedSamples: 0, lateFrames: 0 };
  /** Samples handed out since the start, silence included: the time against which hearing is measured. */
  #clock = 0;
  #queuedSamples = 0;
  /** Where the next frame goes. None after a flush: what still comes was sent before the other side knew. */
  #writing: { item: QueuedItem; position: number } | null = null;
  #prebufferMs = PREBUFFER_MS;
  /** Gathering the reserve: how many samples of silence went out since something waits. */
  #holding: { samples: number } | null = { samples: 0 };

  get counters(): Readonly<PlaybackCounters> {
    return this.#counters;
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
    item.append(known === 0 ? samples : samples.subarray(known), position + known);
    this.#queuedSamples += fresh;
  }

  /** Everything of the item has been sent. */
  end(itemId: string): void {
    const item = this.#items.find(({ id }) => id === itemId);
    if (item !== undefined) item.ended = true;
  }

  /** Fills `output` with the next `count` samples; silence where there is nothing to play. */
  read(output: Float32Array, count: number): void {
    const taken = this.#mayPlay(count) ? this.#take(output, count) : 0;
    output.fill(0, taken, count);
    this.#clock += count;
    if (taken < count && this.#holding === null) this.#ranDry();
  }

  /**
   * Tells `report` what is over, and with `withProgress` also what has moved on. `delaySamples` is how much of
   * what was handed out is still on its way to the air.
   */
  report(delaySamples: number, withProgress: boolean, report: (played: Played, done: boolean) => void): void {
    const heardClock = this.#clock - delaySamples;
    for (let index = 0; index < this.#items.length; index++) {
      const item = this.#items[index]!;
      const over = item.isOver(heardClock);
      if (!over && !withProgress) continue;
      const playedMs = item.heardMs(heardClock);
      if (over) this.#items.splice(index--, 1);
      else if (playedMs <= item.reportedMs) continue;
      item.reportedMs = playedMs;
      report({ itemId: item.id, playedMs }, over);
    }
  }

  /** Drops everything, and says of each item in order how much of it was heard. */
  flush(delaySamples: number): Played[] {
    const heardClock = this.#clock - delaySamples;
    const played = this.#items.map((item) => ({ itemId: item.id, playedMs: item.heardMs(heardClock) }));
    this.#items.length = 0;
    this.#queuedSamples = 0;
    this.#writing = null;
    this.#holding = { samples: 0 };
    return played;
  }

  #mayPlay(count: number): boolean {
    if (this.#holding === null) return true;
    if (this.#queuedSamples === 0) return false;
    const isComplete = this.#items.at(-1)!.ended;
    const heldLongEnough = this.#holding.samples >= msToSamples(MAX_HOLD_MS);
    if (isComplete || heldLongEnough || this.#queuedSamples >= msToSamples(this.#prebufferMs)) {
      this.#holding = null;
      return true;
    }
    this.#holding.samples += count;
    return false;
  }

  #take(output: Float32Array, count: number): number {
    let taken = 0;
    for (const item of this.#items) {
      taken += item.take(output, taken, count - taken, this.#clock + taken);
      if (taken === count) break;
    }
    this.#queuedSamples -= taken;
    return taken;
  }

  #ranDry(): void {
    this.#holding = { samples: 0 };
    const last = this.#items.at(-1);
    if (last === undefined || last.ended) return;
    this.#counters.underruns++;
    this.#prebufferMs = Math.min(MAX_PREBUFFER_MS, this.#prebufferMs + PREBUFFER_STEP_MS);
  }

  /** Only where the item has nothing waiting: a voice is never cut for the sake of the book-keeping. */
  #dropOldest(): void {
    const index = this.#items.findIndex((item) => item.isDrained);
    if (index !== -1) this.#items.splice(index, 1);
  }
}

/** Milliseconds to samples where the number is a latency: a part of a sample counts as a whole one. */
export function latencySamples(latencyMs: number): number {
  return Math.ceil((latencyMs * SAMPLE_RATE_HZ) / 1000);
}
