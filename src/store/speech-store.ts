// The sound of turns whose transcription failed: without words it is all that a fresh realtime session can be told of
// them. In the conversation's own database, erased with it. Only such turns are kept.

import { bytesToMs, msToBytes } from "../audio/format.ts";

/** Of one turn its last minute is kept: a question stands at the end of what is said. */
export const MAX_KEPT_TURN_MS = 60_000;
/** Of a conversation: 9 MB of rows, which a replay holds in memory once more, as text of 12 MB. The oldest give way. */
export const MAX_KEPT_SPEECH_MS = 180_000;
/** A row holds 2 MB on this platform, its other columns included. */
const PART_BYTES = 1_000_000;

export class SpeechStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Keeps the sound of a stored turn. Returns how many milliseconds gave way: of its own beginning, and of older turns. */
  keep(itemId: string, pcm: Uint8Array): number {
    const kept = pcm.subarray(Math.max(0, pcm.byteLength - msToBytes(MAX_KEPT_TURN_MS)));
    for (let part = 0; part * PART_BYTES < kept.byteLength; part++) {
      // A copy: the driver takes whole buffers.
      const bytes = kept.slice(part * PART_BYTES, (part + 1) * PART_BYTES);
      this.#sql.exec(
        "INSERT OR REPLACE INTO speech (item_id, part, pcm) VALUES (?, ?, ?)",
        itemId,
        part,
        bytes,
      );
    }
    return bytesToMs(pcm.byteLength - kept.byteLength + this.#shed());
  }

  /** The sound of a turn; undefined where none is kept. */
  read(itemId: string): Uint8Array | undefined {
    const parts = this.#sql
      .exec<{ pcm: ArrayBuffer }>("SELECT pcm FROM speech WHERE item_id = ? ORDER BY part", itemId)
      .toArray();
    if (parts.length === 0) return undefined;
    const whole = new Uint8Array(parts.reduce((bytes, { pcm }) => bytes + pcm.byteLength, 0));
    let at = 0;
    for (const { pcm } of parts) {
      whole.set(new Uint8Array(pcm), at);
      at += pcm.byteLength;
    }
    return whole;
  }

  /** Drops the oldest turns beyond the cap. Returns their bytes. */
  #shed(): number {
    const turns = this.#sql
      .exec<{ item_id: string; bytes: number }>(
        `SELECT item_id, SUM(LENGTH(pcm)) AS bytes FROM speech LEFT JOIN items ON items.id = item_id
         GROUP BY item_id ORDER BY items.position DESC`,
      )
      .toArray();
    let kept = 0;
    let dropped = 0;
    for (const { item_id: itemId, bytes } of turns) {
      kept += bytes;
      if (kept <= msToBytes(MAX_KEPT_SPEECH_MS)) continue;
      dropped += bytes;
      this.#sql.exec("DELETE FROM speech WHERE item_id = ?", itemId);
    }
    return dropped;
  }
}
