// What was sent to the speaker and what the page says has left it, per item; and from these the one number a
// truncation needs. Milliseconds of audio throughout, never of wall clock. Arithmetic only.

import { bytesToMs } from "../audio/format.ts";

interface Entry {
  receivedBytes: number;
  playedMs: number;
  /** All audio of the item has arrived. */
  complete: boolean;
  /** The session ended in the middle of it. */
  brokenOff: boolean;
  /** The page said nothing more of it will play. */
  done: boolean;
}

export type Heard =
  /** Not a sample left the speaker. */
  | { part: "nothing" }
  /** `ms` is an integer, above 0 and below what arrived: what `audio_end_ms` may be. */
  | { part: "some"; ms: number; totalMs: number; complete: boolean }
  | { part: "all"; totalMs: number };

/** Reports are floored to whole ms and the last frame may end inside one: closer than this is all of it. */
const ALL_HEARD_TOLERANCE_MS = 2;

export class PlaybackLedger {
  readonly #entries = new Map<string, Entry>();

  /** An answer's item begins; nothing of it has arrived. */
  open(itemId: string): void {
    if (!this.#entries.has(itemId)) {
      this.#entries.set(itemId, {
        receivedBytes: 0,
        playedMs: 0,
        complete: false,
        brokenOff: false,
        done: false,
      });
    }
  }

  has(itemId: string): boolean {
    return this.#entries.has(itemId);
  }

  /** Counts audio of an open item and returns the position it begins at, in ms. Hot path. */
  received(itemId: string, bytes: number): number {
    const entry = this.#entries.get(itemId);
    if (entry === undefined) return 0;
    const fromMs = bytesToMs(entry.receivedBytes);
    entry.receivedBytes += bytes;
    return fromMs;
  }

  receivedMs(itemId: string): number {
    return bytesToMs(this.#entries.get(itemId)?.receivedBytes ?? 0);
  }

  complete(itemId: string): void {
    const entry = this.#entries.get(itemId);
    if (entry !== undefined) entry.complete = true;
  }

  /** A report of the page; true when it is progress. Positions never go back, and never beyond what was received. */
  played(itemId: string, playedMs: number, done: boolean): boolean {
    const entry = this.#entries.get(itemId);
    if (entry === undefined) return false;
    const before = entry.playedMs;
    entry.playedMs = Math.max(before, Math.min(playedMs, bytesToMs(entry.receivedBytes)));
    entry.done ||= done;
    return entry.playedMs > before || done;
  }

  isDone(itemId: string): boolean {
    return this.#entries.get(itemId)?.done === true;
  }

  /** Items the page has not said `done` to, oldest first. */
  unfinished(): string[] {
    return [...this.#entries].filter(([, entry]) => !entry.done).map(([itemId]) => itemId);
  }

  /** Items that will not go on and are done: nothing of them will change. */
  finished(): string[] {
    return [...this.#entries]
      .filter(([, entry]) => entry.done && (entry.complete || entry.brokenOff))
      .map(([itemId]) => itemId);
  }

  /** No more of the item will arrive, though it was to go on. */
  breakOff(itemId: string): void {
    const entry = this.#entries.get(itemId);
    if (entry !== undefined) entry.brokenOff = true;
  }

  /** Nothing more of it will arrive. */
  endsHere(itemId: string): boolean {
    const entry = this.#entries.get(itemId);
    return entry?.complete === true || entry?.brokenOff === true;
  }

  isComplete(itemId: string): boolean {
    return this.#entries.get(itemId)?.complete === true;
  }

  /** All items whose heard part has not been settled, oldest first. */
  unsettled(): string[] {
    return [...this.#entries.keys()];
  }

  /** Whether everything that arrived has been played or given up. */
  get silent(): boolean {
    for (const entry of this.#entries.values()) if (!entry.done && entry.receivedBytes > 0) return false;
    return true;
  }

  /** Whether the speaker has played all that arrived, and waits for more. */
  get isStarved(): boolean {
    for (const { playedMs, receivedBytes, complete } of this.#entries.values()) {
      if (complete || playedMs < bytesToMs(receivedBytes) - ALL_HEARD_TOLERANCE_MS) return false;
    }
    return true;
  }

  heard(itemId: string): Heard {
    const entry = this.#entries.get(itemId);
    const totalMs = bytesToMs(entry?.receivedBytes ?? 0);
    const ms = Math.floor(Math.min(entry?.playedMs ?? 0, totalMs));
    if (entry === undefined || ms <= 0) return { part: "nothing" };
    if (entry.complete && ms >= totalMs - ALL_HEARD_TOLERANCE_MS) return { part: "all", totalMs };
    // Everything so far of an item that was to go on: it ends here, still inside what arrived.
    return { part: "some", ms, totalMs, complete: entry.complete };
  }

  /** What arrived and has not left the speaker, of items that still may. */
  get unheardMs(): number {
    let ms = 0;
    for (const { done, playedMs, receivedBytes } of this.#entries.values()) {
      if (!done) ms += Math.max(0, bytesToMs(receivedBytes) - playedMs);
    }
    return ms;
  }

  playedMs(itemId: string): number {
    return this.#entries.get(itemId)?.playedMs ?? 0;
  }

  forget(itemId: string): void {
    this.#entries.delete(itemId);
  }
}
