// How smoothly an answer was heard, as the page counts it, in the receipts.

import { describe, expect, test } from "vitest";
import * as z from "zod";
import { defineTool } from "../../src/define.ts";
import { FLUSH_ANSWER_MS, SNAPSHOT_TURNS } from "../../src/protocol/messages.ts";
import type { StoredReceipt } from "../../src/protocol/messages.ts";
import { play, settled, talking } from "../support/conversation-scene.ts";
import type { RecordingCaller, Scene } from "../support/conversation-scene.ts";

const now = defineTool({
  name: "now",
  description: "The time.",
  parameters: z.object({}),
  timeoutMs: 1000,
  run: () => ({ output: { say: "noon" } }),
});

/** What the page was told, as it is stored. */
function told(page: RecordingCaller): StoredReceipt[] {
  return page.messages.flatMap((message) => {
    if (message.type !== "turn") return [];
    const { type: _type, ...receipt } = message;
    return [receipt];
  });
}

function rows(it: Scene): StoredReceipt[] {
  return it.turns.newest(SNAPSHOT_TURNS);
}

/** An answer to `itemId` that is whole. */
function answered(it: Scene, itemId: string, answerId: string, ms = 3000): void {
  it.model().hears(itemId, "hello");
  it.model().answers(answerId, "And so on", ms);
  it.model().answerDone();
}

describe("how an answer was heard", () => {
  test("TR6 the counts of a turn are those of the last report of each of its items, added up", () =>
    play({ tools: [now] }, async (it) => {
      const page = talking(it);
      const says = (report: object) => it.says(page, { type: "playback", ...report });
      it.model().hears("u1", "what time is it");
      it.model().answers("a1", "Let me see.", 500);
      it.model().says({
        type: "tool_call",
        itemId: "call_now",
        callId: "c_now",
        name: "now",
        argumentsJson: "{}",
        complete: true,
      });
      it.model().answerDone();
      says({ itemId: "a1", playedMs: 200, underruns: 1, gapMs: 0 });
      says({ itemId: "a1", playedMs: 500, done: true, underruns: 1, gapMs: 90 });
      await settled();
      it.model().answers("a2", "Noon.", 800);
      it.model().answerDone();
      says({ itemId: "a2", playedMs: 400, underruns: 3, gapMs: 300 });
      // The end was told late: nothing was missing there.
      says({ itemId: "a2", playedMs: 800, done: true, underruns: 2, gapMs: 300.4 });
      expect(told(page)).toMatchObject([{ outcome: "tool", playback: { underruns: 3, gapMs: 390 } }]);
      // The next turn begins at none.
      answered(it, "u2", "a3", 300);
      says({ itemId: "a3", playedMs: 300, done: true, underruns: 0, gapMs: 0 });
      expect(told(page)[1]).toMatchObject({ itemId: "u2", playback: { underruns: 0, gapMs: 0 } });
      expect(rows(it)).toEqual(told(page));
    }));

  test("TR6 of an interrupted answer they are what the page answers to the flush, or said last", () =>
    play({}, (it) => {
      const page = talking(it);
      const says = (report: object) => it.says(page, { type: "playback", ...report });
      answered(it, "u1", "a1");
      says({ itemId: "a1", playedMs: 500, underruns: 1, gapMs: 0 });
      it.says(page, { type: "interrupt" });
      says({ itemId: "a1", playedMs: 900, done: true, underruns: 2, gapMs: 250 });
      answered(it, "u2", "a2");
      says({ itemId: "a2", playedMs: 700, underruns: 1, gapMs: 40 });
      it.says(page, { type: "interrupt" });
      it.clock.advance(FLUSH_ANSWER_MS);
      expect(told(page)).toMatchObject([
        { outcome: "interrupted", playback: { underruns: 2, gapMs: 250 } },
        { outcome: "interrupted", playback: { underruns: 1, gapMs: 40 } },
      ]);
      expect(rows(it)).toEqual(told(page));
    }));

  test("TR6 nothing is told where the page does not count, or nothing was heard", () =>
    play({}, (it) => {
      const page = talking(it);
      answered(it, "u1", "a1");
      it.says(page, { type: "playback", itemId: "a1", playedMs: 3000, done: true });
      answered(it, "u2", "a2");
      it.says(page, { type: "interrupt" });
      const flushed = { itemId: "a2", playedMs: 0, done: true, underruns: 0, gapMs: 0 };
      it.says(page, { type: "playback", ...flushed });
      expect(told(page)).toMatchObject([{ outcome: "answered" }, { outcome: "interrupted" }]);
      for (const receipt of told(page)) expect(receipt).not.toHaveProperty("playback");
      expect(rows(it)).toEqual(told(page));
    }));

  test("TR6 a page that comes back goes on counting, and only the page that plays counts", () =>
    play({}, (it) => {
      const page = it.page("first");
      it.says(page, { type: "hello", pageId: "p", streamId: "s" });
      it.says(page, { type: "start" });
      it.model().ready();
      answered(it, "u1", "a1");
      const report = { type: "playback", itemId: "a1" };
      it.says(page, { ...report, playedMs: 500, underruns: 1, gapMs: 120 });
      it.says(it.page("other"), { ...report, playedMs: 600, underruns: 9, gapMs: 900 });
      it.conversation.reception.detach(page, true);
      const back = it.page("second");
      it.says(back, { type: "hello", pageId: "p", streamId: "s" });
      // Of what it could not tell meanwhile only its last word.
      it.says(back, { ...report, playedMs: 900, underruns: 3, gapMs: 120 });
      it.says(back, { ...report, playedMs: 3000, done: true, underruns: 3, gapMs: 480 });
      expect(told(back)).toMatchObject([{ outcome: "answered", playback: { underruns: 3, gapMs: 480 } }]);
    }));

  test("TR6 of an answer that is stopped by sleep it is what was told until then", () =>
    play({}, (it) => {
      const page = talking(it);
      answered(it, "u1", "a1");
      it.says(page, { type: "playback", itemId: "a1", playedMs: 500, underruns: 1, gapMs: 60 });
      it.says(page, { type: "stop" });
      it.clock.advance(FLUSH_ANSWER_MS);
      expect(told(page)).toMatchObject([{ playback: { underruns: 1, gapMs: 60 } }]);
      expect(rows(it)).toEqual(told(page));
    }));
});
