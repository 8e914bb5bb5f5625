// The session is lost and another one takes over.

import { describe, expect, test } from "vitest";
import {
  GOOD_SESSION_MS,
  LAST_BILL_MS,
  MAX_SESSIONS_PER_ANSWER,
  MIN_DIAL_GAP_MS,
  UPSTREAM_RETRY,
} from "../../src/conversation/upstream.ts";
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
      it.says(page, { type: "text", text: "and now" });
      it.model().says({ type: "answer_done", outcome: "failed", code: "server_error" });
      it.clock.advance(UPSTREAM_RETRY.longestMs);
      it.model().ready();
      expect(it.model().asked).toEqual(["answer"]);
    }));

  /** Answers that are asked for on sessions that live for `lifeMs` and are lost with them, until none is asked for. */
  function poisoned(it: Scene, lifeMs: number): number {
    const asked = () =>
      it.models.reduce((sum, model) => sum + model.asked.filter((what) => what === "answer").length, 0);
    for (let count = 0; count < 100 && it.conversation.state.phase === "awake"; count++) {
      it.clock.advance(lifeMs);
      it.model().says({ type: "lost", failure: { kind: "server_error" } });
      it.clock.advance(UPSTREAM_RETRY.longestMs);
      if (it.conversation.state.phase === "awake" && it.model().replayed === undefined) it.model().ready();
    }
    return asked();
  }

  test("RB12 a question that kills its sessions is asked of three; the page is told and can go on", () =>
    play({}, (it) => {
      const page = talking(it);
      it.says(page, { type: "text", text: "poison" });
      for (let count = 0; count < MAX_SESSIONS_PER_ANSWER; count++) {
        expect(it.model().asked).toContain("answer");
        expect(
          page.messages.filter((message) => message.type === "error" && message.code === "answer_failed"),
        ).toEqual([]);
        it.clock.advance(100);
        it.model().says({ type: "lost", failure: { kind: "server_error" } });
        it.clock.advance(UPSTREAM_RETRY.longestMs);
        it.model().ready();
      }
      expect(
        page.messages.filter((message) => message.type === "error" && message.code === "answer_failed"),
      ).toHaveLength(1);
      expect(page.last("turn")).toMatchObject({ outcome: "failed" });
      expect(it.model().asked).toEqual([]);
      it.says(page, { type: "text", text: "hello" });
      expect(it.model().asked).toEqual(["add message", "answer"]);
      it.model().answers("a1", "Hi!", 100);
      it.model().answerDone();
      expect(it.items.pageItems(9).items.at(-1)).toMatchObject({ text: "Hi!" });
    }));

  test("RB12 sessions that last but never answer are not asked for ever either", () =>
    play({}, (it) => {
      const page = talking(it);
      it.says(page, { type: "text", text: "hm" });
      expect(poisoned(it, 3 * GOOD_SESSION_MS)).toBe(MAX_SESSIONS_PER_ANSWER);
      expect(it.conversation.state.phase).toBe("asleep");
    }));

  test("RB13 sessions that never get to last end in sleep, though each was live", () =>
    play({}, (it) => {
      const page = talking(it);
      it.says(page, { type: "text", text: "poison" });
      poisoned(it, 100);
      expect(it.conversation.state).toEqual({ phase: "asleep", reason: "unavailable" });
      expect(it.models.length).toBeLessThan(20);
      expect(it.clock.pending).toBe(0);
    }));

  test("RB13 an answer that is finished makes a lasting session good, and the next loss a new fault", () =>
    play({ quietMs: 10 * UPSTREAM_RETRY.giveUpMs }, (it) => {
      const page = talking(it);
      for (let count = 0; count < 10; count++) {
        it.says(page, { type: "text", text: "hello" });
        it.clock.advance(2 * GOOD_SESSION_MS);
        it.model().answers(`a${count}`, "Hi!", 100);
        it.model().answerDone();
        it.says(page, { type: "playback", itemId: `a${count}`, playedMs: 100, done: true });
        it.says(page, { type: "text", text: "and" });
        it.model().says(CLOSED);
        it.clock.advance(0);
        expect(it.models).toHaveLength(count + 2);
        it.model().ready();
        it.model().answers(`b${count}`, "Yes.", 100);
        it.model().answerDone();
        it.says(page, { type: "playback", itemId: `b${count}`, playedMs: 100, done: true });
      }
      expect(it.conversation.state.phase).toBe("awake");
    }));

  test("RB13 no dial comes sooner than a second after the last", () =>
    play({}, (it) => {
      talking(it);
      it.clock.advance(10);
      it.model().says(CLOSED);
      it.clock.advance(MIN_DIAL_GAP_MS - 11);
      expect(it.models).toHaveLength(1);
      it.clock.advance(1);
      expect(it.models).toHaveLength(2);
    }));

  test("US3 what a failed answer and one in text used is counted, though both are asked for again", () =>
    play({}, (it) => {
      talking(it);
      it.model().hears("u1", "hello");
      it.model().answerDone("failed");
      expect(it.usage.totals().audioOutMs).toBe(100);
      it.clock.advance(UPSTREAM_RETRY.longestMs);
      it.model().ready();
      const second = it.model();
      second.says({ type: "assistant_started", itemId: "a1" });
      second.says({ type: "assistant_text", itemId: "a1" });
      expect(second.closed).toBe(false);
      second.answerDone("cancelled");
      expect(second.closed).toBe(true);
      expect(it.usage.totals().audioOutMs).toBe(200);
    }));

  test("US3 a session given up for its text is not waited for for long", () =>
    play({}, (it) => {
      talking(it);
      it.model().hears("u1", "hello");
      const first = it.model();
      first.says({ type: "assistant_started", itemId: "a1" });
      first.says({ type: "assistant_text", itemId: "a1" });
      it.clock.advance(LAST_BILL_MS);
      expect(first.closed).toBe(true);
    }));
});
