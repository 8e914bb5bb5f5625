// The user holds a button while speaking.

import { describe, expect, test } from "vitest";
import { PAGE_BACK_MS } from "../../src/conversation/absence.ts";
import { PRESS_STALL_MS } from "../../src/conversation/push-to-talk.ts";
import { play, sound, talking } from "../support/conversation-scene.ts";
import { PLAIN } from "../support/policies.ts";
import { committed, FRAME_SAMPLES, streaming, turn } from "../support/presses.ts";
import { NO_USAGE } from "../support/scripted-model.ts";

const policies = { hold: { ...PLAIN, turnDetection: null }, plain: PLAIN };

describe("push-to-talk", () => {
  test("PT1 a press stops the agent, clears, and shows its turn; its end commits and asks for one answer", () =>
    play({ policies }, (it) => {
      const page = talking(it);
      it.model().answers("a0", "And so on", 3000);
      it.says(page, { type: "playback", itemId: "a0", playedMs: 2000 });
      turn(it, page, "begin");
      expect(page.types()).toContain("flush");
      expect(it.model().asked).toEqual(["clear"]);
      const shown = page.messages.findLast(
        (message) => message.type === "item" && message.item.role === "user",
      );
      expect(shown).toMatchObject({ item: { status: "in_progress" } });
      it.says(page, { type: "playback", itemId: "a0", playedMs: 2000, done: true });
      sound(it, page, 400);
      turn(it, page, "end");
      expect(it.model().asked).toEqual(["clear", "cut a0 2000", "commit"]);
      committed(it, "up1", "What time is it?");
      expect(it.model().asked.at(-1)).toBe("answer");
      const items = it.items.pageItems(10).items;
      expect(items.map(({ text }) => text)).toEqual(["And", "What time is it?"]);
      expect(items[1]?.id).toBe((shown as { item: { id: string } }).item.id);
    }));

  test("PT2 frames outside of a press are not heard, and presses of another policy are refused", () =>
    play({ policies }, (it) => {
      const page = talking(it);
      sound(it, page, 400);
      expect(it.model().frames).toBe(0);
      turn(it, page, "begin");
      sound(it, page, 400);
      turn(it, page, "end");
      sound(it, page, 400);
      expect(it.model().frames).toBe(10);
      it.says(page, { type: "settings", policy: "plain" });
      turn(it, page, "begin");
      expect(page.last("error")).toMatchObject({ code: "not_allowed" });
      sound(it, page, 400);
      expect(it.model().frames).toBe(20);
    }));

  test("PT3 less than 100 ms is a hint and no turn", () =>
    play({ policies }, (it) => {
      const page = talking(it);
      turn(it, page, "begin");
      sound(it, page, 80);
      turn(it, page, "end");
      expect(page.last("error")).toMatchObject({ code: "turn_too_short" });
      expect(it.model().asked).toEqual(["clear", "clear"]);
      expect(page.types()).toContain("item_removed");
      expect(page.states().at(-1)).toBe("listening");
      expect(it.items.pageItems(10).items).toEqual([]);
    }));

  test("PT4 a cancelled press leaves nothing", () =>
    play({ policies }, (it) => {
      const page = talking(it);
      turn(it, page, "begin");
      sound(it, page, 400);
      turn(it, page, "cancel");
      turn(it, page, "end");
      expect(it.model().asked).toEqual(["clear", "clear"]);
      expect(page.types()).toContain("item_removed");
    }));

  test("PT5 a press wakes a sleeping conversation, and what is said meanwhile is heard whole", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      it.clock.advance(60_000);
      expect(page.states().at(-1)).toBe("asleep");
      turn(it, page, "begin", 50 * FRAME_SAMPLES);
      expect(page.states().at(-1)).toBe("connecting");
      // All of it is said before the session is there; the page goes on a little earlier than the press.
      turn(it, page, "end", 60 * FRAME_SAMPLES);
      it.model().ready();
      it.says(page, { type: "resending", fromSample: 45 * FRAME_SAMPLES });
      sound(it, page, 20 * 40);
      expect(it.model().frames).toBe(10);
      expect(it.model().asked).toEqual(["clear", "commit"]);
      committed(it, "up1", "Hello");
      expect(it.model().asked).toEqual(["clear", "commit", "answer"]);
    }));

  test("PT5 a page that does not say where its stream stands is heard as long as it held", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      it.clock.advance(60_000);
      turn(it, page, "begin");
      it.clock.advance(400);
      turn(it, page, "end");
      it.model().ready();
      it.says(page, { type: "resending", fromSample: 45 * FRAME_SAMPLES });
      sound(it, page, 20 * 40);
      expect(it.model().frames).toBe(10);
      expect(it.model().asked).toEqual(["clear", "commit"]);
    }));

  test("PT6 a session lost in mid-press hears the sentence whole, in its place", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      turn(it, page, "begin", 0);
      sound(it, page, 400);
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      it.clock.advance(1000);
      it.model().ready();
      expect(it.models).toHaveLength(2);
      expect(page.last("resend")).toEqual({ type: "resend", fromSample: 0 });
      it.says(page, { type: "resending", fromSample: 0 });
      sound(it, page, 600);
      turn(it, page, "end", 15 * FRAME_SAMPLES);
      expect(it.model().frames).toBe(15);
      expect(it.model().asked).toEqual(["commit"]);
      committed(it, "up2", "A whole sentence");
      expect(it.model().asked).toEqual(["commit", "answer"]);
      expect(page.types()).not.toContain("item_removed");
    }));

  test("PT6 a turn whose words were lost with the session is heard again, and answered once", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      turn(it, page, "begin", 0);
      sound(it, page, 400);
      turn(it, page, "end", 10 * FRAME_SAMPLES);
      it.model().says({ type: "user_turn", itemId: "up1", audioMs: 400 });
      it.model().answers("a1", "Here you are.", 500);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 500, done: true });
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      it.clock.advance(1000);
      it.model().ready();
      it.says(page, { type: "resending", fromSample: 0 });
      sound(it, page, 800);
      expect(it.model().frames).toBe(10);
      committed(it, "up2", "Question");
      expect(it.model().asked).toEqual(["commit"]);
      expect(it.items.pageItems(10).items.map(({ text }) => text)).toEqual(["Question", "Here you are."]);
    }));

  test("PT6 a page that says again what is known already is heard once", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      turn(it, page, "begin", 0);
      sound(it, page, 400);
      turn(it, page, "begin", 0);
      turn(it, page, "end", 10 * FRAME_SAMPLES);
      turn(it, page, "begin", 0);
      turn(it, page, "end", 10 * FRAME_SAMPLES);
      committed(it, "up1", "Hello");
      turn(it, page, "begin", 0);
      expect(it.model().asked).toEqual(["clear", "commit", "answer"]);
      expect(it.items.pageItems(10).items.map(({ text }) => text)).toEqual(["Hello"]);
      expect(page.states().at(-1)).toBe("thinking");
    }));

  test("PT7 a page that is gone in mid-press leaves no turn", () =>
    play({ policies }, (it) => {
      const page = talking(it);
      const other = it.page("other");
      turn(it, page, "begin");
      sound(it, page, 400);
      it.conversation.reception.detach(page);
      expect(it.model().asked).toEqual(["clear", "clear"]);
      expect(other.types()).toContain("item_removed");
    }));

  test("PT7 a press whose frames stop coming ends with what there is", () =>
    play({ policies }, (it) => {
      const page = talking(it);
      turn(it, page, "begin");
      sound(it, page, 400);
      it.clock.advance(PRESS_STALL_MS);
      expect(it.model().asked).toEqual(["clear", "commit"]);
    }));

  test("PT8 each press gets its own words, also when the next is committed before they come", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      const says = (itemId: string, text: string) =>
        it.model().says({ type: "user_transcript", itemId, text, usage: NO_USAGE });
      for (const n of [0, 1, 2]) {
        turn(it, page, "begin", n * 10 * FRAME_SAMPLES);
        sound(it, page, 400);
        turn(it, page, "end", (n + 1) * 10 * FRAME_SAMPLES);
        it.model().says({ type: "user_turn", itemId: `up${n}`, audioMs: 400 });
        if (n === 1) says("up0", "first");
        if (n === 2) says("up1", "second");
      }
      says("up2", "third");
      expect(it.items.pageItems(10).items.map(({ text, status }) => [text, status])).toEqual([
        ["first", "completed"],
        ["second", "completed"],
        ["third", "completed"],
      ]);
      sound(it, page, 3000);
      expect(page.last("ack")!.safeSamples).toBeGreaterThanOrEqual(30 * FRAME_SAMPLES);
    }));

  test("PT8 a press whose words never come takes no turn that is spoken under another policy", () =>
    play({ policies }, (it) => {
      const page = talking(it);
      turn(it, page, "begin");
      sound(it, page, 400);
      turn(it, page, "end");
      it.says(page, { type: "settings", policy: "plain" });
      it.model().hears("u2", "spoken");
      committed(it, "up1", "pressed");
      expect(it.items.pageItems(10).items.map(({ text }) => text)).toEqual(["pressed", "spoken"]);
    }));

  test("PT9 a press whose page has lost its network waits for it", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      turn(it, page, "begin", 0);
      sound(it, page, 1000);
      it.conversation.reception.detach(page, true);
      it.clock.advance(PAGE_BACK_MS - 1);
      expect(it.model().asked).toEqual(["clear"]);
      const back = it.page("back");
      it.says(back, { type: "hello", pageId: "p", streamId: "s" });
      it.says(back, { type: "start" });
      turn(it, back, "begin", 0);
      it.clock.advance(PRESS_STALL_MS - 100);
      it.says(back, { type: "resending", fromSample: back.last("resend")!.fromSample });
      sound(it, back, 7000);
      turn(it, back, "end", 8000 * 24);
      expect(it.model().frames).toBe(200);
      expect(it.model().asked).toEqual(["clear", "commit"]);
    }));

  test("PT9 after a stall a press that is said again goes on where it was committed", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      turn(it, page, "begin", 0);
      sound(it, page, 1000);
      it.clock.advance(PRESS_STALL_MS);
      expect(it.model().asked).toEqual(["clear", "commit"]);
      committed(it, "up1", "the first half");
      turn(it, page, "begin", 0);
      sound(it, page, 400);
      turn(it, page, "end", 1400 * 24);
      committed(it, "up2", "the rest");
      expect(it.model().frames).toBe(35);
      expect(it.items.pageItems(10).items.map(({ text }) => text)).toEqual(["the first half", "the rest"]);
    }));

  test("PT9 a page that comes back after the conversation fell asleep, its button still held, is heard whole", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      turn(it, page, "begin", 0);
      sound(it, page, 3000);
      it.conversation.reception.detach(page, true);
      it.clock.advance(PAGE_BACK_MS);
      expect(it.conversation.state).toMatchObject({ phase: "asleep", reason: "nobody_here" });
      expect(it.items.pageItems(10).items).toEqual([]);
      const back = it.page("back");
      it.says(back, { type: "hello", pageId: "p", streamId: "s" });
      it.says(back, { type: "start" });
      turn(it, back, "begin", 0);
      it.model().ready();
      expect(back.last("resend")).toMatchObject({ fromSample: 0 });
      it.says(back, { type: "resending", fromSample: 0 });
      sound(it, back, 5000);
      turn(it, back, "end", 5000 * 24);
      expect(it.model().frames).toBe(125);
      committed(it, "up1", "all of it");
      expect(it.items.pageItems(10).items.map(({ text }) => text)).toEqual(["all of it"]);
    }));
});
