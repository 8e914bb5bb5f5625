// A row per turn: how it came out, how long it took, and how smoothly it was heard. For whoever looks at a deployment;
// nothing is decided by it.

import type { StoredReceipt } from "../protocol/messages.ts";

export class TurnStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add({ outcome, itemId, heardMs, latencyMs, playback }: StoredReceipt, now: number): void {
    this.#sql.exec(
      `INSERT INTO turns
         (at, item_id, outcome, heard_ms, commit_ms, model_ms, speaker_ms, total_ms, underruns, gap_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      Math.round(now),
      itemId ?? null,
      outcome,
      heardMs ?? null,
      latencyMs.commit ?? null,
      latencyMs.model ?? null,
      latencyMs.speaker ?? null,
      latencyMs.total ?? null,
      playback?.underruns ?? null,
      playback?.gapMs ?? null,
    );
  }

  /** Whether a turn has come out. */
  has(itemId: string): boolean {
    return this.#sql.exec("SELECT 1 FROM turns WHERE item_id = ? LIMIT 1", itemId).toArray().length > 0;
  }

  /** The newest of them, oldest first. */
  newest(limit: number): StoredReceipt[] {
    const rows = this.#sql
      .exec<Record<string, string | number | null>>("SELECT * FROM turns ORDER BY id DESC LIMIT ?", limit)
      .toArray();
    return rows.toReversed().map((row) => ({
      outcome: row["outcome"] as StoredReceipt["outcome"],
      ...present({ itemId: row["item_id"], heardMs: row["heard_ms"] }),
      latencyMs: present({
        commit: row["commit_ms"],
        model: row["model_ms"],
        speaker: row["speaker_ms"],
        total: row["total_ms"],
      }),
      ...(row["underruns"] === null
        ? {}
        : { playback: { underruns: Number(row["underruns"]), gapMs: Number(row["gap_ms"]) } }),
    }));
  }
}

/** The fields that are not NULL. */
function present(fields: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
