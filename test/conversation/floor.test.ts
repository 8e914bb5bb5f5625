// Several pages on one conversation.

import { describe, expect, test } from "vitest";
import { FRAME_BYTES } from "../../src/audio/format.ts";
import { play, talking } from "../support/conversation-scene.ts";

describe("the floor", () => {
  test("FL1 all pages see the items, the holder alone hears", () =>
    play({}, (it) => {
      const holder = talking(it);
      const watcher = it.page("watcher");
      it.model().hears("u1", "hello");
      it.model().answers("a1", "Hi!", 300);
      expect(watcher.last("item")?.item).toMatchObject({ text: "Hi!" });
      expect([holder.audioBytes, watcher.audioBytes]).toEqual([300 * 48, 0]);
      expect(watcher.types()).not.toContain("audio");
    }));

  test("FL2 start takes the floor, and what played there is cut", () =>
    play({}, (it) => {
      const first = talking(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "A longer answer", 3000);
      const second = it.page("second");
      it.says(second, { type: "start" });
      expect(first.last("floor")).toEqual({ type: "floor", held: false });
      expect(second.last("floor")).toEqual({ type: "floor", held: true });
      expect(first.types()).toContain("flush");
      expect(it.models).toHaveLength(1);
    }));

  test("FL3 frames and reports of others do not count", () =>
    play({}, (it) => {
      const holder = talking(it);
      const other = it.page("other");
      it.model().hears("u1", "hello");
      it.model().answers("a1", "Hi!", 300);
      it.model().answerDone();
      it.says(other, { type: "playback", itemId: "a1", playedMs: 300, done: true });
      expect(holder.states().at(-1)).toBe("speaking");
      other.started = true;
      it.conversation.reception.frame(other, new Uint8Array(FRAME_BYTES));
      expect(it.model().frames).toBe(0);
      it.conversation.reception.frame(holder, new Uint8Array(FRAME_BYTES));
      expect(it.model().frames).toBe(1);
    }));

  test("FL4 typing takes a free floor and leaves a held one", () =>
    play({}, (it) => {
      const typist = it.page("typist");
      it.says(typist, { type: "text", text: "hello" });
      expect(typist.holdsFloor).toBe(true);
      const other = it.page("other");
      it.says(other, { type: "text", text: "hello too" });
      expect([typist.holdsFloor, other.holdsFloor]).toEqual([true, false]);
    }));

  test("FL5 a holder that leaves while the agent speaks cuts the answer at its last report", () =>
    play({}, (it) => {
      const holder = talking(it);
      const watcher = it.page("watcher");
      it.model().hears("u1", "hello");
      it.model().answers("a1", "A longer answer", 3000);
      it.model().answerDone();
      it.says(holder, { type: "playback", itemId: "a1", playedMs: 1200 });
      it.conversation.reception.detach(holder);
      expect(it.model().asked).toContain("cut a1 1200");
      expect(watcher.states().at(-1)).toBe("listening");
      expect(it.model().closed).toBe(false);
    }));

  test("FL5 when the last page leaves, the upstream is closed and nothing is pending", () =>
    play({}, (it) => {
      const page = talking(it);
      it.conversation.reception.detach(page);
      expect(it.model().closed).toBe(true);
      expect(it.conversation.state).toEqual({ phase: "asleep", reason: "nobody_here" });
      expect(it.clock.pending).toBe(0);
    }));

  test("SK4 a page that comes back replaces its ghost and keeps the floor", () =>
    play({}, (it) => {
      const ghost = it.page("ghost");
      it.says(ghost, { type: "hello", pageId: "p1", streamId: "s1" });
      it.says(ghost, { type: "start" });
      it.model().ready();
      const back = it.page("back");
      it.says(back, { type: "hello", pageId: "p1", streamId: "s1" });
      expect(ghost.closed).toMatchObject({ code: 1000 });
      expect(back.holdsFloor).toBe(true);
      expect(it.conversation.state.phase).toBe("awake");
    }));

  test("SK4 what a page plays through its ghost socket it reports through the new one", () =>
    play({}, (it) => {
      const ghost = it.page("ghost");
      it.says(ghost, { type: "hello", pageId: "p1", streamId: "s1" });
      it.says(ghost, { type: "start" });
      it.model().ready();
      it.model().hears("u1", "hello");
      it.model().answers("a1", "A longer answer", 3000);
      it.model().answerDone();
      const back = it.page("back");
      it.says(back, { type: "hello", pageId: "p1", streamId: "s1" });
      expect(back.types()).not.toContain("flush");
      it.says(back, { type: "playback", itemId: "a1", playedMs: 3000, done: true });
      expect(back.states().at(-1)).toBe("listening");
      expect(it.items.pageItems(9).items.at(-1)).toMatchObject({ status: "completed" });
    }));
});
