// What is written down of each turn.

import { describe, expect, test } from "vitest";
import { PRESS_STALL_MS } from "../../src/conversation/push-to-talk.ts";
import { FLUSH_ANSWER_MS, SNAPSHOT_TURNS } from "../../src/protocol/messages.ts";
import type { ConversationMessage } from "../../src/protocol/messages.ts";
import type { NewItem } from "../../src/store/item-store.ts";
import { play, settled, sound, talking } from "../support/conversation-scene.ts";
import type { RecordingCaller, Scene } from "../support/conversation-scene.ts";
import { PLAIN } from "../support/policies.ts";
import { NO_USAGE } from "../support/scripted-model.ts";
import { calls, now } from "../support/tool-turns.ts";

const VAD = { type: "server_vad", threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500 } as const;

function receipts(page: RecordingCaller): ConversationMessage[] {
  return page.messages.filter(({ type }) => type === "turn");
}

/** What is stored, as it was told. */
function rows(it: Scene): ConversationMessage[] {
  return it.turns.newest(SNAPSHOT_TURNS).map((row) => ({ type: "turn", ...row }));
}

describe("turn receipts", () => {
  test("TR1 an answered turn: one message, and one row, when all is played", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "Hi!", 300);
      it.model().answerDone();
      expect(receipts(page)).toEqual([]);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 300, done: true });
      expect(receipts(page)).toMatchObject([{ outcome: "answered", itemId: "u1" }]);
      expect(rows(it)).toEqual(receipts(page));
    }));

  test("TR1 a turn typed to a sleeping conversation is open until it is answered", () =>
    play({}, (it) => {
      const page = it.page();
      it.says(page, { type: "text", text: "hello" });
      it.model().ready();
      it.model().answers("a1", "Hi!", 300);
      it.model().answerDone();
      expect(receipts(page)).toEqual([]);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 300, done: true });
      expect(receipts(page)).toMatchObject([{ outcome: "answered" }]);
    }));

  test("TR1 an interrupted turn tells what was heard, also where the next one follows at once", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "count");
      it.model().answers("a1", "one two three", 3000);
      it.model().answerDone();
      it.says(page, { type: "text", text: "stop" });
      it.says(page, { type: "playback", itemId: "a1", playedMs: 900, done: true });
      expect(receipts(page)).toMatchObject([{ outcome: "interrupted", itemId: "u1", heardMs: 900 }]);
      it.model().says({ type: "assistant_started", itemId: "a2" });
      it.model().says({ type: "speech_started", itemId: "u3", startMs: 0 });
      it.model().answerDone("cancelled");
      expect(receipts(page)).toHaveLength(2);
      expect(receipts(page)[1]).toMatchObject({ outcome: "interrupted", heardMs: 0 });
    }));

  test("TR1 an answer that is put to sleep was interrupted, at what the page says then", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "count");
      it.model().answers("a1", "one two three", 3000);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 500 });
      it.says(page, { type: "stop" });
      expect(receipts(page)).toEqual([]);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 900, done: true });
      expect(receipts(page)).toMatchObject([{ outcome: "interrupted", itemId: "u1", heardMs: 900 }]);
      expect(rows(it)).toEqual(receipts(page));
    }));

  test("TR1 an answer that is put to sleep was heard as far as the page said last, if it says no more", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "count");
      it.model().answers("a1", "one two three", 3000);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 600 });
      it.says(page, { type: "stop" });
      it.clock.advance(FLUSH_ANSWER_MS);
      expect(receipts(page)).toMatchObject([{ outcome: "interrupted", itemId: "u1", heardMs: 600 }]);
    }));

  test("TR1 also where somebody types before the page has said so", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "count");
      it.model().answers("a1", "one two three", 3000);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 1200 });
      it.says(page, { type: "stop" });
      it.says(page, { type: "text", text: "hello" });
      it.says(page, { type: "playback", itemId: "a1", playedMs: 1500, done: true });
      it.clock.advance(FLUSH_ANSWER_MS);
      it.model().ready();
      expect(receipts(page)).toMatchObject([{ outcome: "interrupted", itemId: "u1", heardMs: 1500 }]);
    }));

  test("TR2 nothing that did not sound has a time at the speaker", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "count");
      it.model().answers("a1", "one two three", 3000);
      it.model().answerDone();
      it.says(page, { type: "interrupt" });
      it.says(page, { type: "playback", itemId: "a1", playedMs: 0, done: true });
      expect(receipts(page)).toMatchObject([{ outcome: "interrupted", heardMs: 0 }]);
      expect(receipts(page)[0]).not.toHaveProperty("latencyMs.speaker");
      expect(receipts(page)[0]).toHaveProperty("latencyMs.model");
    }));

  test("TR1 an answer that needed a tool, one that failed, and one that was nobody's turn", () =>
    play({ tools: [now], greeting: "Hello" }, async (it) => {
      const page = talking(it);
      it.model().answers("g", "Hello", 300);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "g", playedMs: 300, done: true });
      expect(receipts(page)).toEqual([]);
      it.model().hears("u1", "what time is it");
      calls(it, "now");
      await settled();
      it.model().answers("a1", "Noon.", 300);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 300, done: true });
      it.model().hears("u2", "and now");
      // It is asked for once more, of another session.
      it.model().answerDone("failed");
      it.clock.advance(1000);
      it.model().ready();
      it.model().answerDone("failed");
      expect(receipts(page)).toMatchObject([
        { outcome: "tool", itemId: "u1" },
        { outcome: "failed", itemId: "u2" },
      ]);
      expect(rows(it)).toEqual(receipts(page));
    }));

  test("TR1 a turn that is answered by the next session has one receipt; one that never is, failed", () =>
    play({}, (it) => {
      const page = talking(it);
      it.says(page, { type: "text", text: "hello" });
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      it.clock.advance(1000);
      it.model().ready();
      it.model().answers("a1", "Hi!", 300);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 300, done: true });
      it.says(page, { type: "text", text: "are you there" });
      it.says(page, { type: "stop" });
      expect(receipts(page).map((receipt) => receipt.type === "turn" && receipt.outcome)).toEqual([
        "answered",
        "failed",
      ]);
    }));

  test("TR1 a turn that is heard again by the next session has one receipt", () =>
    play({}, (it) => {
      const page = it.page();
      it.says(page, { type: "hello", pageId: "p", streamId: "s" });
      it.says(page, { type: "start" });
      it.model().ready();
      it.says(page, { type: "resending", fromSample: 0 });
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 0 });
      it.model().says({ type: "user_turn", itemId: "u1", audioMs: 500 });
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      expect(receipts(page)).toEqual([]);
      it.clock.advance(1000);
      it.model().ready();
      it.says(page, { type: "resending", fromSample: 0 });
      it.model().hears("v1", "hello");
      it.model().answers("a1", "Hi!", 300);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 300, done: true });
      expect(receipts(page)).toMatchObject([{ outcome: "answered", itemId: "u1" }]);
    }));

  test("TR2 each step is measured where it can be: by the model's clock, and by the page's first report", () =>
    play({ policies: { vad: { ...PLAIN, turnDetection: VAD } } }, (it) => {
      const page = talking(it);
      sound(it, page, 1000);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 0 });
      sound(it, page, 600, false);
      // The silence that ended it began 600 ms ago: 500 of them are the policy's, 100 came since.
      it.model().says({ type: "speech_stopped", itemId: "u1", endMs: 1500 });
      it.clock.advance(50);
      it.model().says({ type: "user_turn", itemId: "u1", audioMs: 1500 });
      it.clock.advance(300);
      it.model().answers("a1", "Hi!", 1000);
      it.clock.advance(400);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 250 });
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 1000, done: true });
      expect(page.last("turn")?.latencyMs).toEqual({ commit: 650, model: 300, speaker: 150, total: 1100 });
    }));

  test("TR2 of a typed turn there is no commit; without the model's clock the page's detector tells", () =>
    play({}, (it) => {
      const page = talking(it);
      it.says(page, { type: "text", text: "hello" });
      it.clock.advance(200);
      it.model().answers("a1", "Hi!", 300);
      it.clock.advance(300);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 300, done: true });
      expect(page.last("turn")?.latencyMs).toEqual({ model: 200, speaker: 0, total: 200 });
      it.clock.advance(1000);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      it.says(page, { type: "activity", active: false });
      it.clock.advance(40);
      it.model().says({ type: "user_turn", itemId: "u2", audioMs: 500 });
      it.model().answers("a2", "Yes?", 300);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a2", playedMs: 300, done: true });
      expect(page.last("turn")?.latencyMs).toMatchObject({ commit: 540 });
    }));

  test("TR3 the next answer is asked for before a receipt is written", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "count");
      it.model().answers("a1", "one two three", 3000);
      it.model().answerDone();
      it.says(page, { type: "text", text: "stop" });
      const rowsAtAnswer: number[] = [];
      it.model().onAnswer = () => rowsAtAnswer.push(rows(it).length);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 900, done: true });
      expect(rowsAtAnswer).toEqual([0]);
      expect(rows(it)).toHaveLength(1);
    }));
});

