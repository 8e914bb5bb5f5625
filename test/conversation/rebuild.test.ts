// The session is lost and another one takes over.

import { describe, expect, test } from "vitest";
import { GOOD_SESSION_MS, UPSTREAM_RETRY } from "../../src/conversation/upstream.ts";
import { play, talking } from "../support/conversation-scene.ts";
import type { Scene } from "../support/conversation-scene.ts";

const CLOSED = { type: "lost", failure: { kind: "closed", code: 1006 } } as const;

/** Sessions that fail as soon as they are dialled, for so long. */
function failFor(it: Scene, ms: number): void {
  const end = it.clock.now() + ms;
  while (it.clock.now() < end) {
    const sessions = it.models.length;
    it.model().says(CLOSED);
    it.clock.advance(UPSTREAM_RETRY.longestMs);
    if (it.models.length === sessions) return;
  }
}

describe("rebuild", () => {
  test("RB1 the next session is told what was said, and asked for the answer that is owed", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "hello");
      it.model().says(CLOSED);
      expect(page.last("state")).toEqual({ type: "state", state: "connecting" });
      it.clock.advance(UPSTREAM_RETRY.firstMs);
      it.model().ready();
      expect(it.models).toHaveLength(2);
      expect(it.model().replayed).toMatchObject([{ role: "user", text: "hello" }]);
      expect(it.model().asked).toEqual(["answer"]);
      expect(page.states().at(-1)).toBe("thinking");
    }));

  test("RB2 a good session that breaks is followed at once", () =>
    play({}, (it) => {
      talking(it);
      it.clock.advance(GOOD_SESSION_MS);
      it.model().says(CLOSED);
      it.clock.advance(0);
      expect(it.models).toHaveLength(2);
    }));

  test("RB3 an upstream that stays away is tried for two minutes, then the conversation sleeps as unavailable", () =>
    play({}, (it) => {
      const page = talking(it);
      failFor(it, 10 * UPSTREAM_RETRY.giveUpMs);
      expect(page.last("state")).toEqual({ type: "state", state: "asleep", reason: "unavailable" });
      expect(page.last("error")).toMatchObject({ code: "unavailable", retryable: true });
      expect(it.models.length).toBeGreaterThan(8);
      expect(it.models.length).toBeLessThan(30);
      expect(it.clock.pending).toBe(0);
    }));

  test("RB3 sessions that come up and break at once do not make a fast loop", () =>
    play({}, (it) => {
      talking(it);
      for (let count = 0; count < 50; count++) {
        it.model().says(CLOSED);
        it.clock.advance(1000);
        if (it.model().replayed === undefined) it.model().ready();
      }
      expect(it.models.length).toBeLessThan(20);
    }));

  test("RB4 what the speaker has plays on; the broken answer is stored as far as it arrived and asked for again", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "count to ten");
      it.model().says({ type: "assistant_started", itemId: "a1" });
      it.model().says({ type: "assistant_caption", itemId: "a1", delta: "one two three four " });
      it.model().speaks("a1", 2000);
      it.model().says({ type: "assistant_caption", itemId: "a1", delta: "five six seven eight nine ten" });
      it.model().says(CLOSED);
      expect(page.types()).not.toContain("flush");
      expect(page.last("audio_end")).toEqual({ type: "audio_end", itemId: "a1", totalMs: 2000 });
      expect(it.items.pageItems(9).items[1]).toMatchObject({
        text: "one two three",
        status: "interrupted",
        heardMs: 2000,
      });
      it.clock.advance(UPSTREAM_RETRY.firstMs);
      it.model().ready();
      expect(it.model().replayed?.at(-1)).toMatchObject({ role: "assistant", text: "one two three" });
      expect(it.model().asked).toEqual(["go on"]);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 2000, done: true });
      expect(it.model().asked).toEqual(["go on"]);
    }));

  test("RB4 a barge-in on what still plays of a broken answer cuts it further, for the next session too", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "count to ten");
      it.model().says({ type: "assistant_started", itemId: "a1" });
      it.model().says({ type: "assistant_caption", itemId: "a1", delta: "one two three four " });
      it.model().speaks("a1", 4000);
      it.model().says({ type: "assistant_caption", itemId: "a1", delta: "five" });
      it.model().says(CLOSED);
      it.clock.advance(UPSTREAM_RETRY.firstMs);
      it.model().ready();
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      it.says(page, { type: "playback", itemId: "a1", playedMs: 2100, done: true });
      expect(it.model().asked).toContain("cut a1 2100");
      expect(it.items.pageItems(9).items[1]).toMatchObject({ text: "one two", heardMs: 2100 });
    }));

  test("RB11 an answer that fails is asked for once more, of another session; then the user is told", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "what time is it");
      it.model().says({ type: "answer_done", outcome: "failed", code: "server_error" });
      expect(page.last("error")).toBeUndefined();
      it.clock.advance(UPSTREAM_RETRY.longestMs);
      it.model().ready();
      expect(it.models).toHaveLength(2);
      expect(it.model().asked).toEqual(["answer"]);
      it.model().says({ type: "answer_done", outcome: "failed", code: "server_error" });
      expect(page.last("error")).toMatchObject({ code: "answer_failed", retryable: true });
      expect(it.models).toHaveLength(2);
      // The next question begins with a clean slate.
      it.model().hears("u2", "and now");
      it.model().says({ type: "answer_done", outcome: "failed", code: "server_error" });
      it.clock.advance(UPSTREAM_RETRY.longestMs);
      it.model().ready();
      expect(it.model().asked).toEqual(["answer"]);
    }));
});
