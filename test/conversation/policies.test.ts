// How turns are taken, chosen and changed in the middle of a talk.

import { describe, expect, test } from "vitest";
import { CLOSED_TAIL_MS } from "../../src/conversation/closed-microphone.ts";
import { LiveSettings } from "../../src/conversation/live-settings.ts";
import { agent } from "../../src/agent.ts";
import { play, sound, talking } from "../support/conversation-scene.ts";
import type { Scene } from "../support/conversation-scene.ts";
import { PLAIN } from "../support/policies.ts";
import { NO_USAGE } from "../support/scripted-model.ts";

const SNAPPY = { ...PLAIN, turnDetection: { type: "semantic_vad", eagerness: "high" } } as const;
const policies = {
  normal: PLAIN,
  snappy: SNAPPY,
  hold: { ...PLAIN, turnDetection: null },
  closed: { ...PLAIN, halfDuplex: true },
};

describe("policies", () => {
  test("PO1 the first is in force; another one is told to the model and to all pages, and stored", () =>
    play({ policies }, (it) => {
      const page = talking(it);
      const other = it.page("other");
      expect(it.model().setup.policy).toBe(PLAIN);
      expect(page.last("welcome")?.settings).toMatchObject({
        policy: "normal",
        policies: ["normal", "snappy", "hold", "closed"],
        pushToTalk: false,
        halfDuplex: false,
        typingInterrupts: true,
        halfDuplexPolicy: "closed",
      });
      it.says(page, { type: "settings", policy: "snappy" });
      expect(it.model().policies).toEqual([SNAPPY]);
      expect(other.last("settings")?.settings).toMatchObject({ policy: "snappy" });
      it.says(page, { type: "settings", policy: "hold" });
      expect(other.last("settings")?.settings).toMatchObject({ policy: "hold", pushToTalk: true });
      it.says(page, { type: "settings", policy: "closed" });
      expect(other.last("settings")?.settings).toMatchObject({ halfDuplex: true, pushToTalk: false });
      expect(it.items.conversation().policy).toBe("closed");
    }));

  test("PO1 an unknown policy, or a voice, is refused and changes nothing", () =>
    play({ policies }, (it) => {
      const page = talking(it);
      for (const change of [
        { policy: "toString" },
        { voice: "cedar" },
        { voice: "cedar", policy: "snappy" },
      ]) {
        it.says(page, { type: "settings", ...change });
        expect(page.messages.at(-1)).toMatchObject({ type: "error", code: "not_allowed" });
      }
      expect(it.model().policies).toEqual([]);
      expect(it.items.conversation().policy).toBe("normal");
    }));

  test("PO2 the policy in force is that of the next session, and of the next life in memory", () =>
    play({ policies }, (it) => {
      const page = talking(it);
      it.says(page, { type: "settings", policy: "snappy" });
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      it.clock.advance(1000);
      expect(it.models).toHaveLength(2);
      expect(it.model().setup.policy).toEqual(SNAPPY);
      const live = new LiveSettings({ ...agent, policies }, it.items);
      expect(live.shown().policy).toBe("snappy");
      it.items.setPolicy("of an older agent file");
      expect(new LiveSettings({ ...agent, policies }, it.items).shown().policy).toBe("normal");
    }));

  test("PO4 half-duplex: while the agent speaks, and a little longer, the model hears silence", () =>
    play({ policies: { closed: policies.closed } }, (it) => {
      const page = talking(it);
      sound(it, page, 80);
      expect(it.model().loudFrames).toBe(2);
      it.model().answers("a1", "Hello", 1000);
      sound(it, page, 400);
      expect(it.model()).toMatchObject({ frames: 12, loudFrames: 2 });
      it.says(page, { type: "playback", itemId: "a1", playedMs: 1000, done: true });
      sound(it, page, CLOSED_TAIL_MS - 40);
      expect(it.model().loudFrames).toBe(2);
      sound(it, page, 400);
      expect(it.model().loudFrames).toBeGreaterThan(10);
    }));

  test("PO4 half-duplex: what was said before the agent spoke, and is sent again while it does, is heard", () =>
    play({ policies: { closed: policies.closed } }, (it) => {
      const page = it.page();
      it.says(page, { type: "hello", pageId: "p", streamId: "s" });
      it.says(page, { type: "start" });
      it.model().ready();
      it.says(page, { type: "resending", fromSample: 0 });
      sound(it, page, 1000);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 100 });
      it.model().says({ type: "speech_stopped", itemId: "u1", endMs: 1000 });
      it.model().says({ type: "user_turn", itemId: "u1", audioMs: 900 });
      it.model().answers("a1", "It is three", 6000);
      sound(it, page, 400);
      expect(it.model().loudFrames).toBe(25);
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      it.clock.advance(1000);
      it.model().ready();
      const { fromSample } = page.last("resend")!;
      it.says(page, { type: "resending", fromSample });
      sound(it, page, 1400 - fromSample / 24);
      expect(page.states().at(-1)).toBe("speaking");
      expect(it.model()).toMatchObject({
        frames: Math.ceil((1400 * 24 - fromSample) / 960),
        loudFrames: Math.ceil((1000 * 24 - fromSample) / 960),
      });
    }));

  test("PO7 another policy is for the holder of the floor to choose, or for anybody while nobody holds it", () =>
    play({ policies }, (it) => {
      const page = it.page();
      const other = it.page("other");
      it.says(other, { type: "settings", policy: "snappy" });
      expect(page.last("settings")?.settings).toMatchObject({ policy: "snappy" });
      it.says(page, { type: "start" });
      it.says(other, { type: "settings", policy: "hold" });
      expect(other.messages.at(-1)).toMatchObject({ type: "error", code: "not_allowed" });
      expect(it.items.conversation().policy).toBe("snappy");
      it.says(page, { type: "settings", policy: "hold" });
      expect(it.items.conversation().policy).toBe("hold");
    }));

  test("PO5 where typing does not interrupt, the answer to it follows", () =>
    play({ policies: { polite: { ...PLAIN, typingInterrupts: false } } }, (it) => {
      const page = talking(it);
      expect(page.last("welcome")?.settings).toMatchObject({ typingInterrupts: false });
      it.model().hears("u1", "tell me");
      it.model().answers("a1", "A long story", 3000);
      it.says(page, { type: "text", text: "And then?" });
      expect(page.types()).not.toContain("flush");
      expect(it.model().asked).toEqual(["answer", "add message"]);
      it.model().answerDone();
      expect(it.model().asked).toEqual(["answer", "add message", "answer"]);
      expect(page.states().at(-1)).toBe("speaking");
    }));

  test("PO6 a greeting's beginning is spoken whatever is heard, and what was said is answered after it", () =>
    play({ policies: { careful: { ...PLAIN, protectGreetingMs: 800 } }, greeting: "Hello there" }, (it) => {
      const page = talking(it);
      it.model().answers("g", "Hello there", 2000);
      expect(page.last("audio")).toEqual({ type: "audio", itemId: "g", fromMs: 0, protectedMs: 800 });
      it.says(page, { type: "playback", itemId: "g", playedMs: 200 });
      sound(it, page, 80);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 0 });
      sound(it, page, 320);
      sound(it, page, 400, false);
      it.model().says({ type: "speech_stopped", itemId: "u1" });
      it.model().says({ type: "user_turn", itemId: "u1", audioMs: 400 });
      it.model().says({
        type: "user_transcript",
        itemId: "u1",
        text: "Hi, what time is it?",
        usage: NO_USAGE,
      });
      expect(page.types()).not.toContain("flush");
      expect(it.model().asked).toEqual(["greet"]);
      it.model().answerDone();
      expect(it.model().asked).toEqual(["greet", "answer"]);
      it.model().answers("a1", "It is noon.", 1000);
      expect(page.last("audio")).toEqual({ type: "audio", itemId: "a1", fromMs: 0 });
    }));

  test.each([0, 200])(
    "PO6 a voice that goes on %i ms beyond the protected beginning stops the greeting",
    (interruptAfterMs) =>
      play(careful(interruptAfterMs), (it) => {
        const page = overGreeting(it);
        sound(it, page, 160);
        expect(page.types()).not.toContain("flush");
        it.says(page, { type: "playback", itemId: "g", playedMs: 850 });
        if (interruptAfterMs > 0) sound(it, page, interruptAfterMs - 40);
        expect(page.types()).not.toContain("flush");
        sound(it, page, 40);
        expect(page.types()).toContain("flush");
      }),
  );

  test("PO6 nor does one of which the model says so only then; its words are answered after the greeting", () =>
    play(careful(200), (it) => {
      const page = talking(it);
      it.model().answers("g", "Hello there", 2000);
      it.says(page, { type: "playback", itemId: "g", playedMs: 500 });
      sound(it, page, 280);
      it.says(page, { type: "playback", itemId: "g", playedMs: 850 });
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 0 });
      sound(it, page, 400, false);
      it.model().says({ type: "speech_stopped", itemId: "u1" });
      it.model().says({ type: "user_turn", itemId: "u1", audioMs: 280 });
      it.model().says({ type: "user_transcript", itemId: "u1", text: "What time is it?", usage: NO_USAGE });
      it.model().answerDone();
      expect(page.types()).not.toContain("flush");
      expect(it.model().asked).toEqual(["greet", "answer"]);
    }));

  test.each([0, 200])(
    "PO6 one that was over by then does not, whatever there was of it (interruptAfterMs %i)",
    (interruptAfterMs) =>
      play(careful(interruptAfterMs), (it) => {
        const page = overGreeting(it);
        sound(it, page, 400);
        it.says(page, { type: "playback", itemId: "g", playedMs: 850 });
        sound(it, page, 400, false);
        expect(page.types()).not.toContain("flush");
      }),
  );
});

const careful = (interruptAfterMs: number): Parameters<typeof play>[0] => ({
  policies: { careful: { ...PLAIN, interruptAfterMs, protectGreetingMs: 800 } },
  greeting: "Hello there",
});

/** Somebody who has begun to speak over the first 600 ms of a greeting of two seconds. */
function overGreeting(it: Scene): ReturnType<typeof talking> {
  const page = talking(it);
  it.model().answers("g", "Hello there", 2000);
  it.says(page, { type: "playback", itemId: "g", playedMs: 600 });
  sound(it, page, 80);
  it.model().says({ type: "speech_started", itemId: "u1", startMs: 0 });
  return page;
}
