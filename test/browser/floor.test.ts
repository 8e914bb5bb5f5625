// One conversation, several pages: who has the microphone and the speaker, also after a lost socket; and that a stop
// is a stop although nobody could be told.

import { expect, test } from "vitest";
import { FLOOR_WAIT_MS } from "../../src/browser/talk.ts";
import { stateWords } from "../../src/browser/words.ts";
import { startTalking } from "./support-call.ts";
import type { CallFixture } from "./support-call.ts";

const TAKEN = "Another page has the microphone.";

async function startTaken(): Promise<CallFixture> {
  const fixture = await startTalking();
  fixture.receive({ type: "floor", held: false });
  expect(stateWords(fixture.call.status)).toBe(TAKEN);
  return fixture;
}

function typesSince({ types }: CallFixture, count: number): string[] {
  return types().slice(count);
}

test("PG27: a stop pressed while nobody could be told is said on the next socket, and nothing is heard", async () => {
  const fixture = await startTalking();
  const { call, sent, drop, attach, receive, receiveFrame, done } = fixture;
  drop();
  await call.toggleTalk();
  const before = sent.length;
  done.length = 0;
  attach({ state: "speaking", floorTaken: true });
  expect(typesSince(fixture, before)).toEqual(["stop"]);
  receive({ type: "floor", held: true });
  receive({ type: "audio", itemId: "a", fromMs: 400 });
  receiveFrame();
  receive({ type: "audio_end", itemId: "a", totalMs: 440 });
  expect(done).toEqual([]);
  receive({ type: "state", state: "asleep", reason: "stopped" });
  receive({ type: "audio", itemId: "b", fromMs: 0 });
  expect(done).toEqual(["begin b 0"]);
});

test("PG27: a microphone lost while reconnecting is a stop as well", async () => {
  const fixture = await startTalking();
  fixture.drop();
  fixture.call.onMicrophoneLost("unplugged");
  const before = fixture.sent.length;
  fixture.attach({ state: "thinking", floorTaken: true });
  expect(typesSince(fixture, before)).toEqual(["stop"]);
});

test("PG27: asleep already, or after a new word of the user, there is nothing to stop", async () => {
  const asleep = await startTalking();
  asleep.drop();
  await asleep.call.toggleTalk();
  let before = asleep.sent.length;
  asleep.attach();
  asleep.drop();
  asleep.attach({ state: "listening" });
  expect(typesSince(asleep, before)).toEqual([]);

  const typing = await startTalking();
  typing.drop();
  await typing.call.toggleTalk();
  typing.call.typeText("go on");
  before = typing.sent.length;
  typing.attach({ state: "listening" });
  expect(typesSince(typing, before)).toEqual(["text"]);
});

test("PG28: that another page has the microphone is said only while the conversation listens", async () => {
  const { call, receive } = await startTaken();
  receive({ type: "state", state: "speaking" });
  expect(stateWords(call.status)).toBe("Speaking…");
  receive({ type: "state", state: "listening" });
  expect(stateWords(call.status)).toBe(TAKEN);
  receive({ type: "state", state: "asleep", reason: "over_budget" });
  expect(stateWords(call.status)).toBe("The budget for talking is used up.");
});

test.each<[string, (fixture: CallFixture) => void]>([
  ["the floor is given to this page", ({ receive }) => receive({ type: "floor", held: true })],
  ["the conversation falls asleep", ({ receive }) => receive({ type: "state", state: "asleep" })],
  ["the user types", ({ call }) => void call.typeText("hello")],
  [
    "nobody has it after a reconnect",
    ({ drop, attach }) => {
      drop();
      attach({ state: "listening", floorTaken: false });
    },
  ],
])("PG28: it is not said any more when %s", async (_, happens) => {
  const fixture = await startTaken();
  happens(fixture);
  expect(fixture.call.status.microphone).toEqual({ is: "off" });
  expect(stateWords(fixture.call.status)).not.toBe(TAKEN);
});

test("PG28: it is still said after a reconnect while the other page has it", async () => {
  const { call, drop, attach } = await startTaken();
  drop();
  attach({ state: "listening", floorTaken: true });
  expect(stateWords(call.status)).toBe(TAKEN);
});

test("PG29: a page that comes back waits for its floor, starts with it, and loses no sample meanwhile", async () => {
  const fixture = await startTalking();
  const { world, clock, drop, attach, receive, hear, sent } = fixture;
  drop();
  const before = sent.length;
  attach({ state: "listening", floorTaken: true });
  hear(5);
  expect(typesSince(fixture, before)).toEqual([]);
  receive({ type: "floor", held: true });
  expect(typesSince(fixture, before)).toEqual(["start"]);
  fixture.ear.answer();
  clock.pass(FLOOR_WAIT_MS);
  expect(world.isMicrophoneOpen).toBe(true);
  expect(world.framesSent).toBe(5);
});

test("PG29: a page that comes back steals the floor from no other, and goes on when asked to", async () => {
  const fixture = await startTalking();
  const { call, world, clock, drop, attach, receive, sent, done } = fixture;
  drop();
  const before = sent.length;
  attach({ state: "listening", floorTaken: true });
  receive({ type: "state", state: "thinking" });
  clock.pass(FLOOR_WAIT_MS);
  expect(typesSince(fixture, before)).toEqual([]);
  expect(call.status.microphone).toEqual({ is: "taken" });
  expect(world.isMicrophoneOpen).toBe(false);
  expect(done.at(-1)).toBe("flush");
  await call.toggleTalk();
  expect(typesSince(fixture, before)).toEqual(["start"]);
});

test("PG29: a press on Talk that nobody has heard of yet takes the floor from whoever has it", async () => {
  const fixture = await startTaken();
  const { call, drop, attach, sent } = fixture;
  drop();
  await call.toggleTalk();
  const before = sent.length;
  attach({ state: "listening", floorTaken: true });
  expect(typesSince(fixture, before)).toEqual(["start"]);
});

test("PG29: asleep, a page that comes back and has lost the floor lets go of the microphone and wakes nobody", async () => {
  const { call, clock, drop, attach, receive, hear, sent } = await startTalking();
  receive({ type: "state", state: "asleep" });
  drop();
  const before = sent.length;
  attach({ floorTaken: true });
  clock.pass(FLOOR_WAIT_MS);
  expect(call.status.microphone).toEqual({ is: "off" });
  hear(10, { voice: true });
  expect(sent.slice(before)).toEqual([]);
});
