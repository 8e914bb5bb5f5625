// Words that come late, while the session is being exchanged.

import { expect, test } from "vitest";
import { FRAME_BYTES, FRAME_MS, SAMPLES_PER_MS } from "../../src/audio/format.ts";
import { ROTATE_BEFORE_MS } from "../../src/conversation/upstream.ts";
import { play } from "../support/conversation-scene.ts";
import { NO_USAGE } from "../support/scripted-model.ts";

const LIFE_MS = 3_600_000;

test("RO5 a turn whose words had not come is heard again by the next session, in its place, and not answered again", () =>
  play({ quietMs: 2 * LIFE_MS }, (it) => {
    const page = it.page();
    it.says(page, { type: "hello", pageId: "p", streamId: "s1" });
    it.says(page, { type: "start" });
    it.model().says({ type: "configured" });
    it.model().says({ type: "ready", expiresAtMs: it.clock.now() + LIFE_MS });
    it.says(page, { type: "resending", fromSample: 0 });
    const speak = (ms: number) => {
      for (let sent = 0; sent < ms; sent += FRAME_MS) {
        it.clock.advance(FRAME_MS);
        it.conversation.reception.frame(page, new Uint8Array(FRAME_BYTES));
      }
    };
    speak(1200);
    it.model().says({ type: "speech_started", itemId: "u1", startMs: 1000 });
    speak(3000);
    it.model().says({ type: "user_turn", itemId: "u1", audioMs: 2000 });
    it.model().answers("a1", "Hi!", 100);
    it.model().answerDone();
    it.says(page, { type: "playback", itemId: "a1", playedMs: 100, done: true });
    it.clock.advance(LIFE_MS - ROTATE_BEFORE_MS);
    expect(it.models).toHaveLength(2);
    it.model().ready();
    expect(page.last("resend")).toEqual({ type: "resend", fromSample: 1000 * SAMPLES_PER_MS });
    it.says(page, { type: "resending", fromSample: 1000 * SAMPLES_PER_MS });
    speak(FRAME_MS);
    it.model().says({ type: "speech_started", itemId: "again", startMs: 0 });
    it.model().says({ type: "user_turn", itemId: "again", audioMs: 2000 });
    it.model().says({ type: "user_transcript", itemId: "again", text: "hello", usage: NO_USAGE });
    expect(it.items.pageItems(9).items.map(({ id, text }) => [id, text])).toEqual([
      ["u1", "hello"],
      ["a1", "Hi!"],
    ]);
    expect(it.model().asked).toEqual([]);
  }));
