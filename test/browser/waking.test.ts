// What the page's own ear does: wakes a sleeping conversation, tells a listening one, and learns from false alarms.

import { expect, test } from "vitest";
import { FRAME_SAMPLES } from "../../src/audio/format.ts";
import { MAX_KEPT_FRAMES } from "../../src/browser/kept-audio.ts";
import { RESEND_WAIT_MS } from "../../src/browser/outgoing-audio.ts";
import { stateWords } from "../../src/browser/words.ts";
import type { Item } from "../../src/protocol/messages.ts";
import { startTalking } from "./support-call.ts";
import type { CallFixture } from "./support-call.ts";
import { firstMissing } from "./support-listener.ts";

const VOICE = { voice: true };
const ITEM: Item = { id: "i1", role: "user", kind: "message", text: "hi", status: "completed", startedAt: 1 };

async function startDozing(): Promise<CallFixture> {
  const fixture = await startTalking();
  fixture.hear(50);
  fixture.ear.ack(fixture.ear.next);
  fixture.receive({ type: "state", state: "asleep" });
  expect(fixture.call.status.microphone).toEqual({ is: "on", dozing: true });
  return fixture;
}

function startsOf({ types }: CallFixture): number {
  return types().filter((type) => type === "start").length;
}

test("PG9: asleep, nothing is sent, and silence is no loss however long", async () => {
  const fixture = await startDozing();
  fixture.hear(MAX_KEPT_FRAMES * 2);
  expect(fixture.world.framesSent).toBe(50);
  expect(fixture.call.status.droppedFrames).toBe(0);
  expect(startsOf(fixture)).toBe(1);
});

test("PG9: asleep, a voice says start, and its beginning is sent with at least 500 ms before it", async () => {
  const fixture = await startDozing();
  const { world, ear, hear } = fixture;
  hear(100);
  hear(2, VOICE);
  expect(startsOf(fixture)).toBe(1);
  hear(1, VOICE);
  expect(startsOf(fixture)).toBe(2);
  hear(10, VOICE);
  ear.answer();
  const from = ear.resentFrom.at(-1)!;
  const preRollMs = (150 * FRAME_SAMPLES - from) / 24;
  expect(preRollMs).toBeGreaterThanOrEqual(500);
  expect(preRollMs).toBeLessThan(1_000);
  expect(firstMissing(world.captured, ear, from)).toBeNull();
});

test("PG9: a voice during a lost socket wakes once there is another", async () => {
  const fixture = await startDozing();
  const { world, ear, hear, drop, attach } = fixture;
  drop();
  hear(20);
  hear(5, VOICE);
  hear(20);
  attach();
  expect(startsOf(fixture)).toBe(2);
  ear.answer();
  expect(ear.resentFrom.at(-1)).toBeLessThan(70 * FRAME_SAMPLES);
  expect(firstMissing(world.captured, ear, 70 * FRAME_SAMPLES)).toBeNull();
});

test("PG9: what wakes the conversation otherwise takes the microphone along", async () => {
  const fixture = await startDozing();
  const { call, world, ear, hear, receive } = fixture;
  hear(100);
  receive({ type: "state", state: "connecting" });
  expect(call.status.microphone).toEqual({ is: "on", dozing: false });
  expect(startsOf(fixture)).toBe(2);
  ear.answer();
  hear(5);
  expect(firstMissing(world.captured, ear, 150 * FRAME_SAMPLES)).toBeNull();
});

test("PG23: falling asleep over a word that is not safe, the conversation is woken at once", async () => {
  const fixture = await startTalking();
  const { call, world, ear, hear, receive } = fixture;
  hear(100);
  hear(4, VOICE);
  ear.ack(80 * FRAME_SAMPLES);
  ear.crash();
  receive({ type: "state", state: "asleep" });
  expect(call.status.microphone).toEqual({ is: "on", dozing: false });
  expect(startsOf(fixture)).toBe(2);
  ear.answer();
  expect(ear.resentFrom.at(-1)).toBe(85 * FRAME_SAMPLES);
  expect(firstMissing(world.captured, ear, 85 * FRAME_SAMPLES)).toBeNull();
});

test("PG23: a word that is safe, or was said before a stop, wakes nobody", async () => {
  const fixture = await startTalking();
  const { call, ear, hear, receive } = fixture;
  hear(10, VOICE);
  ear.ack(10 * FRAME_SAMPLES);
  hear(10);
  receive({ type: "state", state: "asleep" });
  expect(call.status.microphone).toEqual({ is: "on", dozing: true });
  receive({ type: "state", state: "listening" });
  hear(10, VOICE);
  receive({ type: "state", state: "asleep", reason: "stopped" });
  expect(call.status.microphone).toEqual({ is: "on", dozing: true });
});

test("PG23: an older conversation, which calls nothing safe, is left to sleep over what it was sent", async () => {
  const fixture = await startTalking();
  const { call, hear, drop, attach, receive, clock } = fixture;
  drop();
  attach({ state: "listening" });
  clock.pass(RESEND_WAIT_MS);
  hear(50, VOICE);
  hear(25);
  receive({ type: "state", state: "asleep" });
  expect(call.status.microphone).toEqual({ is: "on", dozing: true });
});

