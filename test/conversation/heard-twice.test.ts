// What a later session hears once more, because the words of an older turn had not come: turns that are stored are no
// turns again, and what cannot be heard again does not hold the rest back.

import * as z from "zod";
import { describe, expect, test } from "vitest";
import { FRAME_BYTES, FRAME_MS, SAMPLES_PER_MS } from "../../src/audio/format.ts";
import { WORDS_TIMEOUT_MS } from "../../src/conversation/microphone-line.ts";
import { UPSTREAM_RETRY } from "../../src/conversation/upstream.ts";
import { defineTool } from "../../src/define.ts";
import type { ItemStore } from "../../src/store/item-store.ts";
import { play, settled, talking } from "../support/conversation-scene.ts";
import type { RecordingCaller, Scene } from "../support/conversation-scene.ts";
import { NO_USAGE } from "../support/scripted-model.ts";

const CLOSED = { type: "lost", failure: { kind: "closed", code: 1006 } } as const;

/** A session that lasts so long is due to be exchanged at half of it. */
const LIFETIME_MS = 60_000;

function begin(it: Scene): RecordingCaller {
  const page = it.page();
  it.says(page, { type: "hello", pageId: "page", streamId: "s1" });
  it.says(page, { type: "start" });
  return page;
}

function resends(it: Scene, page: RecordingCaller): number {
  const { fromSample } = page.last("resend")!;
  it.says(page, { type: "resending", fromSample });
  return fromSample / SAMPLES_PER_MS;
}

function speak(it: Scene, page: RecordingCaller, ms: number): void {
  for (let sent = 0; sent < ms; sent += FRAME_MS) {
    it.clock.advance(FRAME_MS);
    it.conversation.reception.frame(page, new Uint8Array(FRAME_BYTES));
  }
}

function turn(it: Scene, itemId: string, startMs: number, text?: string): void {
  const model = it.model();
  model.says({ type: "speech_started", itemId, startMs });
  model.says({ type: "speech_stopped", itemId });
  model.says({ type: "user_turn", itemId, audioMs: 1500 });
  if (text !== undefined) model.says({ type: "user_transcript", itemId, text, usage: NO_USAGE });
}

function answer(it: Scene, page: RecordingCaller, itemId: string, text: string): void {
  it.model().answers(itemId, text, 300);
  it.model().answerDone();
  it.says(page, { type: "playback", itemId, playedMs: 300, done: true });
}

const rows = (it: Scene): string[] =>
  it.items.pageItems(20).items.map(({ role, text, status }) => `${role} ${status} ${text}`);

/** Two turns, both answered, from `baseMs` of the stream on; the words of the first have not come. */
function twoTurns(it: Scene, page: RecordingCaller, baseMs = 0): void {
  speak(it, page, 2500);
  turn(it, "u1", baseMs + 2000);
  answer(it, page, "a1", "One.");
  speak(it, page, 4500);
  turn(it, "u2", baseMs + 5000, "second");
  answer(it, page, "a2", "Two.");
}

/** A later session hears both once more. */
function heardAgain(it: Scene, page: RecordingCaller, baseMs = 0): void {
  const fromMs = resends(it, page) - baseMs;
  expect(fromMs).toBeLessThanOrEqual(2000);
  speak(it, page, 7000 - fromMs);
  turn(it, "x1", 2000 - fromMs, "first");
  turn(it, "x2", 5000 - fromMs, "second");
}

const BOTH = [
  "user completed first",
  "assistant completed One.",
  "user completed second",
  "assistant completed Two.",
];

