// Several pages on one conversation.

import { describe, expect, test } from "vitest";
import { BYTES_PER_MS, FRAME_BYTES } from "../../src/audio/format.ts";
import { PAGE_BACK_MS } from "../../src/conversation/absence.ts";
import { FLUSH_ANSWER_MS } from "../../src/protocol/messages.ts";
import { play, talking } from "../support/conversation-scene.ts";
import type { RecordingCaller, Scene } from "../support/conversation-scene.ts";

/** A page that says who it is, talking. */
function named(it: Scene): RecordingCaller {
  const page = it.page("gone");
  it.says(page, { type: "hello", pageId: "p1", streamId: "s1" });
  it.says(page, { type: "start" });
  it.model().ready();
  return page;
}

describe("the floor", () => {
  test("FL1 all pages see the items, the holder alone hears", () =>
    play({}, (it) => {
      const holder = talking(it);
      const watcher = it.page("watcher");
      it.model().hears("u1", "hello");
      it.model().answers("a1", "Hi!", 300);
      expect(watcher.last("item")?.item).toMatchObject({ text: "Hi!" });
      expect([holder.audioBytes, watcher.audioBytes]).toEqual([300 * 48, 0]);
      expect(watcher.types()).not.toContain("audio");
    }));

  test("FL2 start takes the floor, and what played there is cut", () =>
    play({}, (it) => {
      const first = talking(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "A longer answer", 3000);
      const second = it.page("second");
      it.says(second, { type: "start" });
      expect(first.last("floor")).toEqual({ type: "floor", held: false });
      expect(second.last("floor")).toEqual({ type: "floor", held: true });
      expect(first.types()).toContain("flush");
      expect(it.models).toHaveLength(1);
    }));

  test("FL3 frames and reports of others do not count", () =>
    play({}, (it) => {
      const holder = talking(it);
      const other = it.page("other");
      it.model().hears("u1", "hello");
      it.model().answers("a1", "Hi!", 300);
      it.model().answerDone();
      it.says(other, { type: "playback", itemId: "a1", playedMs: 300, done: true });
      expect(holder.states().at(-1)).toBe("speaking");
      other.started = true;
      it.conversation.reception.frame(other, new Uint8Array(FRAME_BYTES));
      expect(it.model().frames).toBe(0);
      it.conversation.reception.frame(holder, new Uint8Array(FRAME_BYTES));
      expect(it.model().frames).toBe(1);
    }));

  test("FL4 typing takes a free floor and leaves a held one", () =>
    play({}, (it) => {
      const typist = it.page("typist");
      it.says(typist, { type: "text", text: "hello" });
      expect(typist.holdsFloor).toBe(true);
      const other = it.page("other");
      it.says(other, { type: "text", text: "hello too" });
      expect([typist.holdsFloor, other.holdsFloor]).toEqual([true, false]);
    }));

  test("FL5 a holder that leaves while the agent speaks cuts the answer at its last report", () =>
    play({}, (it) => {
      const holder = talking(it);
      const watcher = it.page("watcher");
      it.model().hears("u1", "hello");
      it.model().answers("a1", "A longer answer", 3000);
      it.model().answerDone();
      it.says(holder, { type: "playback", itemId: "a1", playedMs: 1200 });
      it.conversation.reception.detach(holder);
      expect(it.model().asked).toContain("cut a1 1200");
      expect(watcher.states().at(-1)).toBe("listening");
      expect(it.model().closed).toBe(false);
    }));

  test("FL5 when the last page leaves, the upstream is closed and nothing is pending", () =>
    play({}, (it) => {
      const page = talking(it);
      it.conversation.reception.detach(page);
      expect(it.model().closed).toBe(true);
      expect(it.conversation.state).toEqual({ phase: "asleep", reason: "nobody_here" });
      expect(it.clock.pending).toBe(0);
    }));

  test("FL6 a page whose socket broke keeps floor, session and answer for a while, then it has left", () =>
    play({}, (it) => {
      const page = named(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "A longer answer", 3000);
      it.conversation.reception.detach(page, true);
      expect(page.holdsFloor).toBe(true);
      expect(it.model().closed).toBe(false);
      it.clock.advance(PAGE_BACK_MS - 1);
      expect(it.conversation.state.phase).toBe("awake");
      it.clock.advance(1);
      expect(it.conversation.state).toEqual({ phase: "asleep", reason: "nobody_here" });
      expect(it.clock.pending).toBe(0);
    }));

  test("FL6 with others watching, what it played is cut at its last report when it stays away", () =>
    play({}, (it) => {
      const page = named(it);
      it.page("watcher");
      it.model().hears("u1", "hello");
      it.model().answers("a1", "A longer answer", 3000);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 1200 });
      it.conversation.reception.detach(page, true);
      expect(it.model().asked).not.toContain("cut a1 1200");
      it.clock.advance(PAGE_BACK_MS);
      expect(it.model().asked).toContain("cut a1 1200");
      expect(it.model().closed).toBe(false);
    }));

  test("FL6 another page that wants to talk does not wait for it", () =>
    play({}, (it) => {
      const page = named(it);
      const other = it.page("other");
      it.conversation.reception.detach(page, true);
      it.says(other, { type: "start" });
      expect(other.holdsFloor).toBe(true);
      it.clock.advance(PAGE_BACK_MS);
      expect(other.holdsFloor).toBe(true);
      expect(it.conversation.state.phase).toBe("awake");
    }));

  test("FL7 what it has not played is sent again from where its speaker stands, what came meanwhile too", () =>
    play({}, (it) => {
      const page = named(it);
      it.model().hears("u1", "hello");
      it.model().says({ type: "assistant_started", itemId: "a1" });
      for (let sent = 0; sent < 5; sent++) it.model().speaks("a1", 200);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 300 });
      it.conversation.reception.detach(page, true);
      it.model().speaks("a1", 200);
      const back = it.page("back");
      it.says(back, { type: "hello", pageId: "p1", streamId: "s1" });
      it.says(back, { type: "playback", itemId: "a1", playedMs: 650 });
      it.model().speaks("a1", 200);
      it.model().says({ type: "assistant_audio_ended", itemId: "a1" });
      expect(back.audioBytes).toBe(0);
      it.clock.advance(FLUSH_ANSWER_MS);
      expect(back.last("audio")).toEqual({ type: "audio", itemId: "a1", fromMs: 600 });
      expect(back.audioBytes).toBe((1400 - 600) * BYTES_PER_MS);
      expect(back.last("audio_end")).toEqual({ type: "audio_end", itemId: "a1", totalMs: 1400 });
      it.says(back, { type: "playback", itemId: "a1", playedMs: 1400, done: true });
      it.model().says({ type: "assistant_done", itemId: "a1", text: "A longer answer" });
      it.model().answerDone();
      expect(it.items.pageItems(9).items.at(-1)).toMatchObject({ id: "a1", status: "completed" });
    }));

  test("FL9 who is interrupted before that is sent nothing again", () =>
    play({}, (it) => {
      const page = named(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "A longer answer", 3000);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 500 });
      it.conversation.reception.detach(page, true);
      const back = it.page("back");
      it.says(back, { type: "hello", pageId: "p1", streamId: "s1" });
      it.says(back, { type: "text", text: "wait" });
      it.clock.advance(2 * FLUSH_ANSWER_MS);
      expect(back.types()).toContain("flush");
      expect(back.audioBytes).toBe(0);
      expect(it.model().asked).toContain("cut a1 500");
    }));

  test("FL7 an answer that begins while the page is away waits for it", () =>
    play({}, (it) => {
      const page = named(it);
      it.model().hears("u1", "hello");
      it.conversation.reception.detach(page, true);
      it.model().answers("a1", "A longer answer", 3000);
      const back = it.page("back");
      it.says(back, { type: "hello", pageId: "p1", streamId: "s1" });
      it.clock.advance(FLUSH_ANSWER_MS);
      expect(back.last("audio")).toEqual({ type: "audio", itemId: "a1", fromMs: 0 });
      expect(back.audioBytes).toBe(3000 * BYTES_PER_MS);
    }));

  test("FL7 what it played to the end while it was away is not played again", () =>
    play({}, (it) => {
      const page = named(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "A longer answer", 1000);
      it.conversation.reception.detach(page, true);
      const back = it.page("back");
      it.says(back, { type: "hello", pageId: "p1", streamId: "s1" });
      it.says(back, { type: "playback", itemId: "a1", playedMs: 1000, done: true });
      it.clock.advance(FLUSH_ANSWER_MS);
      expect(back.audioBytes).toBe(0);
    }));

  test("FL8 another page that types while the holder is away gets the answer, and keeps it", () =>
    play({}, (it) => {
      const page = named(it);
      const other = it.page("other");
      it.says(other, { type: "hello", pageId: "p2", streamId: "s2" });
      it.conversation.reception.detach(page, true);
      it.says(other, { type: "text", text: "hello?" });
      expect(other.holdsFloor).toBe(true);
      it.model().answers("a1", "Here is the answer.", 3000);
      it.model().answerDone();
      expect(other.audioBytes).toBe(3000 * BYTES_PER_MS);
      it.says(other, { type: "playback", itemId: "a1", playedMs: 3000, done: true });
      it.clock.advance(PAGE_BACK_MS);
      expect(it.items.pageItems(9).items.map(({ text, status }) => `${status} ${text}`)).toEqual([
        "completed hello?",
        "completed Here is the answer.",
      ]);
    }));

  test("FL8 what the missing holder played is cut where another page types", () =>
    play({}, (it) => {
      const page = named(it);
      const other = it.page("other");
      it.model().hears("u1", "hello");
      it.model().answers("a1", "A longer answer", 3000);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 1200 });
      it.conversation.reception.detach(page, true);
      it.says(other, { type: "text", text: "and now?" });
      expect(it.model().asked).toContain("cut a1 1200");
      expect(it.model().asked.at(-1)).toBe("answer");
    }));

  test("FL8 another page can stop while the holder is away, and not while it is there", () =>
    play({}, (it) => {
      const page = named(it);
      const other = it.page("other");
      it.says(other, { type: "stop" });
      expect(it.conversation.state.phase).toBe("awake");
      it.conversation.reception.detach(page, true);
      it.says(other, { type: "stop" });
      expect(it.conversation.state).toEqual({ phase: "asleep", reason: "stopped" });
      expect(it.clock.pending).toBe(0);
    }));

  test("FL9 a flush that met the dead socket reaches the next one, and counts its numbers", () =>
    play({}, (it) => {
      const page = named(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "A longer answer", 3000);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 500 });
      it.conversation.reception.detach(page, true);
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      it.clock.advance(FLUSH_ANSWER_MS - 1);
      const back = it.page("back");
      it.says(back, { type: "hello", pageId: "p1", streamId: "s1" });
      expect(back.types()).toContain("flush");
      it.clock.advance(FLUSH_ANSWER_MS - 1);
      it.says(back, { type: "playback", itemId: "a1", playedMs: 1700, done: true });
      expect(it.model().asked).toContain("cut a1 1700");
      expect(back.audioBytes).toBe(0);
    }));

  test("FL9 what begins meanwhile comes behind what is sent again", () =>
    play({}, (it) => {
      const page = named(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "Let me look.", 4000);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 500 });
      it.conversation.reception.detach(page, true);
      const back = it.page("back");
      it.says(back, { type: "hello", pageId: "p1", streamId: "s1" });
      it.model().says({ type: "assistant_started", itemId: "a2" });
      it.model().speaks("a2", 200);
      expect(back.audioBytes).toBe(0);
      it.clock.advance(FLUSH_ANSWER_MS);
      it.model().speaks("a2", 200);
      expect(
        back.messages.flatMap((message) =>
          message.type === "audio" || message.type === "audio_end"
            ? [`${message.type} ${message.itemId}`]
            : [],
        ),
      ).toEqual(["audio a1", "audio_end a1", "audio a2"]);
      // All of the one item came in one piece, so that it goes from its beginning.
      expect(back.audioBytes).toBe(4400 * BYTES_PER_MS);
    }));

  test("SK4 a page that comes back replaces its ghost and keeps the floor", () =>
    play({}, (it) => {
      const ghost = it.page("ghost");
      it.says(ghost, { type: "hello", pageId: "p1", streamId: "s1" });
      it.says(ghost, { type: "start" });
      it.model().ready();
      const back = it.page("back");
      it.says(back, { type: "hello", pageId: "p1", streamId: "s1" });
      expect(ghost.closed).toMatchObject({ code: 1000 });
      expect(back.holdsFloor).toBe(true);
      expect(it.conversation.state.phase).toBe("awake");
    }));

  test("SK4 what a page plays through its ghost socket it reports through the new one", () =>
    play({}, (it) => {
      const ghost = it.page("ghost");
      it.says(ghost, { type: "hello", pageId: "p1", streamId: "s1" });
      it.says(ghost, { type: "start" });
      it.model().ready();
      it.model().hears("u1", "hello");
      it.model().answers("a1", "A longer answer", 3000);
      it.model().answerDone();
      const back = it.page("back");
      it.says(back, { type: "hello", pageId: "p1", streamId: "s1" });
      expect(back.types()).not.toContain("flush");
      it.says(back, { type: "playback", itemId: "a1", playedMs: 3000, done: true });
      expect(back.states().at(-1)).toBe("listening");
      expect(it.items.pageItems(9).items.at(-1)).toMatchObject({ status: "completed" });
    }));
});
