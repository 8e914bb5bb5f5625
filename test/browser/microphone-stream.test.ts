// The one buffer of microphone audio, and its way to a conversation that compares every sample.

import { expect, test } from "vitest";
import { FRAME_SAMPLES } from "../../src/audio/format.ts";
import { MAX_KEPT_FRAMES } from "../../src/browser/kept-audio.ts";
import { GAP_FRAMES, RESEND_WAIT_MS, UPLINK_RETRY_MS } from "../../src/browser/outgoing-audio.ts";
import { startCall, startTalking, STORED } from "./support-call.ts";
import { firstMissing } from "./support-listener.ts";

const VOICE = { voice: true };

test("PG4: a socket lost in mid-sentence loses no sample", async () => {
  const { world, ear, drop, attach, types, hear } = await startTalking();
  hear(20, VOICE);
  ear.isCutOff = true;
  hear(7, VOICE);
  drop();
  ear.isCutOff = false;
  hear(30, VOICE);
  attach();
  hear(3, VOICE);
  ear.answer();
  hear(5);
  expect(types()).toEqual(["start", "resending", "activity", "start", "activity", "resending"]);
  expect(ear.resentFrom).toEqual([0, 20 * FRAME_SAMPLES]);
  expect(firstMissing(world.captured, ear)).toBeNull();
});

test("PG4: a conversation that lost its memory gets all that was not safe", async () => {
  const { world, ear, drop, attach, hear, call } = await startTalking();
  hear(50, VOICE);
  ear.ack(12 * FRAME_SAMPLES + 100);
  ear.crash();
  drop();
  hear(10, VOICE);
  attach();
  ear.answer();
  expect(ear.resentFrom.at(-1)).toBe(12 * FRAME_SAMPLES);
  expect(firstMissing(world.captured, ear)).toBeNull();
  expect(call.status.droppedFrames).toBe(0);
});

test("PG4: frames beyond the cap are dropped, oldest first, and counted", async () => {
  const { call, world, ear, drop, attach, hear } = await startTalking();
  drop();
  hear(MAX_KEPT_FRAMES + 3);
  expect(call.status.droppedFrames).toBe(3);
  attach();
  ear.answer();
  expect(ear.resentFrom.at(-1)).toBe(3 * FRAME_SAMPLES);
  expect(firstMissing(world.captured, ear, 3 * FRAME_SAMPLES)).toBeNull();
});

test("PG19: what is safe is let go: a steady talk drops nothing", async () => {
  const { call, ear, hear } = await startTalking();
  for (let second = 0; second < 90; second++) {
    hear(25);
    ear.ack(ear.next - 24_000);
  }
  expect(call.status.droppedFrames).toBe(0);
});

test("PG19: what is sent and never called safe is counted once it can no longer be sent again", async () => {
  const { call, hear } = await startTalking();
  hear(MAX_KEPT_FRAMES + 2);
  expect(call.status.droppedFrames).toBe(2);
});

test("PG20: a later resend goes back to where it says, in whole frames, and then on live", async () => {
  const { world, ear, hear } = await startTalking();
  hear(40, VOICE);
  ear.ask(10 * FRAME_SAMPLES + 7);
  hear(4, VOICE);
  expect(ear.resentFrom.at(-1)).toBe(10 * FRAME_SAMPLES);
  expect(world.framesSent).toBe(40 + 30 + 4);
  expect(firstMissing(world.captured, ear)).toBeNull();
});

test("PG20: a full uplink delays a resend, keeps the order and loses nothing", async () => {
  const { call, world, ear, clock, hear } = await startTalking();
  hear(100, VOICE);
  world.room = 30;
  ear.ask(0);
  expect(ear.next).toBe(30 * FRAME_SAMPLES);
  hear(5, VOICE);
  expect(ear.next).toBe(30 * FRAME_SAMPLES);
  world.room = 40;
  clock.pass(UPLINK_RETRY_MS);
  expect(ear.next).toBe(70 * FRAME_SAMPLES);
  world.room = Infinity;
  hear(1, VOICE);
  expect(firstMissing(world.captured, ear)).toBeNull();
  expect(ear.resentFrom).toEqual([0, 0]);
  expect(call.status.droppedFrames).toBe(0);
});

test("PG20: a second resend while one is carried out begins again from the newer place", async () => {
  const { world, ear, clock, hear } = await startTalking();
  hear(100, VOICE);
  world.room = 30;
  ear.ask(0);
  ear.ask(50 * FRAME_SAMPLES);
  world.room = 20;
  clock.pass(UPLINK_RETRY_MS);
  expect(ear.next).toBe(70 * FRAME_SAMPLES);
  ear.ask(10 * FRAME_SAMPLES);
  world.room = Infinity;
  clock.pass(UPLINK_RETRY_MS);
  hear(2, VOICE);
  expect(ear.resentFrom).toEqual([0, 0, 50 * FRAME_SAMPLES, 10 * FRAME_SAMPLES]);
  expect(world.framesSent).toBe(100 + 30 + 20 + 92);
  expect(firstMissing(world.captured, ear)).toBeNull();
});