describe("what a later session hears once more", () => {
  test("MI10 a stored turn behind one without words is no turn again", () =>
    play({}, (it) => {
      const page = begin(it);
      it.model().ready();
      resends(it, page);
      twoTurns(it, page);
      it.model().says(CLOSED);
      it.clock.advance(UPSTREAM_RETRY.firstMs);
      it.model().ready();
      heardAgain(it, page);
      expect(rows(it)).toEqual(BOTH);
      expect(it.model().asked).toEqual(["remove x2"]);
    }));

  test("MI10 nor after a quiet rotation", () =>
    play({}, (it) => {
      const page = begin(it);
      it.model().says({ type: "configured" });
      it.model().says({ type: "ready", expiresAtMs: it.clock.now() + LIFETIME_MS });
      resends(it, page);
      const baseMs = LIFETIME_MS / 2 - 9000;
      speak(it, page, baseMs);
      twoTurns(it, page, baseMs);
      it.clock.advance(3000);
      expect(it.models).toHaveLength(2);
      it.model().ready();
      heardAgain(it, page, baseMs);
      expect(rows(it)).toEqual(BOTH);
      expect(it.model().asked).toEqual(["remove x2"]);
    }));

  test("MI10 nor after a crash, where nobody knows any more where they began", () => {
    const before = (items: ItemStore) => {
      const said = { kind: "message", startedAt: 1 } as const;
      items.insert({
        ...said,
        id: "u1",
        position: 0,
        role: "user",
        text: "",
        status: "in_progress",
        audioMs: 1500,
      });
      items.insert({ ...said, id: "a1", position: 1, role: "assistant", text: "One.", status: "completed" });
      items.insert({
        ...said,
        id: "u2",
        position: 2,
        role: "user",
        text: "second",
        status: "completed",
        audioMs: 1500,
      });
      items.insert({ ...said, id: "a2", position: 3, role: "assistant", text: "Two.", status: "completed" });
      items.setSafe("s1", 0);
    };
    return play({ before }, (it) => {
      const page = begin(it);
      it.model().ready();
      heardAgain(it, page);
      expect(rows(it)).toEqual(BOTH);
      expect(it.model().asked).toEqual(["remove x2"]);
    });
  });

  test("MI4 after a crash a turn that was answered before its words came is not answered again", () => {
    const before = (items: ItemStore) => {
      const said = { kind: "message", startedAt: 1 } as const;
      items.insert({ ...said, id: "u1", position: 0, role: "user", text: "", status: "in_progress" });
      items.insert({ ...said, id: "a1", position: 1, role: "assistant", text: "Noon.", status: "completed" });
    };
    return play({ before }, (it) => {
      const page = begin(it);
      it.model().ready();
      resends(it, page);
      speak(it, page, 4000);
      turn(it, "y1", 500, "time?");
      expect(rows(it)).toEqual(["user completed time?", "assistant completed Noon."]);
      expect(it.model().asked).toEqual([]);
    });
  });

  test("MI4 a turn whose tool has run is not answered by running it again", () => {
    let runs = 0;
    const tool = defineTool({
      name: "lookup",
      description: "",
      parameters: z.object({}),
      timeoutMs: 1000,
      run: () => ({ output: ++runs }),
    });
    return play({ tools: [tool] }, async (it) => {
      const page = begin(it);
      it.model().ready();
      resends(it, page);
      speak(it, page, 2500);
      turn(it, "u1", 1000);
      it.model().says({
        type: "tool_call",
        itemId: "i1",
        callId: "c1",
        name: "lookup",
        argumentsJson: "{}",
        complete: true,
      });
      it.model().answerDone();
      await settled();
      it.model().says(CLOSED);
      it.clock.advance(UPSTREAM_RETRY.firstMs);
      it.model().ready();
      // Its output is there to be answered, whether the words come or not.
      expect(it.model().asked).toEqual(["answer"]);
      const fromMs = resends(it, page);
      speak(it, page, 3000);
      turn(it, "x1", 1000 - fromMs, "look it up");
      expect(it.model().asked.filter((asked) => asked === "answer")).toHaveLength(1);
      expect(runs).toBe(1);
    });
  });

  test("MI11 words that do not come hold nothing back after a while", () =>
    play({}, (it) => {
      const page = begin(it);
      it.model().ready();
      resends(it, page);
      speak(it, page, 2500);
      turn(it, "u1", 1000);
      answer(it, page, "a1", "One.");
      speak(it, page, WORDS_TIMEOUT_MS + 5000);
      const { receivedSamples, safeSamples } = page.last("ack")!;
      expect((receivedSamples - safeSamples) / SAMPLES_PER_MS).toBe(1000);
      // When they come after all, they are stored.
      it.model().says({ type: "user_transcript", itemId: "u1", text: "late", usage: NO_USAGE });
      expect(rows(it)[0]).toBe("user completed late");
    }));

  test("MI11 a turn its page cannot bring again is marked failed, and holds nothing back", () =>
    play({}, (it) => {
      const page = begin(it);
      it.model().ready();
      resends(it, page);
      speak(it, page, 3000);
      turn(it, "u1", 1000);
      it.model().says(CLOSED);
      it.clock.advance(UPSTREAM_RETRY.firstMs);
      it.model().ready();
      it.says(page, { type: "resending", fromSample: 20_000 * SAMPLES_PER_MS });
      expect(rows(it)).toEqual(["user failed "]);
      speak(it, page, 4000);
      const { receivedSamples, safeSamples } = page.last("ack")!;
      expect((receivedSamples - safeSamples) / SAMPLES_PER_MS).toBe(1000);
    }));

  test("TO7 a call of an answer the user stopped does not run when the session breaks before the cancel is confirmed", () => {
    let runs = 0;
    const tool = defineTool({
      name: "buy",
      description: "",
      parameters: z.object({}),
      timeoutMs: 1000,
      run: () => ({ output: ++runs }),
    });
    return play({ tools: [tool] }, async (it) => {
      const page = talking(it);
      it.model().hears("u1", "buy it");
      it.model().answers("a1", "Buying.", 2000);
      it.model().says({
        type: "tool_call",
        itemId: "i1",
        callId: "c1",
        name: "buy",
        argumentsJson: "{}",
        complete: true,
      });
      it.says(page, { type: "interrupt" });
      it.model().says(CLOSED);
      await settled();
      expect(runs).toBe(0);
    });
  });
});
