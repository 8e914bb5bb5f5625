// The notes that tools keep for the user, in the conversation's own database: erased with it, seen by nobody else.

import type { Notes } from "../define.ts";

/** A talk's worth; the oldest give way, so that a looping model cannot fill the database. */
export const MAX_NOTES = 500;
/** As long as a typed turn may be. */
export const MAX_NOTE_CHARS = 4_000;

export class NoteStore implements Notes {
  readonly #sql: SqlStorage;
  readonly #now: () => number;

  constructor(sql: SqlStorage, now: () => number) {
    this.#sql = sql;
    this.#now = now;
  }

  add(text: string): void {
    this.#sql.exec(
      "INSERT INTO notes (text, created_at) VALUES (?, ?)",
      text.slice(0, MAX_NOTE_CHARS),
      Math.round(this.#now()),
    );
    this.#sql.exec("DELETE FROM notes WHERE id <= (SELECT MAX(id) FROM notes) - ?", MAX_NOTES);
  }

  all(): { text: string; createdAt: number }[] {
    return this.#sql
      .exec<{ text: string; created_at: number }>("SELECT text, created_at FROM notes ORDER BY id")
      .toArray()
      .map((row) => ({ text: row.text, createdAt: row.created_at }));
  }
}
