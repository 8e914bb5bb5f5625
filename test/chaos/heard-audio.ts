// What of each answer came to the speaker, and how far it was played: kept beside the page's own queue, so that its word
// for what was heard can be checked.

import { SAMPLE_RATE_HZ } from "../../src/audio/format.ts";
import type { PlayedReport } from "../../src/browser/speaker.ts";

/** Reports are floored to whole ms, and the last frame may end inside one. */
const WHOLE_TOLERANCE_MS = 2;

interface Entry {
  /** What came without a hole from the item's beginning, in ms of the item. */
  cameMs: number;
  playedMs: number;
  /** As `audio_end` told it. */
  totalMs: number | undefined;
}

export class HeardAudio {
  readonly #entries = new Map<string, Entry>();
  #writing: { entry: Entry; atMs: number } | undefined;

  begin(itemId: string, fromMs: number): void {
    this.#writing = { entry: this.#entry(itemId), atMs: fromMs };
  }

  push(byteLength: number): void {
    if (this.#writing === undefined) return;
    const { entry, atMs } = this.#writing;
    const toMs = atMs + ((byteLength >> 1) * 1000) / SAMPLE_RATE_HZ;
    this.#writing.atMs = toMs;
    if (atMs <= entry.cameMs + WHOLE_TOLERANCE_MS) entry.cameMs = Math.max(entry.cameMs, toMs);
  }

  end(itemId: string, totalMs: number): void {
    this.#entry(itemId).totalMs = totalMs;
  }

  played({ itemId, playedMs }: PlayedReport): void {
    const entry = this.#entry(itemId);
    entry.playedMs = Math.max(entry.playedMs, playedMs);
  }

  /** After the speaker has said how far it came: what it had beyond that is gone. */
  flushed(): void {
    this.#writing = undefined;
    for (const entry of this.#entries.values()) entry.cameMs = Math.min(entry.cameMs, entry.playedMs);
  }

  /** Never more than came: silence in place of what is missing was not heard. */
  playedMs(itemId: string): number {
    const entry = this.#entries.get(itemId);
    return entry === undefined ? 0 : Math.min(entry.playedMs, entry.cameMs);
  }

  isWhole(itemId: string): boolean {
    const totalMs = this.#entries.get(itemId)?.totalMs;
    return totalMs !== undefined && this.playedMs(itemId) >= totalMs - WHOLE_TOLERANCE_MS;
  }

  get itemIds(): string[] {
    return [...this.#entries.keys()];
  }

  /** For a run that went wrong. */
  says(itemId: string): string {
    const entry = this.#entries.get(itemId);
    if (entry === undefined) return "no sound";
    const { cameMs, playedMs, totalMs } = entry;
    return `came ${Math.round(cameMs)}, played ${playedMs}, told ${Math.round(totalMs ?? -1)} ms`;
  }

  #entry(itemId: string): Entry {
    let entry = this.#entries.get(itemId);
    if (entry === undefined) {
      entry = { cameMs: 0, playedMs: 0, totalMs: undefined };
      this.#entries.set(itemId, entry);
    }
    return entry;
  }
}
