// There is one buffer of microphone audio, the page's: what is safe, what is asked for again, which turn is which.

import { describe, expect, test } from "vitest";
import { FRAME_BYTES, FRAME_MS, FRAME_SAMPLES, SAMPLES_PER_MS } from "../../src/audio/format.ts";
import { SAFE_MARGIN_SAMPLES } from "../../src/conversation/microphone-line.ts";
import { UPSTREAM_RETRY } from "../../src/conversation/upstream.ts";
import { PROBE_SETTLED_MS, UNHEARD_SPEECH_MS } from "../../src/conversation/unheard-speech.ts";
import { play } from "../support/conversation-scene.ts";
import type { RecordingCaller, Scene } from "../support/conversation-scene.ts";
import { NO_USAGE } from "../support/scripted-model.ts";

const CLOSED = { type: "lost", failure: { kind: "closed", code: 1006 } } as const;

/** A page with a microphone stream, started and live, that has answered the first `resend`. */
function streaming(it: Scene, id = "page", streamId = "s1"): RecordingCaller {
  const page = it.page(id);
  it.says(page, { type: "hello", pageId: id, streamId });
  it.says(page, { type: "start" });
  if (it.model().replayed === undefined) it.model().ready();
  it.says(page, { type: "resending", fromSample: page.last("resend")!.fromSample });
  return page;
}

/** Sends `ms` of microphone, in real time. */
function speak(it: Scene, page: RecordingCaller, ms: number): void {
  for (let sent = 0; sent < ms; sent += FRAME_MS) {
    it.clock.advance(FRAME_MS);
    it.conversation.reception.frame(page, new Uint8Array(FRAME_BYTES));
  }
}

