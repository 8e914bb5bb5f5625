// Turns that nobody wrote down, and answers that nobody would hear.

import { describe, expect, test } from "vitest";
import { UPSTREAM_RETRY } from "../../src/conversation/upstream.ts";
import { play, talking } from "../support/conversation-scene.ts";
import type { Scene } from "../support/conversation-scene.ts";

const CLOSED = { type: "lost", failure: { kind: "closed", code: 1006 } } as const;
const PCM = new Uint8Array(48_000).fill(7);

function hearsWithoutWords(it: Scene, itemId: string, pcm?: Uint8Array): void {
  it.model().says({ type: "speech_started", itemId, startMs: 0 });
  it.model().says({ type: "user_turn", itemId, audioMs: 1000 });
  const sound = pcm === undefined ? {} : { pcm };
  it.model().says({ type: "user_transcript_failed", itemId, code: "none", ...sound });
}

function nextSession(it: Scene): void {
  it.clock.advance(UPSTREAM_RETRY.firstMs);
  it.model().ready();
}

describe("a turn whose transcription failed", () => {
  test("RB9 the next session hears it, and is asked for the answer that is owed", () =>
    play({}, (it) => {
      const page = talking(it);
      hearsWithoutWords(it, "u1", PCM);
      expect(page.last("item")?.item).toMatchObject({ id: "u1", text: "", status: "failed" });
      it.model().says(CLOSED);
      nextSession(it);
      expect(it.model().replayed).toEqual([{ kind: "speech", id: "u1", pcm: PCM }]);
      expect(it.model().asked).toEqual(["answer"]);
    }));

  test("RB9 answered, it is history like any other; without its sound it is left out", () =>
    play({}, (it) => {
      const page = talking(it);
      hearsWithoutWords(it, "u1", PCM);
      it.model().answers("a1", "Nine o'clock.", 100);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 100, done: true });
      hearsWithoutWords(it, "u2");
      it.model().answers("a2", "Yes.", 100);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a2", playedMs: 100, done: true });
      it.model().says(CLOSED);
      nextSession(it);
      expect(it.model().replayed?.map((item) => item.id)).toEqual(["u1", "a1", "a2"]);
      expect(it.model().asked).toEqual([]);
    }));

  test("RB9 turns with words keep no sound, and nothing is kept of a turn that is gone", () =>
    play({}, (it) => {
      talking(it);
      it.model().hears("u1", "hello");
      it.model().says({ type: "user_transcript_failed", itemId: "u1", code: "none", pcm: PCM });
      expect(it.sql.exec("SELECT COUNT(*) AS n FROM speech").one()).toEqual({ n: 0 });
    }));
});

describe("an answer in text", () => {
  test("RB10 it is stopped and taken off, and asked for again of a session told the talk in one message", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "Hi!", 100);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 100, done: true });
      it.model().hears("u2", "how are you?");
      const first = it.model();
      first.says({ type: "assistant_started", itemId: "a2" });
      first.says({ type: "assistant_text", itemId: "a2" });
      expect(first.asked.at(-1)).toBe("cancel");
      first.says({ type: "assistant_caption", itemId: "a2", delta: "late" });
      first.answerDone("cancelled");
      expect(first.closed).toBe(true);
      expect(page.last("item_removed")).toEqual({ type: "item_removed", id: "a2" });
      expect(page.types()).not.toContain("error");
      nextSession(it);
      expect(it.models).toHaveLength(2);
      expect(it.model().replayed).toMatchObject([
        { id: "history", role: "user", text: expect.stringContaining('You: "Hi!"') as string },
        { id: "u2", text: "how are you?" },
      ]);
      expect(it.model().asked).toEqual(["answer"]);
      it.model().answers("a3", "Fine.", 100);
      it.model().answerDone();
      expect(it.items.pageItems(9).items.map((item) => item.text)).toEqual([
        "hello",
        "Hi!",
        "how are you?",
        "Fine.",
      ]);
    }));

  test("RB10 in text once more, the text is the answer", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "hello");
      it.model().says({ type: "assistant_started", itemId: "a1" });
      it.model().says({ type: "assistant_text", itemId: "a1" });
      nextSession(it);
      it.model().says({ type: "assistant_started", itemId: "a2" });
      it.model().says({ type: "assistant_text", itemId: "a2" });
      it.model().says({ type: "assistant_caption", itemId: "a2", delta: "Hi!" });
      it.model().says({ type: "assistant_done", itemId: "a2", text: "Hi!" });
      it.model().answerDone();
      expect(it.models).toHaveLength(2);
      expect(it.items.pageItems(9).items.at(-1)).toMatchObject({ text: "Hi!", status: "completed" });
      expect(page.states().at(-1)).toBe("listening");
    }));

  test("RB10 a greeting in text, and what comes late of a cancelled answer, change no session", () =>
    play({ greeting: "Hello!" }, (it) => {
      const page = talking(it);
      expect(it.model().asked).toEqual(["greet"]);
      it.model().says({ type: "assistant_started", itemId: "g" });
      it.model().says({ type: "assistant_text", itemId: "g" });
      it.model().says({ type: "assistant_done", itemId: "g", text: "Hello!" });
      it.model().answerDone();
      it.model().hears("u1", "hello");
      it.says(page, { type: "interrupt" });
      it.model().says({ type: "assistant_started", itemId: "a1" });
      it.model().says({ type: "assistant_text", itemId: "a1" });
      expect(it.models).toHaveLength(1);
      expect(it.items.pageItems(9).items[0]).toMatchObject({ text: "Hello!", status: "completed" });
    }));
});
