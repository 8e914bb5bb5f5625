// Turns that get no answer, an agent that speaks up by itself, and the order of what was said.

import { describe, expect, test } from "vitest";
import { WORDS_WAIT_MS } from "../../src/conversation/interruption.ts";
import { staySilent } from "../../src/tools/stay-silent.ts";
import { play, settled, talking } from "../support/conversation-scene.ts";
import { voice, words } from "../support/over-the-agent.ts";
import { PLAIN } from "../support/policies.ts";
import { NO_USAGE } from "../support/scripted-model.ts";
import { calls, now } from "../support/tool-turns.ts";

describe("saying nothing", () => {
  test("SI1 stay_silent ends the turn: its output goes in, no answer is asked for, now or after a rebuild", () =>
    play({ tools: [staySilent] }, async (it) => {
      const page = talking(it);
      it.model().hears("u1", "not you");
      calls(it, "stay_silent");
      await settled();
      expect(it.model().asked).toEqual(["answer", "add tool_output"]);
      expect(page.states().at(-1)).toBe("listening");
      expect(page.last("turn")).toMatchObject({ outcome: "silent", itemId: "u1" });
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      it.clock.advance(1000);
      it.model().ready();
      expect(it.models).toHaveLength(2);
      expect(it.model().asked).toEqual([]);
    }));

  test("SI1 beside another tool the other one's output is answered", () =>
    play({ tools: [staySilent, now] }, async (it) => {
      const page = talking(it);
      it.model().hears("u1", "not you, what time is it");
      it.model().says({
        type: "tool_call",
        itemId: "call_now",
        callId: "c_now",
        name: "now",
        argumentsJson: "{}",
        complete: true,
      });
      calls(it, "stay_silent");
      await settled();
      expect(it.model().asked).toEqual(["answer", "add tool_output", "add tool_output", "answer"]);
      it.model().answers("a1", "Noon.", 300);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 300, done: true });
      expect(page.last("turn")).toMatchObject({ outcome: "tool", itemId: "u1" });
    }));

  test("SI2 where no page holds the floor nobody is asked", () =>
    play({ checkIn: { afterMs: 10_000, instructions: "Ask if they are still there." } }, (it) => {
      const page = talking(it);
      it.page();
      it.model().hears("u1", "hello");
      it.model().answers("a1", "Hi!", 300);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 300, done: true });
      it.conversation.reception.detach(page, false);
      it.clock.advance(10_000);
      expect(it.model().asked).toEqual(["answer"]);
    }));

  test("SI2 the agent checks in once after a long silence, and again only when the user has spoken", () =>
    play({ checkIn: { afterMs: 10_000, instructions: "Ask if they are still there." } }, (it) => {
      const page = talking(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "Hi!", 300);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 300, done: true });
      it.clock.advance(9_999);
      expect(it.model().asked).toEqual(["answer"]);
      it.clock.advance(1);
      expect(it.model().asked).toEqual(["answer", "go on"]);
      it.model().answers("a2", "Still there?", 300);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a2", playedMs: 300, done: true });
      it.clock.advance(30_000);
      expect(it.model().asked).toEqual(["answer", "go on"]);
      it.model().hears("u2", "yes");
      it.model().answers("a3", "Good.", 300);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a3", playedMs: 300, done: true });
      it.clock.advance(10_000);
      expect(it.model().asked).toEqual(["answer", "go on", "answer", "go on"]);
    }));

  test.each([true, false])("EC7 the echo of a check-in is not the user (written down: %s)", (written) =>
    play(
      {
        policies: { normal: { ...PLAIN, interruptAfterMs: 400 } },
        checkIn: { afterMs: 10_000, instructions: "Ask if they are still there." },
      },
      (it) => {
        const page = talking(it);
        it.model().hears("u1", "hello");
        it.model().answers("a1", "Hi!", 300);
        it.model().answerDone();
        it.says(page, { type: "playback", itemId: "a1", playedMs: 300, done: true });
        it.clock.advance(10_000);
        expect(it.model().asked).toEqual(["answer", "go on"]);
        it.model().answers("a2", "Are you still there?", 1_500);
        it.model().answerDone();
        it.says(page, { type: "playback", itemId: "a2", playedMs: 200 });
        voice(it, page, "echo", 360);
        it.says(page, { type: "playback", itemId: "a2", playedMs: 1_200 });
        if (written) words(it, "echo", "Are you still there?");
        else {
          it.says(page, { type: "activity", active: false, echoFrom: 0 });
          it.clock.advance(WORDS_WAIT_MS);
          it.model().says({ type: "user_transcript_failed", itemId: "echo", code: "none" });
        }
        it.says(page, { type: "playback", itemId: "a2", playedMs: 1_500, done: true });
        expect(page.last("item_removed")).toEqual({ type: "item_removed", id: "echo" });
        it.clock.advance(30_000);
        expect(it.model().asked).toEqual(["answer", "go on", "remove echo"]);
      },
    ),
  );
});

describe("order", () => {
  test("ST2 words that come after the next turn's, and after its answer, stand where they were said", () =>
    play({}, (it) => {
      const page = talking(it);
      for (const itemId of ["u1", "u2"]) {
        it.model().says({ type: "speech_started", itemId, startMs: 0 });
        it.model().says({ type: "speech_stopped", itemId });
        it.model().says({ type: "user_turn", itemId, audioMs: 500 });
      }
      it.model().answerDone("cancelled");
      it.model().answers("a1", "Both.", 300);
      it.model().says({ type: "user_transcript", itemId: "u2", text: "second", usage: NO_USAGE });
      it.model().says({ type: "user_caption", itemId: "u1", delta: "fir" });
      it.model().says({ type: "user_transcript", itemId: "u1", text: "first", usage: NO_USAGE });
      expect(it.items.pageItems(10).items.map(({ text }) => text)).toEqual(["first", "second", "Both."]);
      const seen = page.messages.flatMap((message) => (message.type === "item" ? [message.item.id] : []));
      expect([...new Set(seen)]).toEqual(["u1", "u2", "a1"]);
    }));

  test("ST4 noise between two turns leaves no bubble, whoever's words come first", () =>
    play({}, (it) => {
      const page = talking(it);
      for (const itemId of ["u1", "noise", "u2"]) {
        it.model().says({ type: "speech_started", itemId, startMs: 0 });
        it.model().says({ type: "speech_stopped", itemId });
        it.model().says({ type: "user_turn", itemId, audioMs: 500 });
      }
      it.model().says({ type: "user_transcript", itemId: "u2", text: "second", usage: NO_USAGE });
      it.model().says({ type: "user_caption", itemId: "noise", delta: " " });
      it.model().says({ type: "user_transcript", itemId: "noise", text: "", usage: NO_USAGE });
      it.model().says({ type: "user_transcript", itemId: "u1", text: "first", usage: NO_USAGE });
      expect(it.items.pageItems(10).items.map(({ text }) => text)).toEqual(["first", "second"]);
      expect(page.last("item_removed")).toEqual({ type: "item_removed", id: "noise" });
      const after = it
        .page("later")
        .last("welcome")
        ?.items.map(({ id }) => id);
      expect(after).toEqual(["u1", "u2"]);
    }));
});
