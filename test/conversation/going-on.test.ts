// An answer that was stopped by what turned out to be nothing: what goes on, and what does not.

import { describe, expect, test } from "vitest";
import { play, sound, talking } from "../support/conversation-scene.ts";
import type { RecordingCaller, Scene } from "../support/conversation-scene.ts";
import { cuts, policies, speaking, words } from "../support/over-the-agent.ts";
import { PLAIN } from "../support/policies.ts";
import { committed, FRAME_SAMPLES, streaming, turn } from "../support/presses.ts";
import { CUT_WORDS_WAIT_MS } from "../../src/conversation/interruption.ts";

/** What was asked of the model after the noise of a scene was known to be none. */
function afterNoise(it: Scene, itemId = "n1"): string[] {
  const before = it.model().asked.length;
  words(it, itemId, "");
  return it.model().asked.slice(before);
}

/** Noise over an answer that still comes, of which `playedMs` have been heard. */
function cutsRunning(it: Scene, page: RecordingCaller, playedMs: number): void {
  it.model().hears("u1", "what time is it");
  it.model().says({ type: "assistant_started", itemId: "a1" });
  it.model().says({ type: "assistant_caption", itemId: "a1", delta: "Let me have a look." });
  it.model().speaks("a1", 1500);
  cuts(it, page, "n1", 520, playedMs);
  it.model().answerDone("cancelled");
}

describe("an answer that noise has stopped", () => {
  test("FI7 goes on without tools where it was complete, and with them where it was not", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      cuts(it, page, "n1", 520, 1000);
      expect(afterNoise(it)).toEqual(["remove n1", "go on"]);
    }).then(() =>
      play({ policies }, (it) => {
        const page = talking(it);
        cutsRunning(it, page, 700);
        expect(afterNoise(it)).toEqual(["remove n1", "go on with tools"]);
      }),
    ));

  test("FI9 of which nothing was heard is the same answer again", () =>
    play({ policies }, (it) => {
      const page = talking(it);
      cutsRunning(it, page, 0);
      expect(it.model().asked).toContain("remove a1");
      expect(afterNoise(it)).toEqual(["remove n1", "answer"]);
    }));

  test("FI9 of which all was heard does not go on", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      cuts(it, page, "n1", 520, 5000);
      expect(afterNoise(it)).toEqual(["remove n1"]);
      expect(page.states().at(-1)).toBe("listening");
    }));

  test("FI7 goes on from what the page said last, where the words come before it has answered", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      sound(it, page, 120);
      it.model().says({ type: "speech_started", itemId: "n1", startMs: 0 });
      sound(it, page, 400);
      it.model().says({ type: "speech_stopped", itemId: "n1" });
      it.model().says({ type: "user_turn", itemId: "n1", audioMs: 520 });
      expect(afterNoise(it)).toEqual(["remove n1", "cut a1 1000", "go on"]);
    }));

  test("FI9 gives way to what is typed meanwhile", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      cuts(it, page, "n1", 520, 1000);
      it.says(page, { type: "text", text: "What is the time?" });
      expect(afterNoise(it)).toEqual(["remove n1", "answer"]);
      expect(it.model().asked).not.toContain("go on");
    }));

  test("FI9 stays silent when somebody pressed Interrupt meanwhile", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      cuts(it, page, "n1", 520, 1000);
      it.says(page, { type: "interrupt" });
      expect(afterNoise(it)).toEqual(["remove n1"]);
    }));

  test("FI9 gives way to the next turn, whose words come first", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      cuts(it, page, "n1", 520, 1000);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 520 });
      sound(it, page, 700);
      it.model().says({ type: "speech_stopped", itemId: "u2" });
      it.model().says({ type: "user_turn", itemId: "u2", audioMs: 700 });
      words(it, "u2", "What is the time?");
      it.clock.advance(CUT_WORDS_WAIT_MS);
      expect(afterNoise(it)).toEqual(["remove n1", "answer"]);
    }));

  test("FI9 is no sign that somebody is there: the agent checks in once", () =>
    play({ policies, checkIn: { afterMs: 10_000, instructions: "Ask." } }, (it) => {
      const page = talking(it);
      it.model().hears("u1", "hello");
      it.model().answers("a0", "Hi!", 300);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a0", playedMs: 300, done: true });
      it.clock.advance(10_000);
      expect(it.model().asked).toEqual(["answer", "go on"]);
      it.model().answers("a1", "Are you still there?", 2000);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 500 });
      cuts(it, page, "n1", 520, 800);
      afterNoise(it);
      it.model().answers("a2", "there?", 500);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a2", playedMs: 500, done: true });
      const asked = it.model().asked.length;
      it.clock.advance(30_000);
      expect(it.model().asked).toHaveLength(asked);
    }));
});

