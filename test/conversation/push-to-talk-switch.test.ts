// The user changes to push-to-talk, or away from it, in the middle of something.

import { describe, expect, test } from "vitest";
import { PRESS_STALL_MS } from "../../src/conversation/push-to-talk.ts";
import { SPEECH_STALL_MS } from "../../src/conversation/stalled-speech.ts";
import { PROBE_SETTLED_MS, UNHEARD_SPEECH_MS } from "../../src/conversation/unheard-speech.ts";
import { play, sound, talking } from "../support/conversation-scene.ts";
import type { RecordingCaller, Scene } from "../support/conversation-scene.ts";
import { PLAIN } from "../support/policies.ts";
import { committed, FRAME_SAMPLES, streaming, turn } from "../support/presses.ts";

const policies = { plain: PLAIN, hold: { ...PLAIN, turnDetection: null } };

function choose(it: Scene, page: RecordingCaller, policy: string): void {
  it.says(page, { type: "settings", policy });
}

/** A spoken question, complete, whose words have not come. */
function asks(it: Scene, page: RecordingCaller): void {
  sound(it, page, 2000);
  it.model().says({ type: "speech_started", itemId: "u1", startMs: 500 });
  it.model().says({ type: "speech_stopped", itemId: "u1" });
  it.model().says({ type: "user_turn", itemId: "u1", audioMs: 1500 });
}

/** Half a sentence, whose beginning the model tells before push-to-talk is chosen or after it. */
function halfSaid(it: Scene, order: string): RecordingCaller {
  const page = streaming(it);
  sound(it, page, 2000);
  if (order === "after") choose(it, page, "hold");
  it.model().says({ type: "speech_started", itemId: "u1", startMs: 500 });
  if (order === "before") choose(it, page, "hold");
  return page;
}

