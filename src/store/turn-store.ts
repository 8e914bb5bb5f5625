// A row per turn: how it came out and how long it took. For whoever looks at a deployment; nothing is decided by it.

import type { TurnReceipt } from "../protocol/messages.ts";

export class TurnStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add({ outcome, itemId, heardMs, latencyMs }: TurnReceipt, now: number): void {
    this.#sql.exec(
      `INSERT INTO turns (at, item_id, outcome, heard_ms, commit_ms, model_ms, speaker_ms, total_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      Math.round(now),
      itemId ?? null,
      outcome,
      heardMs ?? null,
      latencyMs.commit ?? null,
      latencyMs.model ?? null,
      latencyMs.speaker ?? null,
      latencyMs.total ?? null,
    );
  }

  /** Whether a turn has come out. */
  has(itemId: string): boolean {
    return this.#sql.exec("SELECT 1 FROM turns WHERE item_id = ? LIMIT 1", itemId).toArray().length > 0;
  }

  /** Oldest first. */
  all(): TurnReceipt[] {
    const rows = this.#sql
      .exec<Record<string, string | number | null>>("SELECT * FROM turns ORDER BY id")
      .toArray();
    return rows.map((row) => ({
      type: "turn",
      outcome: row["outcome"] as TurnReceipt["outcome"],
      ...present({ itemId: row["item_id"], heardMs: row["heard_ms"] }),
      latencyMs: present({
        commit: row["commit_ms"],
        model: row["model_ms"],
        speaker: row["speaker_ms"],
        total: row["total_ms"],
      }),
    }));
  }
}

/** The fields that are not NULL. */
function present(fields: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
