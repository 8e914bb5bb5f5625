// Something is said over the agent that may not be meant to stop it.

import { describe, expect, test } from "vitest";
import {
  BACKCHANNEL_REST_MS,
  CUT_WORDS_WAIT_MS,
  ECHO_NOTICE_MS,
  ECHO_OF_A_WORD_MS,
  WORDS_WAIT_MS,
} from "../../src/conversation/interruption.ts";
import { play, sound, talking } from "../support/conversation-scene.ts";
import {
  cuts,
  INTERRUPT_AFTER_MS,
  policies,
  speaking,
  voice,
  words,
  WORDS,
} from "../support/over-the-agent.ts";
import { PLAIN } from "../support/policies.ts";

describe("voice over the agent", () => {
  test("FI1 less voice than the policy asks for stops nothing; more stops the agent at once", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      sound(it, page, 120);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      sound(it, page, INTERRUPT_AFTER_MS - 160);
      expect(page.types()).not.toContain("flush");
      sound(it, page, 40);
      expect(page.types()).toContain("flush");
      expect(page.states().at(-1)).toBe("listening");
    }));

  test("FI1 a pause in the voice does not count as voice", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      sound(it, page, 120);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      sound(it, page, 1000, false);
      expect(page.types()).not.toContain("flush");
      sound(it, page, INTERRUPT_AFTER_MS - 120);
      expect(page.types()).toContain("flush");
    }));

  test("FI2 a cough: the page goes on, and nothing of it stays", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      voice(it, page, "u2", 200);
      expect(page.last("resume")).toEqual({ type: "resume" });
      words(it, "u2", "");
      expect(page.types()).not.toContain("flush");
      expect(page.last("item_removed")).toEqual({ type: "item_removed", id: "u2" });
      expect(it.model().asked).toEqual(["answer", "remove u2"]);
      expect(it.items.pageItems(10).items.map(({ id }) => id)).toEqual(["u1", "a1"]);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 5000, done: true });
      expect(it.items.pageItems(10).items[1]).toMatchObject({ text: WORDS, status: "completed" });
      expect(page.states().at(-1)).toBe("listening");
    }));

  test("FI2 a listener's word is no turn, while the answer still runs too", () =>
    play({ policies }, (it) => {
      const page = talking(it);
      it.model().hears("u1", "count to ten");
      it.model().says({ type: "assistant_started", itemId: "a1" });
      it.model().speaks("a1", 600);
      voice(it, page, "u2", 280);
      words(it, "u2", "Mm-hm, yeah.");
      it.model().answerDone();
      expect(it.model().asked).toEqual(["answer", "remove u2"]);
      expect(page.last("turn")).toMatchObject({ outcome: "false_interruption", itemId: "u2" });
    }));

  test("FI3 short words that are no listener's stop the agent when they are known, and are answered", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      voice(it, page, "u2", 200);
      expect(page.types()).not.toContain("flush");
      words(it, "u2", "Stop.");
      expect(page.types()).toContain("flush");
      it.says(page, { type: "playback", itemId: "a1", playedMs: 1800, done: true });
      expect(it.model().asked).toEqual(["answer", "cut a1 1800", "answer"]);
    }));

  test("FI3 words that do not come, or fail, count as words", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      voice(it, page, "u2", 200);
      it.clock.advance(WORDS_WAIT_MS - 1);
      expect(page.types()).not.toContain("flush");
      it.clock.advance(1);
      expect(page.types()).toContain("flush");
      it.says(page, { type: "playback", itemId: "a1", playedMs: 1800, done: true });
      expect(it.model().asked.at(-1)).toBe("answer");
      words(it, "u2", "Okay.");
      expect(it.items.pageItems(10).items.at(-1)).toMatchObject({ id: "u2", text: "Okay." });
      it.model().answers("a2", WORDS, 5000);
      it.model().answerDone();
      voice(it, page, "u3", 200);
      it.model().says({ type: "user_transcript_failed", itemId: "u3", code: "none" });
      expect(page.types().filter((type) => type === "flush")).toHaveLength(2);
    }));

  test("FI4 a listener's word over the end of the agent's sentence answers it", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 5000 - BACKCHANNEL_REST_MS + 1 });
      voice(it, page, "u2", 200);
      words(it, "u2", "Yeah.");
      expect(page.types()).not.toContain("item_removed");
      it.says(page, { type: "playback", itemId: "a1", playedMs: 4500, done: true });
      expect(it.model().asked.at(-1)).toBe("answer");
    }));

  test("FI5 a turn said while the agent is silent waits for no words, one that goes on after a cut not for long", () =>
    play({ policies }, (it) => {
      const page = talking(it);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 0 });
      it.model().says({ type: "speech_stopped", itemId: "u1" });
      it.model().says({ type: "user_turn", itemId: "u1", audioMs: 500 });
      expect(it.model().asked).toEqual(["answer"]);
      it.model().answers("a1", WORDS, 5000);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 1000 });
      sound(it, page, 120);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      sound(it, page, 400);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 1400, done: true });
      sound(it, page, 1600);
      it.model().says({ type: "speech_stopped", itemId: "u2" });
      it.model().says({ type: "user_turn", itemId: "u2", audioMs: 2600 });
      it.clock.advance(CUT_WORDS_WAIT_MS - 1);
      expect(it.model().asked).toEqual(["answer", "cut a1 1400"]);
      it.clock.advance(1);
      expect(it.model().asked).toEqual(["answer", "cut a1 1400", "answer"]);
    }));

  test("FI6 a session lost while a turn waits for its words hears it again, and answers once", () =>
    play({ policies }, (it) => {
      const page = it.page();
      it.says(page, { type: "hello", pageId: "p", streamId: "s" });
      it.says(page, { type: "start" });
      it.model().ready();
      it.says(page, { type: "resending", fromSample: 0 });
      it.model().hears("u1", "count to ten");
      it.model().answers("a1", WORDS, 5000);
      it.model().answerDone();
      voice(it, page, "u2", 200);
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      it.clock.advance(1000);
      it.model().ready();
      expect(it.models).toHaveLength(2);
      it.says(page, { type: "resending", fromSample: 0 });
      it.says(page, { type: "playback", itemId: "a1", playedMs: 5000, done: true });
      it.model().hears("v2", "Stop.");
      expect(it.model().asked).toEqual(["answer"]);
      expect(it.items.pageItems(10).items.at(-1)).toMatchObject({ id: "u2", text: "Stop." });
    }));
});

