// Someone speaks over the agent.

import { describe, expect, test } from "vitest";
import { FLUSH_ANSWER_MS } from "../../src/protocol/messages.ts";
import { play, talking } from "../support/conversation-scene.ts";
import type { RecordingCaller, Scene } from "../support/conversation-scene.ts";

/** An agent in the middle of "one two three four five", two seconds long; the answer still runs. */
function speaking(it: Scene): RecordingCaller {
  const page = talking(it);
  it.model().hears("u1", "count to five");
  it.model().says({ type: "assistant_started", itemId: "a1" });
  it.model().says({ type: "assistant_caption", itemId: "a1", delta: "one two three four five" });
  it.model().speaks("a1", 2000);
  it.says(page, { type: "playback", itemId: "a1", playedMs: 500 });
  return page;
}

describe("barge-in", () => {
  test("BI1 the page is told to fall silent and the answer is cancelled, at once", () =>
    play({}, (it) => {
      const page = speaking(it);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      expect(page.types()).toContain("flush");
      expect(it.model().asked).toEqual(["answer", "cancel"]);
      expect(page.states().at(-1)).toBe("listening");
    }));

  test("BI2 the page's number cuts the model's memory and the stored item", () =>
    play({}, (it) => {
      const page = speaking(it);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      it.says(page, { type: "playback", itemId: "a1", playedMs: 850.7, done: true });
      it.model().answerDone("cancelled");
      expect(it.model().asked).toEqual(["answer", "cancel", "cut a1 850"]);
      const expected = { id: "a1", text: "one", status: "interrupted", heardMs: 850 };
      expect(it.items.pageItems(10).items[1]).toMatchObject(expected);
      expect(
        page.messages.findLast((message) => message.type === "item" && message.item.id === "a1"),
      ).toMatchObject({
        item: expected,
      });
    }));

  test("BI3 what still arrives of the cancelled answer is dropped, the next answer is heard", () =>
    play({}, (it) => {
      const page = speaking(it);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      it.says(page, { type: "playback", itemId: "a1", playedMs: 900, done: true });
      const heard = page.audioBytes;
      it.model().speaks("a1", 400);
      it.model().says({ type: "assistant_started", itemId: "a2" });
      it.model().speaks("a2", 400);
      it.model().says({ type: "assistant_done", itemId: "a1", text: "one two three four five six" });
      expect(page.audioBytes).toBe(heard);
      it.model().answerDone("cancelled");
      expect(page.last("item_removed")).toEqual({ type: "item_removed", id: "a2" });
      expect(it.items.pageItems(10).items.map((item) => item.text)).not.toContain(
        "one two three four five six",
      );
      it.model().says({ type: "user_turn", itemId: "u2", audioMs: 800 });
      it.model().answers("a3", "Yes?", 300);
      expect(page.audioBytes).toBe(heard + 300 * 48);
    }));

  test("BI4 nothing heard removes the item everywhere; all heard changes nothing", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "Hi!", 300);
      it.model().says({ type: "assistant_started", itemId: "a2" });
      it.model().says({ type: "assistant_caption", itemId: "a2", delta: "And" });
      it.model().speaks("a2", 500);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      it.says(page, { type: "playback", itemId: "a1", playedMs: 300, done: true });
      it.says(page, { type: "playback", itemId: "a2", playedMs: 0, done: true });
      expect(it.model().asked).toEqual(["answer", "cancel", "remove a2"]);
      expect(page.last("item_removed")).toEqual({ type: "item_removed", id: "a2" });
      expect(it.items.pageItems(10).items).toMatchObject([
        { id: "u1" },
        { id: "a1", text: "Hi!", status: "completed" },
      ]);
    }));

  test("BI6 a page that does not answer the flush is taken at its last word", () =>
    play({}, (it) => {
      speaking(it);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      it.clock.advance(FLUSH_ANSWER_MS - 1);
      expect(it.model().asked).toEqual(["answer", "cancel"]);
      it.clock.advance(1);
      expect(it.model().asked).toEqual(["answer", "cancel", "cut a1 500"]);
    }));

  test("BI6 an answer of the page that comes too late changes nothing", () =>
    play({}, (it) => {
      const page = speaking(it);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      it.clock.advance(FLUSH_ANSWER_MS);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 1900, done: true });
      expect(it.model().asked).toEqual(["answer", "cancel", "cut a1 500"]);
    }));

  test("BI11 what a page reports of a voice it holds counts, though its answer to the flush comes too late", () =>
    play({}, (it) => {
      const page = speaking(it);
      it.says(page, { type: "text", text: "And then?" });
      expect(page.types()).toContain("flush");
      // Of the hold, which began with the text: at once, and when the device has played what it had.
      it.says(page, { type: "playback", itemId: "a1", playedMs: 690 });
      it.says(page, { type: "playback", itemId: "a1", playedMs: 730 });
      it.clock.advance(FLUSH_ANSWER_MS);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 730, done: true });
      expect(it.model().asked).toContain("cut a1 730");
      expect(it.items.pageItems(10).items).toMatchObject([{ id: "u1" }, { id: "a1", heardMs: 730 }, {}]);
    }));

  test("BI1 speech before the first sound cancels the answer and leaves no half bubble", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "hello");
      it.model().says({ type: "assistant_started", itemId: "a1" });
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      it.model().answerDone("cancelled");
      expect(page.types()).not.toContain("flush");
      expect(it.model().asked).toEqual(["answer", "cancel", "remove a1"]);
      expect(page.last("item_removed")).toEqual({ type: "item_removed", id: "a1" });
    }));
});
