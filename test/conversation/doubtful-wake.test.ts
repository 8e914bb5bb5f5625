// Woken by what a page took for a voice.

import { describe, expect, test } from "vitest";
import { DOUBTFUL_WAKE_MS } from "../../src/conversation/wakefulness.ts";
import { play, QUIET_MS } from "../support/conversation-scene.ts";
import type { RecordingCaller, Scene } from "../support/conversation-scene.ts";

function woken(it: Scene): RecordingCaller {
  const page = it.page();
  it.says(page, { type: "start", byVoice: true });
  it.clock.advance(DOUBTFUL_WAKE_MS);
  it.model().ready();
  return page;
}

describe("a wake by voice", () => {
  test("SL6 without a turn in 8 s after the session is ready the conversation sleeps again", () =>
    play({}, (it) => {
      const page = woken(it);
      it.clock.advance(DOUBTFUL_WAKE_MS - 1);
      expect(page.states().at(-1)).toBe("listening");
      it.clock.advance(1);
      expect(page.last("state")).toEqual({ type: "state", state: "asleep" });
      expect(it.model().closed).toBe(true);
      expect(it.clock.pending).toBe(0);
    }));

  test("SL6 speech that goes on is waited for; speech that was dropped is no turn", () =>
    play({}, (it) => {
      const page = woken(it);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 0 });
      it.clock.advance(DOUBTFUL_WAKE_MS - 1);
      it.model().says({ type: "speech_stopped", itemId: "u1" });
      it.clock.advance(DOUBTFUL_WAKE_MS - 1);
      expect(page.states().at(-1)).toBe("listening");
      it.clock.advance(1);
      expect(page.states().at(-1)).toBe("asleep");
    }));

  test.for([
    ["a turn", (it: Scene) => it.model().hears("u1", "hello")],
    ["typed text", (it: Scene, page: RecordingCaller) => it.says(page, { type: "text", text: "hello" })],
  ] as const)("SL6 after %s it is awake like any other", ([, happens]) =>
    play({}, (it) => {
      const page = woken(it);
      happens(it, page);
      it.model().answers("a1", "Hi!", 100);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 100, done: true });
      it.clock.advance(QUIET_MS - 1);
      expect(page.states().at(-1)).toBe("listening");
      it.clock.advance(1);
      expect(page.states().at(-1)).toBe("asleep");
    }),
  );

  test("SL6 a pressed button is no doubt, neither at first nor later", () =>
    play({}, (it) => {
      const page = woken(it);
      it.clock.advance(DOUBTFUL_WAKE_MS - 1);
      it.says(page, { type: "start" });
      it.clock.advance(QUIET_MS - 1);
      expect(page.states().at(-1)).toBe("listening");
      it.clock.advance(1);
      it.says(page, { type: "start" });
      it.model().ready();
      it.clock.advance(DOUBTFUL_WAKE_MS);
      expect(page.states().at(-1)).toBe("listening");
      // A voice heard by the page of a talk that is awake says nothing about who is there.
      it.says(page, { type: "start", byVoice: true });
      it.clock.advance(DOUBTFUL_WAKE_MS);
      expect(page.states().at(-1)).toBe("listening");
    }));

  test("SL6 noise that is taken for a turn is no sign of anybody", () =>
    play({}, (it) => {
      const page = woken(it);
      it.model().hears("n1", "");
      it.model().answerDone("cancelled");
      it.clock.advance(DOUBTFUL_WAKE_MS);
      expect(page.states().at(-1)).toBe("asleep");
    }));
});
