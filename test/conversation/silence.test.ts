// Silence costs nothing, and long talks outlive their sessions.

import { describe, expect, test } from "vitest";
import * as z from "zod";
import {
  FORCE_ROTATE_BEFORE_MS,
  QUIET_MOMENT_MS,
  ROTATE_BEFORE_MS,
  UPSTREAM_RETRY,
} from "../../src/conversation/upstream.ts";
import { AFTER_REBUILD_MS } from "../../src/conversation/wakefulness.ts";
import { defineTool } from "../../src/define.ts";
import { play, QUIET_MS, talking } from "../support/conversation-scene.ts";
import type { Scene } from "../support/conversation-scene.ts";
import { NO_USAGE } from "../support/scripted-model.ts";

describe("silence", () => {
  test("SL1 after a quiet while the upstream closes, no timer is left and the page stays attached", () =>
    play({}, (it) => {
      const page = talking(it);
      it.clock.advance(QUIET_MS - 1);
      expect(page.states().at(-1)).toBe("listening");
      it.clock.advance(1);
      expect(page.last("state")).toEqual({ type: "state", state: "asleep" });
      expect(it.model().closed).toBe(true);
      expect(it.clock.pending).toBe(0);
      expect(page.closed).toBeUndefined();
    }));

  test("SL7 sessions that end idle again and again do not keep a silent page's upstream open", () =>
    play({}, (it) => {
      const page = talking(it);
      for (let lost = 0; lost < 20 && it.conversation.state.phase === "awake"; lost++) {
        it.clock.advance(QUIET_MS / 2);
        it.model().says({ type: "lost", failure: { kind: "closed", code: 1000 } });
        it.clock.advance(UPSTREAM_RETRY.firstMs);
        if (it.model().replayed === undefined) it.model().ready();
      }
      expect(page.last("state")).toEqual({ type: "state", state: "asleep" });
      expect(it.models).toHaveLength(2);
      expect(it.clock.pending).toBe(0);
    }));

  test("SL7 after a rebuild there is time for what was said meanwhile; a word starts quiet time anew", () =>
    play({}, (it) => {
      const page = talking(it);
      it.clock.advance(QUIET_MS - 1);
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1000 } });
      it.clock.advance(UPSTREAM_RETRY.firstMs);
      it.model().ready();
      it.clock.advance(AFTER_REBUILD_MS - 1);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "Hi!", 100);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 100, done: true });
      it.clock.advance(QUIET_MS - 1);
      expect(it.conversation.state.phase).toBe("awake");
      it.clock.advance(1);
      expect(it.conversation.state.phase).toBe("asleep");
    }));

  test("SL1 quiet counts from the end of speech, of playback and of tools", () => {
    let finish: () => void = () => undefined;
    const slow = defineTool({
      name: "slow",
      description: "",
      parameters: z.object({}),
      timeoutMs: 10 * QUIET_MS,
      slow: true,
      run: () => new Promise((resolve) => (finish = () => resolve({ output: 1 }))),
    });
    return play({ tools: [slow] }, async (it) => {
      const page = talking(it);
      it.clock.advance(QUIET_MS - 1);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "Hi!", 500);
      it.model().says({
        type: "tool_call",
        itemId: "c",
        callId: "c",
        name: "slow",
        argumentsJson: "",
        complete: true,
      });
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 500, done: true });
      it.clock.advance(2 * QUIET_MS);
      expect(page.states().at(-1)).toBe("listening");
      finish();
      await new Promise((resolve) => setTimeout(resolve, 0));
      it.model().answerDone();
      it.clock.advance(QUIET_MS - 1);
      expect(page.states().at(-1)).toBe("listening");
      it.clock.advance(1);
      expect(page.states().at(-1)).toBe("asleep");
    });
  });

  test("SL2 typing wakes it, with what was said before", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "Hi!", 100);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 100, done: true });
      it.clock.advance(QUIET_MS);
      it.says(page, { type: "text", text: "still there?" });
      it.model().ready();
      expect(it.models).toHaveLength(2);
      expect(it.model().replayed?.map((item) => item.kind === "message" && item.text)).toEqual([
        "hello",
        "Hi!",
        "still there?",
      ]);
      expect(it.model().asked).toEqual(["answer"]);
    }));
});

const LIFE_MS = 3_600_000;

/** A live session that ends an hour from now, with an agent that never sleeps by itself. */
function longTalk(it: Scene) {
  const page = it.page();
  it.says(page, { type: "start" });
  it.model().says({ type: "configured" });
  it.model().says({ type: "ready", expiresAtMs: it.clock.now() + LIFE_MS });
  return page;
}