describe("noise in silence", () => {
  test("ST9 is not answered: what is asked for is taken back, and nobody remembers it", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("n1", "");
      expect(it.model().asked).toEqual(["answer", "remove n1", "cancel"]);
      it.model().answerDone("cancelled");
      expect(page.last("turn")).toMatchObject({ outcome: "false_interruption", itemId: "n1" });
      expect(page.messages.filter(({ type }) => type === "turn")).toHaveLength(1);
      expect(page.states().at(-1)).toBe("listening");
      expect(it.items.pageItems(10).items).toEqual([]);
      it.model().hears("u2", "hello");
      expect(it.model().asked.slice(3)).toEqual(["answer"]);
    }));

  test("ST9 a full stop is no word either", () =>
    play({}, (it) => {
      talking(it);
      it.model().hears("n1", " . ");
      expect(it.model().asked).toEqual(["answer", "remove n1", "cancel"]);
      expect(it.items.pageItems(10).items).toEqual([]);
    }));

  test("ST9 an answer that sounds already is said, and one that a question waits for is not taken back", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().says({ type: "speech_started", itemId: "n1", startMs: 0 });
      it.model().says({ type: "speech_stopped", itemId: "n1" });
      it.model().says({ type: "user_turn", itemId: "n1", audioMs: 300 });
      it.model().answers("a1", "Yes?", 800);
      words(it, "n1", "");
      expect(it.model().asked).toEqual(["answer", "remove n1"]);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 800, done: true });
      // A question, and a cough while the agent thinks.
      it.model().hears("u2", "what time is it");
      it.model().says({ type: "speech_started", itemId: "n2", startMs: 0 });
      it.model().answerDone("cancelled");
      it.model().says({ type: "speech_stopped", itemId: "n2" });
      it.model().says({ type: "user_turn", itemId: "n2", audioMs: 300 });
      words(it, "n2", "");
      expect(it.model().asked.slice(2)).toEqual(["answer", "cancel", "answer", "remove n2"]);
    }));

  test("ST9 an answer that has called a tool goes on", () =>
    play({}, (it) => {
      talking(it);
      it.model().says({ type: "speech_started", itemId: "n1", startMs: 0 });
      it.model().says({ type: "speech_stopped", itemId: "n1" });
      it.model().says({ type: "user_turn", itemId: "n1", audioMs: 300 });
      it.model().says({
        type: "tool_call",
        itemId: "call_1",
        callId: "c1",
        name: "now",
        argumentsJson: "{}",
        complete: true,
      });
      words(it, "n1", "");
      expect(it.model().asked).toEqual(["answer", "remove n1"]);
    }));

  test("ST9 a press without words is not answered either, and the next one is", () =>
    play({ policies: { hold: { ...PLAIN, turnDetection: null } } }, (it) => {
      const page = streaming(it);
      for (const [n, text] of ["", "hello"].entries()) {
        turn(it, page, "begin", n * 10 * FRAME_SAMPLES);
        sound(it, page, 400);
        turn(it, page, "end", (n + 1) * 10 * FRAME_SAMPLES);
        committed(it, `up${n}`, text);
        if (n === 0) it.model().answerDone("cancelled");
      }
      const asked = it.model().asked.filter((command) => command !== "clear");
      expect(asked).toEqual(["commit", "answer", "remove up0", "cancel", "commit", "answer"]);
      expect(it.items.pageItems(10).items.map(({ text }) => text)).toEqual(["hello"]);
    }));

  test("ST9 noise that stops a greeting in the making is answered in its place: somebody has to begin", () =>
    play({ greeting: "Greet.", policies: { normal: { ...PLAIN, protectGreetingMs: 0 } } }, (it) => {
      talking(it);
      it.model().says({ type: "speech_started", itemId: "n1", startMs: 0 });
      it.model().answerDone("cancelled");
      it.model().says({ type: "speech_stopped", itemId: "n1" });
      it.model().says({ type: "user_turn", itemId: "n1", audioMs: 300 });
      words(it, "n1", "");
      expect(it.model().asked).toEqual(["greet", "cancel", "answer", "remove n1"]);
    }));

  test("ST9 a question typed right after is answered", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().says({ type: "speech_started", itemId: "n1", startMs: 0 });
      it.model().says({ type: "speech_stopped", itemId: "n1" });
      it.model().says({ type: "user_turn", itemId: "n1", audioMs: 300 });
      it.says(page, { type: "text", text: "hello" });
      it.model().answerDone("cancelled");
      words(it, "n1", "");
      expect(it.model().asked).toEqual(["answer", "add message", "cancel", "answer", "remove n1"]);
    }));
});