describe("the one buffer of audio", () => {
  test("MI1 silence becomes safe a second later, at most one ack a second tells so", () =>
    play({}, (it) => {
      const page = streaming(it);
      speak(it, page, 5000);
      const acks = page.messages.filter((message) => message.type === "ack");
      expect(acks.length).toBeGreaterThanOrEqual(4);
      expect(acks.length).toBeLessThanOrEqual(5);
      const { receivedSamples, safeSamples, streamId } = page.last("ack")!;
      expect(streamId).toBe("s1");
      expect(receivedSamples - safeSamples).toBe(SAFE_MARGIN_SAMPLES);
      expect(receivedSamples % FRAME_SAMPLES).toBe(0);
    }));

  test("MI2 a turn is safe when its words are stored, not before", () =>
    play({}, (it) => {
      const page = streaming(it);
      speak(it, page, 2000);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 1200 });
      speak(it, page, 4000);
      expect(page.last("ack")!.safeSamples).toBe(1200 * SAMPLES_PER_MS);
      it.model().says({ type: "user_turn", itemId: "u1", audioMs: 2000 });
      speak(it, page, 2000);
      expect(page.last("ack")!.safeSamples).toBe(1200 * SAMPLES_PER_MS);
      it.model().says({ type: "user_transcript", itemId: "u1", text: "hello", usage: NO_USAGE });
      speak(it, page, 1000);
      expect(page.last("ack")!.safeSamples).toBeGreaterThan(6000 * SAMPLES_PER_MS);
    }));

  test("MI2 the end of a turn whose words are stored is not heard again as a turn of its own", () =>
    play({}, (it) => {
      const page = streaming(it);
      speak(it, page, 3000);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 1000 });
      it.model().says({ type: "user_turn", itemId: "u1", audioMs: 1900 });
      it.model().says({ type: "user_transcript", itemId: "u1", text: "hello", usage: NO_USAGE });
      it.model().says(CLOSED);
      it.clock.advance(UPSTREAM_RETRY.firstMs);
      it.model().ready();
      expect(page.last("resend")).toEqual({ type: "resend", fromSample: 2900 * SAMPLES_PER_MS });
    }));

  test("MI3 a lost session in mid-sentence asks for the sentence again, and frames under way do not count", () =>
    play({}, (it) => {
      const page = streaming(it);
      speak(it, page, 3000);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 2200 });
      speak(it, page, 1000);
      it.model().says(CLOSED);
      expect(page.last("item_removed")).toEqual({ type: "item_removed", id: "u1" });
      speak(it, page, UPSTREAM_RETRY.firstMs);
      it.model().ready();
      const { fromSample } = page.last("resend")!;
      expect(fromSample).toBeLessThanOrEqual(2200 * SAMPLES_PER_MS);
      expect(fromSample).toBeGreaterThan(1000 * SAMPLES_PER_MS);
      const before = it.model().frames;
      speak(it, page, 200);
      expect(it.model().frames).toBe(before);
      it.says(page, { type: "resending", fromSample });
      speak(it, page, 2400);
      expect(it.model().frames).toBe(before + 60);
      it.model().says({ type: "speech_started", itemId: "u1b", startMs: 0 });
      it.model().says({ type: "user_turn", itemId: "u1b", audioMs: 2000 });
      expect(it.model().asked).toEqual(["answer"]);
    }));

  test("MI3 a session lost before it heard anything: what is under way to it does not count for the next", () =>
    play({}, (it) => {
      const page = streaming(it);
      it.model().says(CLOSED);
      speak(it, page, UPSTREAM_RETRY.firstMs);
      it.model().ready();
      expect(page.last("resend")).toEqual({ type: "resend", fromSample: 0 });
      speak(it, page, 200);
      expect(it.model().frames).toBe(0);
      it.says(page, { type: "resending", fromSample: 0 });
      speak(it, page, 200);
      expect(it.model().frames).toBe(200 / FRAME_MS);
    }));

  test("MI4 a turn without words that is heard again keeps its place, and is answered once", () =>
    play({}, (it) => {
      const page = streaming(it);
      speak(it, page, 3000);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 1000 });
      it.model().says({ type: "user_turn", itemId: "u1", audioMs: 1500 });
      it.model().says(CLOSED);
      it.clock.advance(UPSTREAM_RETRY.firstMs);
      it.model().ready();
      // The question is not in the rows yet: nothing to answer before it is heard.
      expect(it.model().asked).toEqual([]);
      it.says(page, { type: "resending", fromSample: page.last("resend")!.fromSample });
      it.model().says({ type: "speech_started", itemId: "x1", startMs: 0 });
      it.model().says({ type: "user_turn", itemId: "x1", audioMs: 1500 });
      it.model().says({ type: "user_transcript", itemId: "x1", text: "what time is it", usage: NO_USAGE });
      expect(it.items.pageItems(9).items).toMatchObject([
        { id: "u1", text: "what time is it", status: "completed" },
      ]);
      expect(it.model().asked).toEqual(["answer"]);
    }));

  test("MI4 a turn that was answered before its words came is not answered again", () =>
    play({}, (it) => {
      const page = streaming(it);
      speak(it, page, 3000);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 1000 });
      it.model().says({ type: "user_turn", itemId: "u1", audioMs: 1500 });
      it.model().answers("a1", "Noon.", 300);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 300, done: true });
      it.model().says(CLOSED);
      it.clock.advance(UPSTREAM_RETRY.firstMs);
      it.model().ready();
      it.says(page, { type: "resending", fromSample: page.last("resend")!.fromSample });
      it.model().says({ type: "speech_started", itemId: "x1", startMs: 0 });
      it.model().says({ type: "user_turn", itemId: "x1", audioMs: 1500 });
      it.model().says({ type: "user_transcript", itemId: "x1", text: "what time is it", usage: NO_USAGE });
      expect(it.model().asked).toEqual([]);
      expect(it.items.pageItems(9).items.map((item) => item.text)).toEqual(["what time is it", "Noon."]);
    }));

  test("MI5 a page that comes back to a living session goes on where its frames ended", () =>
    play({}, (it) => {
      const page = streaming(it);
      it.page("watcher");
      speak(it, page, 2000);
      it.conversation.reception.detach(page);
      const back = streaming(it, "page", "s1");
      expect(back.last("resend")).toEqual({ type: "resend", fromSample: 2000 * SAMPLES_PER_MS });
      expect(it.models).toHaveLength(1);
    }));

  test("MI5 a session that took over while the page was away is sent all that is not safe", () =>
    play({}, (it) => {
      const page = streaming(it);
      speak(it, page, 3000);
      const { safeSamples } = page.last("ack")!;
      it.conversation.reception.detach(page, true);
      it.model().says(CLOSED);
      it.clock.advance(UPSTREAM_RETRY.firstMs);
      it.model().ready();
      const back = it.page("page");
      it.says(back, { type: "hello", pageId: "page", streamId: "s1" });
      it.says(back, { type: "start" });
      expect(back.last("resend")).toEqual({ type: "resend", fromSample: safeSamples });
    }));

  test("MI6 after a crash the stream goes on from the last stored words", () =>
    play({}, (it) => {
      const page = streaming(it);
      speak(it, page, 4000);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 1000 });
      it.model().says({ type: "user_turn", itemId: "u1", audioMs: 1500 });
      it.model().says({ type: "user_transcript", itemId: "u1", text: "hello", usage: NO_USAGE });
      const safe = 3000 * SAMPLES_PER_MS;
      expect(it.items.conversation()).toMatchObject({ streamId: "s1", safeSamples: safe });
    }));

  test("MI7 a page without a stream is heard as before", () =>
    play({}, (it) => {
      const page = it.page();
      it.says(page, { type: "start" });
      it.conversation.reception.frame(page, new Uint8Array(FRAME_BYTES));
      it.model().ready();
      it.conversation.reception.frame(page, new Uint8Array(FRAME_BYTES));
      expect(it.model().frames).toBe(2);
      expect(page.types()).not.toContain("resend");
    }));

  test("MI9 a turn without words outlives a sleep for want of its page, and is filled when it comes again", () =>
    play({}, (it) => {
      const page = streaming(it);
      speak(it, page, 3000);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 2200 });
      it.model().says({ type: "user_turn", itemId: "u1", audioMs: 1500 });
      it.conversation.reception.detach(page);
      expect(it.conversation.state.phase).toBe("asleep");
      it.clock.advance(UPSTREAM_RETRY.longestMs);
      const back = it.page("page");
      it.says(back, { type: "hello", pageId: "page", streamId: "s1" });
      it.says(back, { type: "start" });
      it.model().ready();
      const { fromSample } = back.last("resend")!;
      expect(fromSample).toBeLessThanOrEqual(2200 * SAMPLES_PER_MS);
      it.says(back, { type: "resending", fromSample });
      speak(it, back, 3000);
      it.model().says({ type: "speech_started", itemId: "x1", startMs: 2200 - fromSample / SAMPLES_PER_MS });
      it.model().says({ type: "user_turn", itemId: "x1", audioMs: 1500 });
      it.model().says({ type: "user_transcript", itemId: "x1", text: "what time is it", usage: NO_USAGE });
      expect(it.items.pageItems(9).items).toMatchObject([
        { id: "u1", text: "what time is it", status: "completed" },
      ]);
      expect(it.model().asked).toEqual(["answer"]);
    }));

  test("MI9 another stream can not bring it again: it is marked failed", () =>
    play({}, (it) => {
      const page = streaming(it);
      speak(it, page, 3000);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 2200 });
      it.model().says({ type: "user_turn", itemId: "u1", audioMs: 1500 });
      it.conversation.reception.detach(page);
      it.clock.advance(UPSTREAM_RETRY.longestMs);
      streaming(it, "other", "s2");
      expect(it.items.pageItems(9).items).toMatchObject([{ id: "u1", text: "", status: "failed" }]);
    }));

  test("MI8 speech the page hears and the model does not makes the conversation ask whether it is there", () =>
    play({}, (it) => {
      const page = streaming(it);
      it.says(page, { type: "activity", active: true });
      speak(it, page, UNHEARD_SPEECH_MS);
      expect(it.model().asked).toEqual(["probe"]);
      it.says(page, { type: "activity", active: true });
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 0 });
      speak(it, page, 2 * UNHEARD_SPEECH_MS);
      expect(it.model().asked).toEqual(["probe"]);
    }));

  test("MI8 a short word to an upstream that is dead is asked for again whole", () =>
    play({}, (it) => {
      const page = streaming(it);
      speak(it, page, 3000);
      it.says(page, { type: "activity", active: true });
      speak(it, page, 1000);
      it.says(page, { type: "activity", active: false });
      speak(it, page, UNHEARD_SPEECH_MS);
      expect(it.model().asked).toEqual(["probe"]);
      it.model().says({ type: "lost", failure: { kind: "silent", waitedMs: 3000 } });
      it.clock.advance(UPSTREAM_RETRY.firstMs);
      it.model().ready();
      expect(page.last("resend")!.fromSample).toBeLessThanOrEqual(2000 * SAMPLES_PER_MS);
    }));

  test("MI8 where the upstream answers, it was no word: the audio is safe again", () =>
    play({}, (it) => {
      const page = streaming(it);
      speak(it, page, 3000);
      it.says(page, { type: "activity", active: true });
      speak(it, page, UNHEARD_SPEECH_MS + 1000);
      expect(page.last("ack")!.safeSamples).toBe(2000 * SAMPLES_PER_MS);
      speak(it, page, PROBE_SETTLED_MS);
      expect(page.last("ack")!.safeSamples).toBeGreaterThan(6000 * SAMPLES_PER_MS);
    }));

  test("IN6 a minute that was asked for again is no flood, however often a session breaks", () =>
    play({}, (it) => {
      const page = streaming(it);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 0 });
      for (let round = 0; round < 5; round++) {
        it.model().says(CLOSED);
        it.clock.advance(UPSTREAM_RETRY.longestMs);
        it.model().ready();
        it.says(page, { type: "resending", fromSample: page.last("resend")!.fromSample });
        for (let frame = 0; frame < 1500; frame++) {
          it.conversation.reception.frame(page, new Uint8Array(FRAME_BYTES));
        }
        speak(it, page, 200);
      }
      expect(page.closed).toBeUndefined();
      expect(
        page.messages.filter((message) => message.type === "error" && message.code === "audio_rate"),
      ).toEqual([]);
    }));
});