describe("what stopped the agent", () => {
  test.each([520, 1500])("FI7 noise of %i ms is no turn, and the answer that it cut goes on", (ms) =>
    play({ policies }, (it) => {
      const page = speaking(it);
      cuts(it, page, "n1", ms, 1000);
      expect(it.model().asked).toEqual(["answer", "cut a1 1000"]);
      words(it, "n1", "");
      expect(it.model().asked).toEqual(["answer", "cut a1 1000", "remove n1", "go on"]);
      expect(page.last("turn")).toMatchObject({ outcome: "false_interruption", itemId: "n1" });
      expect(it.items.pageItems(10).items.map(({ id }) => id)).toEqual(["u1", "a1"]);
    }),
  );

  test("FI8 a question that a fresh session hears again stops no answer that it has, and is not doubted", () =>
    play({ policies }, (it) => {
      const page = it.page();
      it.says(page, { type: "hello", pageId: "p", streamId: "s" });
      it.says(page, { type: "start" });
      it.model().ready();
      it.says(page, { type: "resending", fromSample: 0 });
      sound(it, page, 1000);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 100 });
      it.model().says({ type: "speech_stopped", itemId: "u1", endMs: 1000 });
      it.model().says({ type: "user_turn", itemId: "u1", audioMs: 900 });
      it.model().answers("a1", WORDS, 9000);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 200 });
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      it.clock.advance(1000);
      it.model().ready();
      expect(it.models).toHaveLength(2);
      const { fromSample } = page.last("resend")!;
      it.says(page, { type: "resending", fromSample });
      it.says(page, { type: "playback", itemId: "a1", playedMs: 1500 });
      it.model().says({ type: "speech_started", itemId: "v1", startMs: 100 - fromSample / 24 });
      sound(it, page, 900);
      it.model().says({ type: "speech_stopped", itemId: "v1", endMs: 900 });
      it.model().says({ type: "user_turn", itemId: "v1", audioMs: 900 });
      words(it, "v1", "count to ten");
      it.clock.advance(WORDS_WAIT_MS);
      expect(page.types()).not.toContain("flush");
      expect(it.model().asked).toEqual([]);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 9000, done: true });
      expect(it.items.pageItems(10).items.map(({ text }) => text)).toEqual(["count to ten", WORDS]);
    }));
});

