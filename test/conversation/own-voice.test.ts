// The page has learnt its room, and says of what it heard before that it was nothing but the agent.

import { describe, expect, test } from "vitest";
import { SAMPLES_PER_MS } from "../../src/audio/format.ts";
import { WORDS_WAIT_MS } from "../../src/conversation/interruption.ts";
import { play, sound, talking } from "../support/conversation-scene.ts";
import type { RecordingCaller, Scene } from "../support/conversation-scene.ts";
import { cuts, INTERRUPT_AFTER_MS, policies, speaking, voice, words } from "../support/over-the-agent.ts";
import { PLAIN } from "../support/policies.ts";

const GREETING = {
  policies: { careful: { ...PLAIN, interruptAfterMs: INTERRUPT_AFTER_MS, protectGreetingMs: 800 } },
  greeting: "Hi, how are you?",
};

/** A greeting of which 200 ms were heard, and given back by the room, and what the page makes of that. */
function greeted(it: Scene, echoFromMs: number | undefined): RecordingCaller {
  const page = talking(it);
  it.model().answers("g", "Hi, how are you?", 2000);
  it.model().answerDone();
  it.says(page, { type: "playback", itemId: "g", playedMs: 200 });
  voice(it, page, "u2", 240);
  if (echoFromMs !== undefined) isEchoFrom(it, page, echoFromMs);
  return page;
}

function isEchoFrom(it: Scene, page: RecordingCaller, ms: number): void {
  it.says(page, { type: "activity", active: false, echoFrom: ms * SAMPLES_PER_MS });
}

const isGone = (page: RecordingCaller): boolean => page.last("item_removed")?.id === "u2";

describe("what the page takes back", () => {
  test.each([
    ["by the page", 0, true],
    ["by nobody", undefined, false],
    ["but for its beginning", 120, false],
  ])("EC6 a misheard word of the greeting that is taken back %s", (_name, fromMs, gone) =>
    play(GREETING, (it) => {
      const page = greeted(it, fromMs);
      words(it, "u2", "Bye.");
      expect(isGone(page)).toBe(gone);
      it.says(page, { type: "playback", itemId: "g", playedMs: 2000, done: true });
      expect(it.model().asked).toEqual(gone ? ["greet", "remove u2"] : ["greet", "answer"]);
      expect(page.types()).not.toContain("flush");
    }),
  );

  test.each([true, false])("EC6 so is one that nobody wrote down (failed: %s)", (failed) =>
    play(GREETING, (it) => {
      const page = greeted(it, 0);
      if (failed) it.model().says({ type: "user_transcript_failed", itemId: "u2", code: "none" });
      it.clock.advance(WORDS_WAIT_MS);
      expect(isGone(page)).toBe(true);
      // Late words change nothing.
      words(it, "u2", "Bye.");
      expect(it.model().asked).toEqual(["greet", "remove u2"]);
      expect(it.items.pageItems(10).items.map(({ id }) => id)).toEqual(["g"]);
    }),
  );

  test("EC6 one that nobody wrote down keeps no sound from being safe", () =>
    play(GREETING, (it) => {
      const page = it.page();
      it.says(page, { type: "hello", pageId: "page", streamId: "stream" });
      it.says(page, { type: "start" });
      it.model().ready();
      it.says(page, { type: "resending", fromSample: 0 });
      it.model().answers("g", "Hi, how are you?", 2000);
      it.says(page, { type: "playback", itemId: "g", playedMs: 200 });
      voice(it, page, "u2", 240);
      isEchoFrom(it, page, 0);
      it.clock.advance(WORDS_WAIT_MS);
      expect(isGone(page)).toBe(true);
      sound(it, page, 3_000, false);
      expect(page.last("ack")?.safeSamples).toBeGreaterThan(1_000 * SAMPLES_PER_MS);
    }));

  test("EC6 somebody who speaks on after it is heard", () =>
    play(GREETING, (it) => {
      const page = talking(it);
      it.model().answers("g", "Hi, how are you?", 2000);
      it.says(page, { type: "playback", itemId: "g", playedMs: 200 });
      sound(it, page, 120);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      isEchoFrom(it, page, 0);
      sound(it, page, 40, false);
      sound(it, page, 80);
      it.model().says({ type: "speech_stopped", itemId: "u2" });
      it.model().says({ type: "user_turn", itemId: "u2", audioMs: 240 });
      words(it, "u2", "Bye.");
      expect(isGone(page)).toBe(false);
    }));

  test("EC6 a turn that began longer ago than is remembered stands", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      sound(it, page, 200);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      sound(it, page, 4_600, false);
      sound(it, page, 320);
      isEchoFrom(it, page, 4_800);
      sound(it, page, 480, false);
      it.model().says({ type: "speech_stopped", itemId: "u2" });
      it.model().says({ type: "user_turn", itemId: "u2", audioMs: 5_120 });
      words(it, "u2", "Bye.");
      expect(isGone(page)).toBe(false);
    }));

  test("EC6 a voice that is hardly heard stands where nothing is taken back", () =>
    play(GREETING, (it) => {
      const page = talking(it);
      it.model().answers("g", "Hi, how are you?", 2000);
      it.says(page, { type: "playback", itemId: "g", playedMs: 200 });
      sound(it, page, 120, false);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      sound(it, page, 120, false);
      it.model().says({ type: "speech_stopped", itemId: "u2" });
      it.model().says({ type: "user_turn", itemId: "u2", audioMs: 240 });
      words(it, "u2", "Bye.");
      expect(isGone(page)).toBe(false);
    }));

  test("EC6 what is taken back interrupts nobody", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      sound(it, page, 120);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      sound(it, page, INTERRUPT_AFTER_MS - 160);
      isEchoFrom(it, page, 0);
      sound(it, page, INTERRUPT_AFTER_MS - 40);
      expect(page.types()).not.toContain("flush");
      sound(it, page, 40);
      expect(page.types()).toContain("flush");
    }));

  test("EC6 an answer that it has cut goes on", () =>
    play({ policies }, (it) => {
      const page = speaking(it);
      cuts(it, page, "u2", 520);
      isEchoFrom(it, page, 0);
      words(it, "u2", "Bye, Joe.");
      expect(it.model().asked).toEqual(["answer", "cut a1 1500", "remove u2", "go on"]);
      expect(page.last("error")).toMatchObject({ code: "echo_heard" });
    }));

  test("EC6 a page without the floor takes nothing back, nor does one that talks nonsense", () =>
    play(GREETING, (it) => {
      const page = greeted(it, undefined);
      isEchoFrom(it, it.page("other"), 0);
      for (const echoFrom of [-1, 0.5, "0", 1e300]) {
        it.says(page, { type: "activity", active: false, echoFrom });
        expect(page.messages.at(-1)).toMatchObject({ type: "error", code: "bad_message" });
      }
      isEchoFrom(it, page, 1e9);
      words(it, "u2", "Bye.");
      expect(isGone(page)).toBe(false);
    }));
});
