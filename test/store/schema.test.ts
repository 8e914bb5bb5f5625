// Migrations and the order of items, in the real SQLite.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { ItemStore } from "../../src/store/item-store.ts";
import type { NewItem } from "../../src/store/item-store.ts";
import { MAX_NOTES, NoteStore } from "../../src/store/note-store.ts";
import { hasSchema, migrate, MIGRATIONS } from "../../src/store/schema.ts";
import { TurnStore } from "../../src/store/turn-store.ts";

function inFreshObject(use: (state: DurableObjectState) => void): Promise<void> {
  return runInDurableObject(env.CONVERSATION.get(env.CONVERSATION.newUniqueId()), (_instance, state) =>
    use(state),
  );
}

const message = (id: string, position: number, text = id): NewItem => ({
  id,
  position,
  kind: "message",
  role: "user",
  text,
  status: "completed",
  startedAt: 1,
});

describe("the store", () => {
  test("ST1 migrations run once each, in order, and again change nothing", () =>
    inFreshObject((state) => {
      expect(hasSchema(state.storage.sql)).toBe(false);
      migrate(state.storage);
      new ItemStore(state.storage.sql).create("hash", "normal", 1);
      migrate(state.storage);
      expect(hasSchema(state.storage.sql)).toBe(true);
      expect(state.storage.sql.exec("SELECT name FROM migrations ORDER BY position").toArray()).toEqual(
        MIGRATIONS.map(({ name }) => ({ name })),
      );
      const more = [...MIGRATIONS, { name: "9999-later", sql: "CREATE TABLE later (x INTEGER) STRICT" }];
      migrate(state.storage, more);
      migrate(state.storage, more);
      expect(state.storage.sql.exec("SELECT COUNT(*) AS n FROM later").one()).toEqual({ n: 0 });
      expect(new ItemStore(state.storage.sql).conversation().tokenHash).toBe("hash");
    }));

  test("ST1 a history this code does not know is refused, and nothing is half applied", () =>
    inFreshObject((state) => {
      migrate(state.storage, [
        ...MIGRATIONS,
        { name: "9999-later", sql: "CREATE TABLE later (x INTEGER) STRICT" },
      ]);
      expect(() => migrate(state.storage)).toThrow("9999-later");
      const broken = [
        { name: "a", sql: "CREATE TABLE half (x INTEGER)" },
        { name: "b", sql: "NOT SQL" },
      ];
      expect(() => migrate(state.storage, broken)).toThrow("not known");
      expect(state.storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'half'").toArray()).toEqual([]);
    }));

  test("ST2 items come in the order of their positions, whenever they were written", () =>
    inFreshObject((state) => {
      migrate(state.storage);
      const items = new ItemStore(state.storage.sql);
      items.insert(message("second", 1));
      items.insert(message("first", 0));
      expect(items.pageItems(10).items.map((item) => item.id)).toEqual(["first", "second"]);
      expect(items.newestRows(10).map((row) => row.id)).toEqual(["first", "second"]);
      expect(items.nextPosition()).toBe(2);
    }));

  test("HT6 a page of items ends before the given one and says whether there is more", () =>
    inFreshObject((state) => {
      migrate(state.storage);
      const items = new ItemStore(state.storage.sql);
      for (let index = 0; index < 5; index++) items.insert(message(`i${index}`, index));
      expect(items.pageItems(2)).toMatchObject({ items: [{ id: "i3" }, { id: "i4" }], hasEarlier: true });
      expect(items.pageItems(2, "i3")).toMatchObject({
        items: [{ id: "i1" }, { id: "i2" }],
        hasEarlier: true,
      });
      expect(items.pageItems(2, "i1")).toMatchObject({ items: [{ id: "i0" }], hasEarlier: false });
    }));

  test("TR6 receipts from before the speaker's gaps were counted stay as they are", () =>
    inFreshObject((state) => {
      const { sql } = state.storage;
      migrate(
        state.storage,
        MIGRATIONS.slice(
          0,
          MIGRATIONS.findIndex(({ name }) => name === "0006-gaps"),
        ),
      );
      sql.exec("INSERT INTO turns (at, item_id, outcome, total_ms) VALUES (1, 'u1', 'answered', 900)");
      migrate(state.storage);
      const turns = new TurnStore(sql);
      const smooth = {
        outcome: "answered",
        itemId: "u2",
        latencyMs: {},
        playback: { underruns: 0, gapMs: 0 },
      } as const;
      turns.add(smooth, 2);
      turns.add({ ...smooth, itemId: "u3", playback: { underruns: 2, gapMs: 310 } }, 3);
      expect(turns.newest(9)).toEqual([
        { outcome: "answered", itemId: "u1", latencyMs: { total: 900 } },
        smooth,
        { ...smooth, itemId: "u3", playback: { underruns: 2, gapMs: 310 } },
      ]);
      expect(turns.newest(1)).toMatchObject([{ itemId: "u3" }]);
    }));

  test("AG2 notes are kept in order, and the oldest give way", () =>
    inFreshObject((state) => {
      migrate(state.storage);
      const notes = new NoteStore(state.storage.sql, () => 7);
      for (let index = 0; index <= MAX_NOTES; index++) notes.add(`note ${index}`);
      const all = notes.all();
      expect(all).toHaveLength(MAX_NOTES);
      expect(all[0]).toEqual({ text: "note 1", createdAt: 7 });
    }));
});