describe("the agent's own voice", () => {
  test("EC1 a turn of words that were just being played is dropped, and the page is told why, once a minute", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      voice(it, page, "u2", 360);
      words(it, "u2", "one two three four");
      expect(page.last("error")).toMatchObject({ code: "echo_heard" });
      expect(it.model().asked).toEqual(["answer", "remove u2"]);
      expect(page.last("item_removed")).toEqual({ type: "item_removed", id: "u2" });
      it.says(page, { type: "playback", itemId: "a1", playedMs: 2000 });
      voice(it, page, "u3", 360);
      words(it, "u3", "three, four five six");
      expect(page.messages.filter(({ type }) => type === "error")).toHaveLength(1);
      it.clock.advance(ECHO_NOTICE_MS);
      it.model().hears("u4", "again");
      it.model().answers("a4", WORDS, 5000);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a4", playedMs: 1000 });
      voice(it, page, "u5", 360);
      words(it, "u5", "one two three four");
      expect(page.messages.filter(({ type }) => type === "error")).toHaveLength(2);
    }));

  test("EC1 an answer that its own echo has cut goes on", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      sound(it, page, 120);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      sound(it, page, 400);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 1500, done: true });
      it.model().says({ type: "speech_stopped", itemId: "u2" });
      it.model().says({ type: "user_turn", itemId: "u2", audioMs: 600 });
      expect(it.model().asked).toEqual(["answer", "cut a1 1500"]);
      words(it, "u2", "two three four five");
      expect(it.model().asked).toEqual(["answer", "cut a1 1500", "remove u2", "go on"]);
    }));

  test("EC2 a user who repeats what was said before is answered", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 4000 });
      sound(it, page, 120);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      sound(it, page, 400);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 4400, done: true });
      it.model().says({ type: "speech_stopped", itemId: "u2" });
      it.model().says({ type: "user_turn", itemId: "u2", audioMs: 600 });
      words(it, "u2", "one two three four");
      expect(it.model().asked.at(-1)).toBe("answer");
      expect(it.items.pageItems(10).items.at(-1)).toMatchObject({ id: "u2", text: "one two three four" });
    }));

  test("EC1 within the minute a cut answer does not go on again, and the page is told why it fell silent", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      cuts(it, page, "u2", 520);
      words(it, "u2", "two three four five");
      expect(it.model().asked.at(-1)).toBe("go on");
      it.model().answers("a2", WORDS, 5000);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a2", playedMs: 1000 });
      cuts(it, page, "u3", 520, 1500, "a2");
      words(it, "u3", "two three four five");
      expect(it.model().asked.slice(-2)).toEqual(["cut a2 1500", "remove u3"]);
      expect(page.messages.filter(({ type }) => type === "error")).toHaveLength(2);
      expect(page.states().at(-1)).toBe("listening");
    }));

  test("EC3 what outlives the agent's voice is no echo of it, nor are two words", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      cuts(it, page, "u2", 1000);
      words(it, "u2", "two three four five?");
      expect(it.model().asked.at(-1)).toBe("answer");
      expect(it.items.pageItems(10).items.at(-1)).toMatchObject({ id: "u2" });
      it.model().answers("a2", WORDS, 5000);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a2", playedMs: 1000 });
      voice(it, page, "u3", 200);
      words(it, "u3", "Two three?");
      it.says(page, { type: "playback", itemId: "a2", playedMs: 1500, done: true });
      expect(it.model().asked.at(-1)).toBe("answer");
      expect(it.items.pageItems(10).items.at(-1)).toMatchObject({ id: "u3" });
    }));

  test("EC4 the greeting's own first word is no turn, nor is what has no words", () =>
    play({ policies: { careful: { ...PLAIN, protectGreetingMs: 800 } }, greeting: "Hello there" }, (it) => {
      const page = it.page();
      it.says(page, { type: "start" });
      it.model().ready();
      it.model().answers("g", "Hello there, I am listening", 3000);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "g", playedMs: 100 });
      for (const [itemId, text] of [
        ["u1", "Hello."],
        ["u2", "..."],
      ] as const) {
        it.model().says({ type: "speech_started", itemId, startMs: 0 });
        sound(it, page, 160);
        it.says(page, { type: "playback", itemId: "g", playedMs: 300 });
        it.model().says({ type: "speech_stopped", itemId });
        it.model().says({ type: "user_turn", itemId, audioMs: 160 });
        words(it, itemId, text);
        expect(it.model().asked.at(-1)).toBe(`remove ${itemId}`);
      }
      expect(page.last("error")).toMatchObject({ code: "echo_heard" });
      expect(page.types()).not.toContain("flush");
    }));

  test("EC4 a word that answers a long protected greeting is a turn, though the greeting says it too", () =>
    play({ policies: { careful: { ...PLAIN, protectGreetingMs: 10_000 } }, greeting: "Hello" }, (it) => {
      const page = it.page();
      it.says(page, { type: "start" });
      it.model().ready();
      it.model().answers("g", "Hello! Do you speak English or German?", 3000);
      it.model().answerDone();
      const says = (itemId: string, text: string, playedMs: number): void => {
        it.says(page, { type: "playback", itemId: "g", playedMs });
        it.model().says({ type: "speech_started", itemId, startMs: 0 });
        sound(it, page, 160);
        it.says(page, { type: "playback", itemId: "g", playedMs: playedMs + 300 });
        it.model().says({ type: "speech_stopped", itemId });
        it.model().says({ type: "user_turn", itemId, audioMs: 160 });
        words(it, itemId, text);
      };
      says("u1", "Hello.", ECHO_OF_A_WORD_MS - 1);
      expect(it.model().asked.at(-1)).toBe("remove u1");
      says("u2", "German.", 2600);
      expect(it.items.pageItems(10).items.at(-1)).toMatchObject({ id: "u2", text: "German." });
      it.says(page, { type: "playback", itemId: "g", playedMs: 3000, done: true });
      expect(it.model().asked.at(-1)).toBe("answer");
    }));
});