/** Keeps someone talking until `ms` have passed: never quiet. */
function keepTalking(it: Scene, ms: number): void {
  it.model().says({ type: "speech_started", itemId: `talk_${it.clock.now()}`, startMs: 0 });
  it.clock.advance(ms);
}

describe("rotation", () => {
  test("RO1 in a quiet moment before the limit the next session is made ready, then the old one ends; nobody notices", () =>
    play({ quietMs: 2 * LIFE_MS }, (it) => {
      const page = longTalk(it);
      const before = page.messages.length;
      it.clock.advance(LIFE_MS - ROTATE_BEFORE_MS);
      expect(it.models).toHaveLength(2);
      expect(it.models[0]!.closed).toBe(false);
      it.models[1]!.ready();
      expect(it.models[0]!.closed).toBe(true);
      expect(page.messages).toHaveLength(before);
      it.model().hears("u1", "hello");
      expect(it.model().asked).toEqual(["answer"]);
    }));

  test("RO2 a talk that goes on makes the next session stale; the next quiet moment tries again", () =>
    play({ quietMs: 2 * LIFE_MS }, (it) => {
      const page = longTalk(it);
      it.clock.advance(LIFE_MS - ROTATE_BEFORE_MS);
      it.models[0]!.hears("u1", "hello");
      expect(it.models[1]!.closed).toBe(true);
      it.models[0]!.answers("a1", "Hi!", 100);
      it.models[0]!.answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 100, done: true });
      it.clock.advance(QUIET_MOMENT_MS);
      expect(it.models).toHaveLength(3);
      it.models[2]!.ready();
      expect(it.models[2]!.replayed).toHaveLength(2);
      expect(it.models[0]!.closed).toBe(true);
    }));

  test("RO3 without a quiet moment the session is exchanged all the same, before the limit", () =>
    play({ quietMs: 2 * LIFE_MS }, (it) => {
      const page = longTalk(it);
      keepTalking(it, LIFE_MS - FORCE_ROTATE_BEFORE_MS - 1);
      expect(it.models).toHaveLength(1);
      it.clock.advance(2);
      expect(it.models).toHaveLength(2);
      expect(page.states().at(-1)).toBe("connecting");
    }));

  test("RO6 a provider that grants little is not dialled without a pause", () =>
    play({ quietMs: 2 * LIFE_MS }, (it) => {
      const shortMs = 200_000;
      const page = it.page();
      it.says(page, { type: "start" });
      const goLive = () => {
        const model = it.model();
        if (model.replayed !== undefined) return;
        model.says({ type: "configured" });
        model.says({ type: "ready", expiresAtMs: it.clock.now() + shortMs });
      };
      goLive();
      it.clock.advance(shortMs / 2 - 1);
      expect(it.models).toHaveLength(1);
      for (let passedMs = 0; passedMs < shortMs; passedMs += 100) {
        it.clock.advance(100);
        goLive();
      }
      expect(it.models.length).toBeGreaterThan(1);
      expect(it.models.length).toBeLessThan(5);
    }));

  test("RO4 a next session that fails costs nothing; it is tried again", () =>
    play({ quietMs: 2 * LIFE_MS }, (it) => {
      const page = longTalk(it);
      it.clock.advance(LIFE_MS - ROTATE_BEFORE_MS);
      it.models[1]!.says({ type: "lost", failure: { kind: "unreachable" } });
      expect(page.states().at(-1)).toBe("listening");
      it.clock.advance(UPSTREAM_RETRY.longestMs);
      expect(it.models).toHaveLength(3);
    }));
});

describe("a long talk", () => {
  test("CB4 a live session forgets its oldest turns when an answer went over; the rows stay", () =>
    play({}, (it) => {
      const page = talking(it);
      for (let turn = 0; turn < 4; turn++) {
        it.says(page, { type: "text", text: "word ".repeat(700) });
        it.model().answers(`a${turn}`, "yes", 100);
        it.model().says({
          type: "answer_done",
          outcome: "completed",
          usage: { ...NO_USAGE, inputTextTokens: 0 },
        });
        it.says(page, { type: "playback", itemId: `a${turn}`, playedMs: 100, done: true });
      }
      const removed = it.model().asked.filter((asked) => asked.startsWith("remove"));
      expect(removed.length).toBeGreaterThanOrEqual(2);
      expect(removed.length % 2).toBe(0);
      expect(it.items.pageItems(20).items).toHaveLength(8);
    }));
});
