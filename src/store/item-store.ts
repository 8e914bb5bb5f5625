// Every query about a conversation and its items. Rows are the truth a realtime session is rebuilt from; what a
// page may see of them is `pageItem`. Synchronous, as the platform's SQLite is.

import type { Item, ItemRole, ItemStatus, ItemTool } from "../protocol/messages.ts";

export type ItemKind = "message" | "tool_call" | "tool_output";

/** One row of `items`. Absent values are null, as SQLite has them. */
export interface ItemRow {
  id: string;
  position: number;
  kind: ItemKind;
  role: ItemRole;
  text: string;
  status: ItemStatus;
  started_at: number;
  ended_at: number | null;
  heard_ms: number | null;
  audio_ms: number | null;
  call_id: string | null;
  tool_name: string | null;
  display: string | null;
  sent_id: string | null;
  /** 1 for a call that was run again after a crash. */
  reran: number;
}

/** The conversation itself. */
export interface ConversationRow {
  tokenHash: string;
  createdAt: number;
  policy: string;
  greeted: boolean;
  /** A session was wanted when this was written last. */
  awake: boolean;
  /** Items before this position are owed no answer. */
  owedFrom: number;
  streamId: string | undefined;
  safeSamples: number;
}

interface StoredConversation {
  token_hash: string;
  created_at: number;
  policy: string;
  greeted: number;
  awake: number;
  owed_from: number;
  stream_id: string | null;
  safe_samples: number;
}

/** A tool_call row with what its output row says, for the page. */
type ShownRow = ItemRow & {
  output_status: ItemStatus | null;
  output_display: string | null;
  output_ended_at: number | null;
};

const SHOWN = `
  SELECT items.*, output.status AS output_status, output.display AS output_display, output.ended_at AS output_ended_at
  FROM items LEFT JOIN items AS output ON output.call_id = items.call_id AND output.kind = 'tool_output'
  WHERE items.kind <> 'tool_output'`;

export interface NewItem {
  id: string;
  position: number;
  kind: ItemKind;
  role: ItemRole;
  text: string;
  status: ItemStatus;
  startedAt: number;
  endedAt?: number;
  heardMs?: number;
  audioMs?: number;
  callId?: string;
  toolName?: string;
  display?: string;
  sentId?: string;
}