test("PG20: an ack that overtakes a resend shortens it, and the page says so", async () => {
  const { world, ear, clock, hear } = await startTalking();
  hear(100, VOICE);
  world.room = 10;
  ear.ask(0);
  ear.ack(60 * FRAME_SAMPLES);
  world.room = Infinity;
  clock.pass(UPLINK_RETRY_MS);
  expect(ear.resentFrom).toEqual([0, 0, 60 * FRAME_SAMPLES]);
  expect(firstMissing(world.captured, ear, 60 * FRAME_SAMPLES)).toBeNull();
});

test("PG20: an uplink slower than speech gives up the oldest in steps, counted, and says where it goes on", async () => {
  const { call, world, ear, hear } = await startTalking();
  world.room = 0;
  hear(MAX_KEPT_FRAMES + 1, VOICE);
  expect(call.status.droppedFrames).toBe(GAP_FRAMES);
  expect(ear.resentFrom).toEqual([0]);
  world.room = Infinity;
  hear(GAP_FRAMES - 1, VOICE);
  expect(call.status.droppedFrames).toBe(GAP_FRAMES);
  expect(ear.resentFrom).toEqual([0, GAP_FRAMES * FRAME_SAMPLES]);
  expect(firstMissing(world.captured, ear, GAP_FRAMES * FRAME_SAMPLES)).toBeNull();
});

test("PG21: to an awake conversation that asks for nothing, the page goes on live by itself", async () => {
  const { call, world, attach, receive, clock, types, hear } = startCall(STORED);
  call.resume();
  attach();
  await call.toggleTalk();
  hear(5);
  clock.pass(RESEND_WAIT_MS);
  expect(world.framesSent).toBe(0);
  receive({ type: "state", state: "connecting" });
  clock.pass(RESEND_WAIT_MS);
  expect(world.framesSent).toBe(0);
  receive({ type: "state", state: "listening" });
  clock.pass(RESEND_WAIT_MS);
  expect(world.framesSent).toBe(5);
  hear(MAX_KEPT_FRAMES + 1);
  expect(types()).toEqual(["start"]);
  expect(call.status.droppedFrames).toBe(0);
});

test("PG21: a resend that comes late is still carried out in full", async () => {
  const { call, world, attach, ear, receive, clock, hear } = startCall(STORED);
  call.resume();
  attach({ state: "listening" });
  await call.toggleTalk();
  hear(5, VOICE);
  receive({ type: "state", state: "listening" });
  clock.pass(RESEND_WAIT_MS);
  expect(ear.framesBefore).toBe(5);
  ear.answer();
  hear(5, VOICE);
  expect(firstMissing(world.captured, ear)).toBeNull();
});

test("PG8: muting in between leaves no hole, and nothing of what was said muted", async () => {
  const { call, world, ear, drop, attach, hear } = await startTalking();
  hear(10, VOICE);
  drop();
  hear(10, VOICE);
  call.toggleMute();
  hear(50, VOICE);
  attach();
  ear.answer();
  expect(ear.next).toBe(20 * FRAME_SAMPLES);
  call.toggleMute();
  hear(10, VOICE);
  expect(ear.next).toBe(30 * FRAME_SAMPLES);
  expect(firstMissing(world.captured, ear)).toBeNull();
});

test("PG22: stop forgets what was kept; the count goes on, and a late ack does no harm", async () => {
  const { call, world, ear, drop, attach, hear, types } = await startTalking();
  hear(10);
  ear.isCutOff = true;
  hear(10);
  await call.toggleTalk();
  ear.isCutOff = false;
  ear.ack(8 * FRAME_SAMPLES);
  await call.toggleTalk();
  hear(2);
  ear.ack(9 * FRAME_SAMPLES);
  ear.answer();
  hear(2);
  expect(types().filter((type) => type === "start")).toHaveLength(2);
  expect(ear.resentFrom).toEqual([0, 20 * FRAME_SAMPLES]);
  drop();
  hear(2);
  attach();
  ear.answer();
  expect(firstMissing(world.captured, ear, 20 * FRAME_SAMPLES)).toBeNull();
});

test("PG22: an ack of another stream is none", async () => {
  const { world, ear, drop, attach, hear } = await startTalking();
  hear(30);
  ear.ack(25 * FRAME_SAMPLES, "another");
  ear.crash();
  drop();
  attach();
  ear.answer();
  expect(ear.resentFrom.at(-1)).toBe(0);
  expect(firstMissing(world.captured, ear)).toBeNull();
});

test("PG22: a page without a microphone says that there is nothing to go back to", async () => {
  const { call, ear, sent, hear } = await startTalking();
  hear(10);
  await call.toggleTalk();
  ear.ask(0);
  expect(sent.at(-1)).toEqual({ type: "resending", fromSample: 10 * FRAME_SAMPLES });
});

test("PG22: a new conversation hears nothing of what the old one was told", async () => {
  const { call, world, ear, attach, hear } = await startTalking();
  hear(10, VOICE);
  await call.startOver();
  await call.toggleTalk();
  ear.next = 0;
  attach();
  ear.answer();
  hear(3);
  expect(ear.resentFrom).toEqual([0, 10 * FRAME_SAMPLES]);
  expect(firstMissing(world.captured, ear, 10 * FRAME_SAMPLES)).toBeNull();
  expect(call.status.droppedFrames).toBe(0);
});
