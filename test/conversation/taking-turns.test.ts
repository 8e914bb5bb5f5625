// A talk against a scripted model: what the page sees, what the model is asked, what is stored.

import { describe, expect, test } from "vitest";
import { PLAYBACK_STALL_MS } from "../../src/conversation/playout.ts";
import { MIN_DIAL_GAP_MS, UPSTREAM_RETRY } from "../../src/conversation/upstream.ts";
import { play, talking } from "../support/conversation-scene.ts";
import { NO_USAGE } from "../support/scripted-model.ts";

describe("taking turns", () => {
  test("TT1 start dials once and listens when the session is ready", () =>
    play({}, (it) => {
      const page = it.page();
      it.says(page, { type: "start" });
      it.says(page, { type: "start" });
      expect(it.models).toHaveLength(1);
      it.model().ready();
      expect(page.states()).toEqual(["connecting", "listening"]);
    }));

  test("TT2 a spoken turn is answered, spoken and stored", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "hello there");
      expect(it.model().asked).toEqual(["answer"]);
      it.model().answers("a1", "Hi!", 500);
      it.model().answerDone();
      expect(page.states().at(-1)).toBe("speaking");
      expect(page.last("audio")).toEqual({ type: "audio", itemId: "a1", fromMs: 0 });
      expect(page.last("audio_end")).toEqual({ type: "audio_end", itemId: "a1", totalMs: 500 });
      expect(page.audioBytes).toBe(500 * 48);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 500, done: true });
      expect(page.states()).toEqual(["connecting", "listening", "thinking", "speaking", "listening"]);
      expect(it.items.pageItems(10).items).toMatchObject([
        { id: "u1", role: "user", text: "hello there", status: "completed" },
        { id: "a1", role: "assistant", text: "Hi!", status: "completed" },
      ]);
    }));

  test("TT4 typed text interrupts, and is answered after the cut", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "A long answer indeed", 2000);
      it.model().answerDone();
      it.says(page, { type: "text", text: "stop, something else" });
      expect(page.types().at(-1)).not.toBe("audio");
      expect(it.model().asked).toEqual(["answer", "add message"]);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 800, done: true });
      expect(it.model().asked).toEqual(["answer", "add message", "cut a1 800", "answer"]);
    }));

  test("TT6 stop flushes, hangs up and says why", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "A long answer indeed", 2000);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 700 });
      it.says(page, { type: "stop" });
      expect(page.types()).toContain("flush");
      expect(it.model().closed).toBe(true);
      expect(page.last("state")).toEqual({ type: "state", state: "asleep", reason: "stopped" });
      it.clock.advance(1000);
      expect(it.items.pageItems(10).items.at(-1)).toMatchObject({ status: "interrupted", heardMs: 700 });
    }));

  test("TT7 the greeting is spoken once, to the page that opens by voice", () =>
    play({ greeting: "Hello!" }, (it) => {
      const page = talking(it);
      expect(it.model().asked).toEqual(["greet"]);
      it.model().answers("a1", "Hello!", 300);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 40 });
      it.says(page, { type: "stop" });
      it.says(page, { type: "start" });
      it.clock.advance(MIN_DIAL_GAP_MS);
      it.model().ready();
      expect(it.models).toHaveLength(2);
      expect(it.model().asked).toEqual([]);
    }));

  test("TT7 a conversation that begins with typing is not greeted", () =>
    play({ greeting: "Hello!" }, (it) => {
      const page = it.page();
      it.says(page, { type: "text", text: "what time is it" });
      it.model().ready();
      expect(it.model().asked).toEqual(["answer"]);
    }));

  test("TT10 a greeting lost before any of it was heard is spoken again", () =>
    play({ greeting: "Hello!" }, (it) => {
      const page = talking(it);
      it.model().says({ type: "assistant_started", itemId: "a1" });
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      it.clock.advance(UPSTREAM_RETRY.firstMs);
      it.model().ready();
      expect(it.models).toHaveLength(2);
      expect(it.model().asked).toEqual(["greet"]);
      // Of this one something is heard before it is taken away.
      it.model().answers("a2", "Hello!", 300);
      it.says(page, { type: "playback", itemId: "a2", playedMs: 40 });
      expect(it.items.conversation().greeted).toBe(true);
    }));

  test("TT8 a speaker that stops moving counts as stopped after ten seconds", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "A long answer indeed", 20_000);
      it.model().answerDone();
      it.clock.advance(PLAYBACK_STALL_MS - 1);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 9000 });
      it.clock.advance(PLAYBACK_STALL_MS - 1);
      expect(page.states().at(-1)).toBe("speaking");
      it.clock.advance(1000);
      expect(page.states().at(-1)).toBe("listening");
      expect(it.model().asked).toContain("cut a1 9000");
    }));

  test("RT9 a refusing upstream is not dialled again by itself, and what was typed stays", () =>
    play({}, (it) => {
      const page = it.page();
      it.says(page, { type: "text", text: "hello" });
      it.model().says({ type: "lost", failure: { kind: "key_rejected", code: "invalid_api_key" } });
      expect(page.last("error")).toMatchObject({ code: "refused", retryable: false });
      expect(page.last("error")?.message).not.toContain("key");
      expect(page.last("state")).toMatchObject({ state: "asleep", reason: "refused" });
      expect(it.models).toHaveLength(1);
      expect(it.items.pageItems(10).items).toMatchObject([{ text: "hello" }]);
    }));

  test("ST2 words that come late do not change the order", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 0 });
      it.model().says({ type: "speech_stopped", itemId: "u1" });
      it.model().says({ type: "user_turn", itemId: "u1", audioMs: 900 });
      it.model().answers("a1", "Hi!", 300);
      it.model().answerDone();
      it.model().says({ type: "user_transcript", itemId: "u1", text: "hello", usage: NO_USAGE });
      expect(it.items.pageItems(10).items.map((item) => item.text)).toEqual(["hello", "Hi!"]);
      const order = page.messages.flatMap((message) => (message.type === "item" ? [message.item.id] : []));
      expect([...new Set(order)]).toEqual(["u1", "a1"]);
    }));

  test("ST3 a typed turn sent twice is stored and answered once", () =>
    play({}, (it) => {
      const page = talking(it);
      it.says(page, { type: "text", text: "hello", id: "m1" });
      it.says(page, { type: "text", text: "hello", id: "m1" });
      expect(it.items.pageItems(10).items).toHaveLength(1);
      expect(it.model().asked).toEqual(["add message", "answer"]);
    }));

  test("ST4 noise leaves no bubble; a failed transcription leaves the turn", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "");
      expect(page.last("item_removed")).toEqual({ type: "item_removed", id: "u1" });
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      it.model().says({ type: "user_turn", itemId: "u2", audioMs: 900 });
      it.model().says({ type: "user_transcript_failed", itemId: "u2", code: "none" });
      expect(it.items.pageItems(10).items).toMatchObject([{ id: "u2", status: "failed" }]);
    }));

  test("ST5 neither a microphone frame nor an audio delta writes", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "hello");
      it.model().says({ type: "assistant_started", itemId: "a1" });
      it.model().speaks("a1", 100);
      const written = () =>
        it.sql.exec<{ changes: number }>("SELECT total_changes() AS changes").one().changes;
      const before = written();
      for (let index = 0; index < 100; index++) {
        it.model().speaks("a1", 100);
        it.conversation.reception.frame(page, new Uint8Array(1920));
      }
      expect(it.model().frames).toBe(100);
      expect(written()).toBe(before);
    }));

  test("US1 each response and transcription leaves a row; the page gets the sums", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "Hi!", 100);
      it.model().answerDone();
      expect(it.sql.exec("SELECT source FROM usage ORDER BY id").toArray()).toEqual([
        { source: "transcription" },
        { source: "response" },
      ]);
      expect(page.last("usage")).toMatchObject({ totals: { audioOutMs: 100 }, turn: { audioOutMs: 100 } });
    }));
});