describe("changing to push-to-talk and back", () => {
  test("PT10 a press after a change in mid-speech is heard whole, and nothing stale takes it away", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      sound(it, page, 3000);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 1000 });
      choose(it, page, "hold");
      expect(it.model().asked).toEqual(["clear"]);
      expect(page.types()).toContain("item_removed");
      turn(it, page, "begin", 72_000);
      sound(it, page, 4000);
      turn(it, page, "end", 168_000);
      expect(it.model().frames).toBe(75 + 100);
      expect(it.model().asked).toEqual(["clear", "clear", "commit"]);
      it.clock.advance(4000);
      committed(it, "up1", "by hand");
      expect(it.items.pageItems(10).items.map(({ text }) => text)).toEqual(["by hand"]);
    }));

  test("PT10 speech that is announced after the change is none", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      sound(it, page, 400);
      choose(it, page, "hold");
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 100 });
      expect(it.conversation.state).toMatchObject({ userSpeaking: false });
      turn(it, page, "begin", 10 * FRAME_SAMPLES);
      it.clock.advance(SPEECH_STALL_MS);
      sound(it, page, 400);
      turn(it, page, "end", 20 * FRAME_SAMPLES);
      expect(it.model().asked).toEqual(["clear", "commit"]);
    }));

  test.each(["before", "after"])(
    "PT10 half a sentence whose commit was under way is no turn, where its beginning was told %s the change",
    (order) =>
      play({ policies }, (it) => {
        halfSaid(it, order);
        it.model().says({ type: "speech_stopped", itemId: "u1" });
        committed(it, "u1", "half a");
        expect(it.model().asked.filter((asked) => asked !== "clear")).toEqual(["remove u1"]);
        expect(it.items.pageItems(10).items).toEqual([]);
        expect(it.conversation.state).toMatchObject({ userSpeaking: false, owed: false });
      }),
  );

  test.each(["before", "after"])(
    "PT10 a press gets no words of half a sentence whose commit was under way, told %s the change",
    (order) =>
      play({ policies }, (it) => {
        const page = halfSaid(it, order);
        turn(it, page, "begin", 50 * FRAME_SAMPLES);
        sound(it, page, 400);
        it.model().says({ type: "speech_stopped", itemId: "u1" });
        expect(it.conversation.state).toMatchObject({ userSpeaking: true });
        turn(it, page, "end", 60 * FRAME_SAMPLES);
        committed(it, "u1", "half a");
        committed(it, "up1", "by hand");
        expect(it.items.pageItems(10).items.map(({ text }) => text)).toEqual(["by hand"]);
        expect(it.model().asked.slice(-3)).toEqual(["commit", "remove u1", "answer"]);
      }),
  );

  test.each(["before", "after"])(
    "PT10 a question is heard again by the next session, and answered once, where the change came %s the last was lost",
    (order) =>
      play({ policies }, (it) => {
        const page = streaming(it);
        asks(it, page);
        if (order === "before") choose(it, page, "hold");
        it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
        if (order === "after") choose(it, page, "hold");
        it.clock.advance(1000);
        it.model().ready();
        const { fromSample } = page.last("resend")!;
        expect(fromSample).toBeLessThanOrEqual(500 * 24);
        it.says(page, { type: "resending", fromSample });
        sound(it, page, 2000 - fromSample / 24);
        expect(it.model().asked).toEqual(["commit"]);
        // From the frame in which it began to the last of the stream.
        expect(it.model().frames).toBe(50 - 12);
        committed(it, "up1", "What time is it?");
        expect(it.model().asked).toEqual(["commit", "answer"]);
        expect(it.items.pageItems(10).items).toMatchObject([
          { id: "u1", text: "What time is it?", status: "completed" },
        ]);
      }),
  );

  test("PT10 a press that waits for a session is heard by it, though turns are no longer taken by hand", () =>
    play({ policies: { hold: policies.hold, plain: PLAIN } }, (it) => {
      const page = streaming(it);
      turn(it, page, "begin", 0);
      sound(it, page, 1000);
      turn(it, page, "end", 25 * FRAME_SAMPLES);
      it.model().says({ type: "user_turn", itemId: "up1", audioMs: 1000 });
      const shown = page.last("item")!.item.id;
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      turn(it, page, "begin", 25 * FRAME_SAMPLES);
      turn(it, page, "end", 75 * FRAME_SAMPLES);
      choose(it, page, "plain");
      it.clock.advance(1000);
      it.model().ready();
      expect(page.last("resend")).toMatchObject({ fromSample: 0 });
      it.says(page, { type: "resending", fromSample: 0 });
      sound(it, page, 3000);
      expect(it.model().frames).toBe(75);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 100 });
      it.model().says({ type: "speech_stopped", itemId: "u1" });
      committed(it, "u1", "first");
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 1200 });
      it.model().says({ type: "speech_stopped", itemId: "u2" });
      committed(it, "u2", "second");
      expect(it.model().asked).toEqual(["answer"]);
      const items = it.items.pageItems(10).items;
      expect(items.map(({ text }) => text)).toEqual(["first", "second"]);
      expect(items[0]!.id).toBe(shown);
    }));

  test("PT10 questions that their page cannot send again stand without words, and the user is told", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      asks(it, page);
      sound(it, page, 1000);
      it.model().says({ type: "speech_started", itemId: "u3", startMs: 2200 });
      it.model().says({ type: "speech_stopped", itemId: "u3" });
      it.model().says({ type: "user_turn", itemId: "u3", audioMs: 800 });
      choose(it, page, "hold");
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      it.clock.advance(1000);
      it.model().ready();
      it.says(page, { type: "resending", fromSample: 3000 * 24 });
      it.clock.advance(2 * PRESS_STALL_MS);
      expect(page.last("error")).toMatchObject({ code: "answer_failed", retryable: true });
      const items = it.items.pageItems(10).items;
      expect(items.map(({ id, status }) => [id, status])).toEqual([
        ["u1", "failed"],
        ["u3", "failed"],
      ]);
      expect(it.conversation.state).toMatchObject({ userSpeaking: false, owed: false });
    }));

  test("PT10 a question that was answered is written down by a session that takes over after the change", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      asks(it, page);
      it.model().answers("a1", "Noon.", 500);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 500, done: true });
      choose(it, page, "hold");
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      it.clock.advance(1000);
      it.model().ready();
      const { fromSample } = page.last("resend")!;
      it.says(page, { type: "resending", fromSample });
      sound(it, page, 2000 - fromSample / 24);
      committed(it, "up1", "What time is it?");
      expect(it.model().asked).toEqual(["commit"]);
      expect(it.items.pageItems(10).items.map(({ text }) => text)).toEqual(["What time is it?", "Noon."]);
    }));

  test("PT10 a voice the page told of is asked about no more", () =>
    play({ policies }, (it) => {
      const page = streaming(it);
      sound(it, page, 400);
      it.says(page, { type: "activity", active: true });
      choose(it, page, "hold");
      it.says(page, { type: "activity", active: false });
      it.clock.advance(5 * (UNHEARD_SPEECH_MS + PROBE_SETTLED_MS));
      expect(it.model().asked).toEqual([]);
      turn(it, page, "begin", 10 * FRAME_SAMPLES);
      sound(it, page, 3000);
      turn(it, page, "end", 85 * FRAME_SAMPLES);
      committed(it, "up1", "Hello");
      expect(page.last("ack")!.safeSamples).toBeGreaterThan(10 * FRAME_SAMPLES - 24_000);
      choose(it, page, "plain");
      it.clock.advance(5 * (UNHEARD_SPEECH_MS + PROBE_SETTLED_MS));
      expect(it.model().asked).not.toContain("probe");
    }));

  test("PO8 the policy that is in force, chosen again, changes nothing: a press goes on", () =>
    play({ policies }, (it) => {
      const page = talking(it);
      choose(it, page, "hold");
      turn(it, page, "begin");
      sound(it, page, 400);
      const told = page.messages.length;
      choose(it, page, "hold");
      expect(it.model().policies).toHaveLength(1);
      expect(page.messages).toHaveLength(told);
      sound(it, page, 400);
      turn(it, page, "end");
      expect(it.model().frames).toBe(20);
      expect(it.model().asked).toEqual(["clear", "commit"]);
    }));

  test("PT2 letting go, or giving up, after the policy has changed is no mistake", () =>
    play({ policies }, (it) => {
      const page = talking(it);
      for (const action of ["end", "cancel"]) {
        choose(it, page, "hold");
        turn(it, page, "begin");
        sound(it, page, 400);
        choose(it, page, "plain");
        turn(it, page, action);
      }
      expect(page.types()).not.toContain("error");
      expect(it.model().asked).toEqual(["clear", "clear", "clear", "clear"]);
      it.model().hears("u1", "spoken");
      expect(it.items.pageItems(10).items.map(({ text }) => text)).toEqual(["spoken"]);
    }));
});