/** A noise like a voice, and the conversation asleep again. True when the noise had woken it. */
function noise(fixture: CallFixture, turn?: Item): boolean {
  const before = startsOf(fixture);
  fixture.hear(50);
  fixture.hear(5, { voice: true, loudness: 12 });
  const hasWoken = startsOf(fixture) > before;
  if (hasWoken) {
    fixture.ear.answer();
    if (turn !== undefined) fixture.receive({ type: "item", item: turn });
    fixture.hear(50);
    fixture.ear.ack(fixture.ear.next);
    fixture.receive({ type: "state", state: "asleep" });
  }
  return hasWoken;
}

test("PG24: a noise that nobody made wakes the conversation a few times and no more, for a while", async () => {
  const fixture = await startDozing();
  expect(noise(fixture)).toBe(true);
  let falseAlarms = 1;
  while (noise(fixture) && falseAlarms < 20) falseAlarms++;
  expect(falseAlarms).toBeLessThanOrEqual(4);
  for (let minute = 0; minute < 6; minute++) fixture.hear(1_500);
  expect(noise(fixture)).toBe(true);
});

test("PG24: after many false alarms a clear voice is still heard", async () => {
  const fixture = await startDozing();
  for (let time = 0; time < 20; time++) noise(fixture);
  const before = startsOf(fixture);
  fixture.hear(3, VOICE);
  expect(startsOf(fixture)).toBe(before + 1);
});

test("PG24: a user who says something leaves the threshold where it was", async () => {
  const fixture = await startDozing();
  for (let time = 0; time < 10; time++) expect(noise(fixture, ITEM)).toBe(true);
});

test("PG24: the beginning of an item that came to nothing is no turn", async () => {
  const fixture = await startDozing();
  let alarms = 0;
  while (noise(fixture, { ...ITEM, status: "in_progress" }) && alarms < 20) alarms++;
  expect(alarms).toBeLessThan(5);
});

test("PG25: while awake the conversation is told when a voice begins and ends", async () => {
  const { hear, sent } = await startTalking();
  hear(25);
  hear(2, VOICE);
  hear(25);
  const told = (): unknown[] => sent.filter(({ type }) => type === "activity");
  expect(told()).toEqual([]);
  hear(10, VOICE);
  expect(told()).toEqual([{ type: "activity", active: true }]);
  hear(10);
  hear(10, VOICE);
  expect(told()).toHaveLength(1);
  hear(13);
  expect(told()).toEqual([
    { type: "activity", active: true },
    { type: "activity", active: false },
  ]);
});

test("PG25: muting ends a voice; muted or asleep nothing is told", async () => {
  const { call, hear, sent, ear, receive } = await startTalking();
  hear(5, VOICE);
  call.toggleMute();
  hear(50, VOICE);
  call.toggleMute();
  ear.ack(ear.next);
  receive({ type: "state", state: "asleep" });
  hear(3, VOICE);
  expect(sent.filter(({ type }) => type === "activity")).toEqual([
    { type: "activity", active: true },
    { type: "activity", active: false },
  ]);
});

test("PG26: while the model is on its way back the microphone stays open and queued words play on", async () => {
  const { call, world, done, ear, receive, hear } = await startTalking();
  done.length = 0;
  hear(10, VOICE);
  receive({ type: "state", state: "connecting" });
  expect(call.status.state).toMatchObject({ is: "connecting", recovering: true });
  expect(stateWords(call.status)).toBe("Reconnecting…");
  receive({ type: "error", code: "unavailable", message: "The model cannot be reached.", retryable: true });
  expect(call.status.notice).not.toBeNull();
  hear(10, VOICE);
  expect(world.isMicrophoneOpen).toBe(true);
  expect(done).toEqual([]);
  receive({ type: "state", state: "listening" });
  ear.ask(0);
  expect(call.status.state).toMatchObject({ is: "listening", recovering: false });
  expect(call.status.notice).toBeNull();
  expect(firstMissing(world.captured, ear)).toBeNull();
});

test("PG26: waking is no recovery, and other notices stay", async () => {
  const { call, receive } = await startDozing();
  receive({ type: "error", code: "answer_failed", message: "That answer failed.", retryable: true });
  receive({ type: "state", state: "connecting" });
  expect(stateWords(call.status)).toBe("Waking up…");
  receive({ type: "state", state: "listening" });
  expect(call.status.notice).not.toBeNull();
});

test("PG60: a start because of a voice says so; one because of a press, or of a new socket, does not", async () => {
  const { sent, hear, drop, attach, receive, ear } = await startDozing();
  const starts = () => sent.filter(({ type }) => type === "start");
  expect(starts()).toEqual([{ type: "start" }]);
  hear(3, VOICE);
  expect(starts().slice(1)).toEqual([{ type: "start", byVoice: true }]);
  receive({ type: "state", state: "connecting" });
  ear.answer();
  drop();
  attach();
  expect(starts().slice(2)).toEqual([{ type: "start" }]);
});

test("PG60: a voice heard while nobody could be told still says so", async () => {
  const { sent, hear, drop, attach } = await startDozing();
  drop();
  hear(5, VOICE);
  attach();
  expect(sent.findLast(({ type }) => type === "start")).toEqual({ type: "start", byVoice: true });
});
