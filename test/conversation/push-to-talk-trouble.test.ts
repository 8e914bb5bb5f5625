// Presses that something gets in the way of: a refused commit, a phone call, a second press that is given up.

import { describe, expect, test } from "vitest";
import { COMMIT_TIMEOUT_MS, PRESS_STALL_MS } from "../../src/conversation/push-to-talk.ts";
import { play, QUIET_MS, sound } from "../support/conversation-scene.ts";
import type { RecordingCaller, Scene } from "../support/conversation-scene.ts";
import { PLAIN } from "../support/policies.ts";
import { committed, FRAME_SAMPLES, streaming, turn } from "../support/presses.ts";

const policies = { hold: { ...PLAIN, turnDetection: null } };

/** A press of 400 ms, whole. */
function says(it: Scene, page: RecordingCaller, fromFrame: number): void {
  turn(it, page, "begin", fromFrame * FRAME_SAMPLES);
  sound(it, page, 400);
  turn(it, page, "end", (fromFrame + 10) * FRAME_SAMPLES);
}

function texts(it: Scene): string[] {
  return it.items.pageItems(10).items.map(({ text }) => text);
}

describe("a press in trouble", () => {
  test("PT11 a commit that is refused makes no turn: the conversation may sleep, and the next words are the next press's", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      says(it, page, 0);
      it.model().says({ type: "refused", code: "input_audio_buffer_commit_empty", isCommit: true });
      expect(it.conversation.state).toMatchObject({ userSpeaking: false });
      expect(page.types()).toContain("item_removed");
      expect(page.last("error")).toMatchObject({ code: "answer_failed" });
      says(it, page, 10);
      const shown = page.last("item")!.item.id;
      committed(it, "up2", "second");
      expect(page.last("item")!.item).toMatchObject({ id: shown, text: "second" });
      expect(texts(it)).toEqual(["second"]);
    }));

  test("PT11 a refused commit ends no press that lasts", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      says(it, page, 0);
      turn(it, page, "begin", 10 * FRAME_SAMPLES);
      it.model().says({ type: "refused", code: "input_audio_buffer_commit_empty", isCommit: true });
      expect(it.conversation.state).toMatchObject({ userSpeaking: true });
      sound(it, page, 400);
      turn(it, page, "end", 20 * FRAME_SAMPLES);
      committed(it, "up2", "second");
      expect(texts(it)).toEqual(["second"]);
    }));

  test("PT11 another request that is refused is no press's", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      says(it, page, 0);
      it.model().says({ type: "refused", code: "unknown_parameter" });
      committed(it, "up1", "heard");
      expect(texts(it)).toEqual(["heard"]);
    }));

  test("PT11 a commit that is never answered is given up in time, and the conversation falls asleep", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      says(it, page, 0);
      it.clock.advance(COMMIT_TIMEOUT_MS - 1);
      expect(it.conversation.state).toMatchObject({ userSpeaking: true });
      it.clock.advance(1);
      expect(it.conversation.state).toMatchObject({ userSpeaking: false });
      expect(page.last("error")).toMatchObject({ code: "answer_failed" });
      it.clock.advance(QUIET_MS);
      expect(page.states().at(-1)).toBe("asleep");
    }));

  test("PT11 a commit that was answered, or is made anew on the next session, has its own time", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      says(it, page, 0);
      it.clock.advance(COMMIT_TIMEOUT_MS - 2000);
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      it.clock.advance(1000);
      it.model().ready();
      it.says(page, { type: "resending", fromSample: 0 });
      sound(it, page, 400);
      expect(it.model().asked).toEqual(["commit"]);
      it.clock.advance(COMMIT_TIMEOUT_MS - 1000);
      committed(it, "up1", "heard");
      it.clock.advance(COMMIT_TIMEOUT_MS);
      expect(page.messages).not.toContainEqual(expect.objectContaining({ code: "answer_failed" }));
      expect(texts(it)).toEqual(["heard"]);
    }));

  test("PT6 a press that is given up takes nothing from the one before it, which is being heard again", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      turn(it, page, "begin", 0);
      sound(it, page, 2000);
      turn(it, page, "end", 50 * FRAME_SAMPLES);
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      it.clock.advance(1000);
      it.model().ready();
      it.says(page, { type: "resending", fromSample: 0 });
      sound(it, page, 1000);
      turn(it, page, "begin", 60 * FRAME_SAMPLES);
      turn(it, page, "cancel", 60 * FRAME_SAMPLES);
      expect(it.conversation.state).toMatchObject({ userSpeaking: true });
      sound(it, page, 1000);
      expect(it.model().asked).toEqual(["commit"]);
      committed(it, "up1", "all of it");
      expect(texts(it)).toEqual(["all of it"]);
    }));

  test("PT9 frames that come again without a word go on with the press", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      turn(it, page, "begin", 0);
      sound(it, page, 1000);
      it.clock.advance(PRESS_STALL_MS);
      committed(it, "up1", "the first half");
      sound(it, page, 1000);
      it.clock.advance(PRESS_STALL_MS);
      committed(it, "up2", "more");
      sound(it, page, 1000);
      turn(it, page, "end", 75 * FRAME_SAMPLES);
      expect(it.model().frames).toBe(75);
      committed(it, "up3", "the rest");
      expect(texts(it)).toEqual(["the first half", "more", "the rest"]);
    }));

  test("PT9 a press that goes on is given up as the press it is", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      sound(it, page, 400);
      turn(it, page, "begin", 10 * FRAME_SAMPLES);
      sound(it, page, 1000);
      it.clock.advance(PRESS_STALL_MS);
      committed(it, "up1", "the first half");
      sound(it, page, 400);
      turn(it, page, "cancel", 10 * FRAME_SAMPLES);
      expect(it.conversation.state).toMatchObject({ userSpeaking: false });
      sound(it, page, 1000);
      expect(it.model().frames).toBe(35);
      expect(texts(it)).toEqual(["the first half"]);
    }));

  test("PT9 a press that was cut short is not gone on with by another page", () =>
    play({ policies: { ...policies, plain: PLAIN } }, (it) => {
      const page = streaming(it);
      turn(it, page, "begin", 0);
      sound(it, page, 1000);
      it.clock.advance(PRESS_STALL_MS);
      committed(it, "up1", "the first half");
      const other = it.page("other");
      it.says(other, { type: "hello", pageId: "o", streamId: "t" });
      it.says(other, { type: "start" });
      it.says(other, { type: "resending", fromSample: 0 });
      sound(it, other, 2000);
      expect(it.model().frames).toBe(25);
    }));

  test("PT9 a press that is let go after its frames stopped coming is over", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      turn(it, page, "begin", 0);
      sound(it, page, 1000);
      it.clock.advance(PRESS_STALL_MS);
      turn(it, page, "end", 25 * FRAME_SAMPLES);
      sound(it, page, 1000);
      expect(it.model().frames).toBe(25);
      expect(it.model().asked).toEqual(["clear", "commit"]);
    }));
});