describe("receipts that wait", () => {
  test("TR4 an answer that is whole when its session is lost has its receipt when it has been played", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "And so on", 3000);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 1000 });
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      expect(receipts(page)).toEqual([]);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 3000, done: true });
      expect(receipts(page)).toMatchObject([{ outcome: "answered", itemId: "u1" }]);
    }));

  test("TR4 where typing waits, the turn before it is over when its own answer has been heard", () =>
    play({ policies: { polite: { ...PLAIN, typingInterrupts: false } } }, (it) => {
      const page = talking(it);
      it.model().hears("u1", "tell me");
      it.model().answers("a1", "A long story", 3000);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 1000 });
      it.says(page, { type: "text", text: "and now" });
      expect(it.model().asked.at(-1)).toBe("answer");
      expect(receipts(page)).toEqual([]);
      it.says(page, { type: "interrupt" });
      it.says(page, { type: "playback", itemId: "a1", playedMs: 1100, done: true });
      expect(receipts(page)).toMatchObject([{ outcome: "interrupted", itemId: "u1", heardMs: 1100 }]);
      it.model().answerDone("cancelled");
      expect(receipts(page)).toHaveLength(2);
      expect(receipts(page)[1]).toMatchObject({ outcome: "interrupted", heardMs: 0 });
    }));

  test("TR2 a press that ends by itself ended when it did, and not when the press before it did", () =>
    play({ policies: { hold: { ...PLAIN, turnDetection: null } } }, (it) => {
      const page = talking(it);
      const press = (n: number, end: () => void) => {
        it.says(page, { type: "turn", action: "begin" });
        sound(it, page, 400);
        end();
        it.model().says({ type: "user_turn", itemId: `up${n}`, audioMs: 400 });
        it.model().says({ type: "user_transcript", itemId: `up${n}`, text: "words", usage: NO_USAGE });
        it.model().answers(`a${n}`, "Yes", 100);
        it.model().answerDone();
        it.says(page, { type: "playback", itemId: `a${n}`, playedMs: 100, done: true });
        it.clock.advance(20_000);
        return page.last("turn")?.latencyMs.commit;
      };
      expect(press(1, () => it.says(page, { type: "turn", action: "end" }))).toBe(0);
      expect(press(2, () => it.says(page, { type: "settings", muted: true }))).toBe(0);
      expect(press(3, () => it.clock.advance(PRESS_STALL_MS))).toBe(PRESS_STALL_MS);
    }));

  test("TR5 a turn that the life before a crash left unanswered has its receipt, without latencies, and only once", () =>
    play({ before: (items) => items.insert(asked("u1")) }, (it) => {
      const page = talking(it);
      it.model().answers("a1", "Three", 1000);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 1000, done: true });
      expect(receipts(page)).toEqual([{ type: "turn", outcome: "answered", itemId: "u1", latencyMs: {} }]);
      expect(rows(it)).toEqual(receipts(page));
    }));

  test("TR5 a turn that has a receipt has no second one when it is answered after all", () =>
    play({}, (it) => {
      const page = it.page();
      it.says(page, { type: "text", text: "hello" });
      it.model().ready();
      it.conversation.reception.detach(page);
      expect(rows(it)).toMatchObject([{ outcome: "failed" }]);
      const back = talking(it);
      expect(it.model().asked).toEqual(["answer"]);
      it.model().answers("a1", "Hi", 100);
      it.model().answerDone();
      it.says(back, { type: "playback", itemId: "a1", playedMs: 100, done: true });
      expect(rows(it)).toHaveLength(1);
    }));
});

/** A question in the rows. */
function asked(id: string): NewItem {
  return {
    id,
    position: 0,
    kind: "message",
    role: "user",
    text: "What time is it?",
    status: "completed",
    startedAt: 1,
    endedAt: 2,
  };
}