export class ItemStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Writes the row of the conversation itself; exactly once, right after the migrations. */
  create(tokenHash: string, policy: string, now: number): void {
    this.#sql.exec(
      "INSERT INTO conversation (only_row, token_hash, created_at, policy) VALUES (1, ?, ?, ?)",
      tokenHash,
      now,
      policy,
    );
  }

  conversation(): ConversationRow {
    const row = this.#sql.exec("SELECT * FROM conversation").one() as unknown as StoredConversation;
    return {
      tokenHash: row.token_hash,
      createdAt: row.created_at,
      policy: row.policy,
      greeted: row.greeted === 1,
      awake: row.awake === 1,
      owedFrom: row.owed_from,
      streamId: row.stream_id ?? undefined,
      safeSamples: row.safe_samples,
    };
  }

  setGreeted(): void {
    this.#sql.exec("UPDATE conversation SET greeted = 1");
  }

  /** Before a call runs again after a crash. */
  setReran(id: string): void {
    this.#sql.exec("UPDATE items SET reran = 1 WHERE id = ?", id);
  }

  setPolicy(name: string): void {
    this.#sql.exec("UPDATE conversation SET policy = ?", name);
  }

  /** When something was last said or done, in ms since the epoch; the creation, where nothing was. */
  lastActiveAt(): number {
    return this.#sql
      .exec<{ at: number }>(
        "SELECT MAX(created_at, COALESCE((SELECT MAX(started_at) FROM items), 0)) AS at FROM conversation",
      )
      .one().at;
  }

  setAwake(awake: boolean): void {
    this.#sql.exec("UPDATE conversation SET awake = ?", Number(awake));
  }

  /** Nothing that stands now is owed an answer. */
  setNothingOwed(): void {
    this.#sql.exec("UPDATE conversation SET owed_from = ?", this.nextPosition());
  }

  setSafe(streamId: string, safeSamples: number): void {
    this.#sql.exec("UPDATE conversation SET stream_id = ?, safe_samples = ?", streamId, safeSamples);
  }

  /** The position after the last; positions are handed out in memory and written with the row. */
  nextPosition(): number {
    return this.#sql.exec<{ next: number }>("SELECT COALESCE(MAX(position), -1) + 1 AS next FROM items").one()
      .next;
  }

  insert(item: NewItem): void {
    this.#sql.exec(
      `INSERT INTO items (id, position, kind, role, text, status, started_at, ended_at, heard_ms, audio_ms,
                          call_id, tool_name, display, sent_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      item.id,
      item.position,
      item.kind,
      item.role,
      item.text,
      item.status,
      Math.round(item.startedAt),
      item.endedAt === undefined ? null : Math.round(item.endedAt),
      item.heardMs ?? null,
      item.audioMs === undefined ? null : Math.round(item.audioMs),
      item.callId ?? null,
      item.toolName ?? null,
      item.display ?? null,
      item.sentId ?? null,
    );
  }

  /** The final words and state of an item that already has a row. */
  finish(id: string, text: string, status: ItemStatus, endedAt: number, heardMs?: number): void {
    this.#sql.exec(
      "UPDATE items SET text = ?, status = ?, ended_at = ?, heard_ms = ? WHERE id = ?",
      text,
      status,
      Math.round(endedAt),
      heardMs ?? null,
      id,
    );
  }

  remove(id: string): void {
    this.#sql.exec("DELETE FROM items WHERE id = ?", id);
  }

  /** Whether a typed turn with this id of the page's was stored before. */
  hasSentId(sentId: string): boolean {
    return this.#sql.exec("SELECT 1 FROM items WHERE sent_id = ?", sentId).toArray().length > 0;
  }

  /** The newest `limit` rows, oldest first: what a fresh realtime session is told. */
  newestRows(limit: number): ItemRow[] {
    return this.#sql
      .exec("SELECT * FROM items ORDER BY position DESC LIMIT ?", limit)
      .toArray()
      .toReversed() as unknown as ItemRow[];
  }

  /** Spoken turns from the oldest on whose words never came, as after a crash; none where all have theirs. */
  spokenTurnsWithoutWords(): { id: string; hasWords: boolean }[] {
    return this.#sql
      .exec<{ id: string; status: string }>(
        `SELECT id, status FROM items WHERE role = 'user' AND kind = 'message'
           AND (audio_ms IS NOT NULL OR status = 'in_progress') AND position >=
             (SELECT MIN(position) FROM items WHERE role = 'user' AND status = 'in_progress')
         ORDER BY position`,
      )
      .toArray()
      .map(({ id, status }) => ({ id, hasWords: status !== "in_progress" }));
  }

  /** Whether the agent has answered, or called a tool, since this item. */
  isActedOn(id: string, callsOnly: boolean): boolean {
    return (
      this.#sql
        .exec(
          `SELECT 1 FROM items WHERE position > (SELECT position FROM items WHERE id = ?) AND
             (kind = 'tool_call' OR (kind = 'message' AND role = 'assistant' AND ?)) LIMIT 1`,
          id,
          Number(!callsOnly),
        )
        .toArray().length > 0
    );
  }

  /** Calls that were written but never got their output, as after a crash. */
  callsWithoutOutput(): ItemRow[] {
    return this.#sql
      .exec(
        `SELECT * FROM items AS call WHERE kind = 'tool_call' AND NOT EXISTS
           (SELECT 1 FROM items WHERE kind = 'tool_output' AND call_id = call.call_id) ORDER BY position`,
      )
      .toArray() as unknown as ItemRow[];
  }

  /** At most `limit` items for a page, oldest first, ending before item `before` or at the newest. */
  pageItems(limit: number, before?: string): { items: Item[]; hasEarlier: boolean } {
    const rows = this.#sql
      .exec(
        `${SHOWN} AND (?1 IS NULL OR items.position < (SELECT position FROM items WHERE id = ?1))
         ORDER BY items.position DESC LIMIT ?2`,
        before ?? null,
        limit + 1,
      )
      .toArray() as unknown as ShownRow[];
    const hasEarlier = rows.length > limit;
    return { items: rows.slice(0, limit).toReversed().map(pageItem), hasEarlier };
  }

  has(id: string): boolean {
    return this.#sql.exec("SELECT 1 FROM items WHERE id = ?", id).toArray().length > 0;
  }
}

/** What a page may see of a row: never a tool's arguments or output. */
function pageItem(row: ShownRow): Item {
  const item: Item = {
    id: row.id,
    role: row.role,
    kind: row.kind === "message" ? "message" : "tool",
    text: row.kind === "message" ? row.text : (row.output_display ?? ""),
    status: row.kind === "message" ? row.status : (row.output_status ?? "in_progress"),
    startedAt: row.started_at,
  };
  const endedAt = row.kind === "message" ? row.ended_at : row.output_ended_at;
  if (endedAt !== null) item.endedAt = endedAt;
  if (row.sent_id !== null) item.sentId = row.sent_id;
  if (row.heard_ms !== null) item.heardMs = row.heard_ms;
  if (row.kind === "tool_call" && row.call_id !== null && row.tool_name !== null) {
    const tool: ItemTool = {
      callId: row.call_id,
      name: row.tool_name,
      status: toolStatus(row.output_status),
    };
    if (row.output_display !== null) tool.display = row.output_display;
    item.tool = tool;
  }
  return item;
}

function toolStatus(output: ItemStatus | null): ItemTool["status"] {
  if (output === null) return "running";
  return output === "completed" ? "done" : "failed";
}
