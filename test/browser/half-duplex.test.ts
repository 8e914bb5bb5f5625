// The manner of taking turns, as the page carries it out: by flags, never by name.

import { expect, test } from "vitest";
import { FRAME_MS, FRAME_SAMPLES } from "../../src/audio/format.ts";
import { ECHO_TAIL_MS, NO_SPEAKER_MS } from "../../src/browser/agent-voice.ts";
import { isHeard } from "../../src/browser/call-status.ts";
import { policyName, stateWords, turnWords } from "../../src/browser/words.ts";
import type { TurnReceipt } from "../../src/protocol/messages.ts";
import { startCall, startTalking, STORED, WELCOME, type CallFixture } from "./support-call.ts";

const VOICE = { voice: true };
const SETTINGS = { ...WELCOME.settings, policy: "b", policies: ["a", "b"] };

type Sound = Parameters<CallFixture["hear"]>[1];

/** In real time. */
function live({ clock, hear }: CallFixture, frames: number, sound: Sound = VOICE): void {
  for (let count = 0; count < frames; count++) {
    clock.pass(FRAME_MS);
    hear(1, sound);
  }
}

async function startHalfDuplex(): Promise<CallFixture> {
  const fixture = await startTalking();
  fixture.receive({ type: "settings", settings: { ...SETTINGS, halfDuplex: true } });
  live(fixture, 25, {});
  fixture.receive({ type: "audio", itemId: "a", fromMs: 0 });
  fixture.receiveFrame();
  fixture.receive({ type: "state", state: "speaking" });
  fixture.done.length = 0;
  return fixture;
}

/** Which of the last frames the conversation has as zeros: one letter each. */
function lastFrames({ ear }: CallFixture, count: number): string {
  let frames = "";
  for (let frame = count; frame > 0; frame--) {
    const from = ear.heard.length - frame * FRAME_SAMPLES;
    frames += ear.heard.slice(from, from + FRAME_SAMPLES).every((sample) => sample === 0) ? "0" : "x";
  }
  return frames;
}

test("PG43: a choice is sent, and what is in force is what the conversation says", async () => {
  const { call, sent, receive } = await startTalking();
  receive({ type: "settings", settings: { ...SETTINGS, policy: "a" } });
  expect(call.choosePolicy("b")).toBe(true);
  expect(sent.at(-1)).toEqual({ type: "settings", policy: "b" });
  expect(call.status.settings?.policy).toBe("a");
  receive({ type: "settings", settings: SETTINGS });
  expect(call.status.settings?.policy).toBe("b");
  expect(policyName("push-to-talk")).toBe("Push to talk");
});

test("PG43: with push-to-talk over, the open microphone is heard again", async () => {
  const { call, hear, receive, world } = await startTalking();
  receive({ type: "settings", settings: { ...SETTINGS, pushToTalk: true } });
  await call.press.begin();
  hear(5);
  const { framesSent } = world;
  receive({ type: "settings", settings: SETTINGS });
  expect(call.status.isPressed).toBe(false);
  hear(5);
  expect(world.framesSent).toBe(framesSent + 5);
});

test("PG49: while the agent is heard and 200 ms after, as many zeros are sent as were heard", async () => {
  const fixture = await startHalfDuplex();
  const { call, done, types } = fixture;
  live(fixture, 25);
  expect(lastFrames(fixture, 27)).toBe(`xx${"0".repeat(25)}`);
  expect(call.status.isDeaf).toBe(true);
  expect(isHeard(call.status)).toBe(false);
  expect(stateWords(call.status)).toContain("microphone waits");
  call.onPlayed({ itemId: "a", playedMs: 1_000, done: true });
  live(fixture, ECHO_TAIL_MS / FRAME_MS - 1);
  expect(lastFrames(fixture, 29)).toBe("0".repeat(29));
  expect(types()).not.toContain("activity");
  live(fixture, 3);
  expect(lastFrames(fixture, 4)).toBe("0xxx");
  expect(call.status.isDeaf).toBe(false);
  expect(types()).toContain("activity");
  expect(done).toEqual([]);
  expect(fixture.ear.heard).toHaveLength(fixture.world.captured.length * FRAME_SAMPLES);
});

test("PG49: a voice the agent speaks into comes to its end", async () => {
  const fixture = await startTalking();
  fixture.receive({ type: "settings", settings: { ...SETTINGS, halfDuplex: true } });
  live(fixture, 25);
  fixture.receive({ type: "audio", itemId: "a", fromMs: 0 });
  live(fixture, 25);
  expect(fixture.sent.filter(({ type }) => type === "activity")).toEqual([
    { type: "activity", active: true },
    { type: "activity", active: false },
  ]);
});

test("PG49: interrupted by hand, the microphone hears again after 200 ms", async () => {
  const fixture = await startHalfDuplex();
  live(fixture, 5);
  fixture.call.interrupt();
  live(fixture, ECHO_TAIL_MS / FRAME_MS + 2);
  expect(lastFrames(fixture, 4)).toBe("0xxx");
});

test("PG49: where no speaker plays, the microphone does not wait for ever", async () => {
  const fixture = await startHalfDuplex();
  live(fixture, NO_SPEAKER_MS / FRAME_MS + 1);
  expect(lastFrames(fixture, 3)).toBe("0xx");
});

test("PG50: with half-duplex or push-to-talk a loud voice holds nothing", async () => {
  for (const flags of [{ halfDuplex: true }, { pushToTalk: true }]) {
    const fixture = await startTalking();
    fixture.receive({ type: "settings", settings: { ...SETTINGS, ...flags } });
    fixture.receive({ type: "audio", itemId: "a", fromMs: 0 });
    live(fixture, 50);
    expect(fixture.done).not.toContain("hold");
  }
});

test("PG50: a hold that ends with the manner is no false alarm: the next voice is met as soon", async () => {
  // Loud enough to hold the agent's voice with one frame, and hardly more.
  let loudness = 0;
  for (let holds = false; !holds; holds = (await startSpeaking(++loudness)).done.includes("hold"));
  const fixture = await startSpeaking(loudness);
  const { done, receive } = fixture;
  receive({ type: "settings", settings: { ...SETTINGS, pushToTalk: true } });
  expect(done.at(-1)).toBe("resume");
  receive({ type: "settings", settings: SETTINGS });
  live(fixture, 10, {});
  done.length = 0;
  live(fixture, 1, { voice: true, loudness });
  expect(done).toEqual(["hold"]);
});

/** In a quiet room the agent speaks, and one frame of a voice is heard. */
async function startSpeaking(loudness: number): Promise<CallFixture> {
  const fixture = await startTalking();
  live(fixture, 25, {});
  fixture.receive({ type: "audio", itemId: "a", fromMs: 0 });
  live(fixture, 1, { voice: true, loudness });
  return fixture;
}

test("PG50: what is protected is held by nothing, what comes after it is", async () => {
  const fixture = await startTalking();
  const { call, receive, done } = fixture;
  live(fixture, 25, {});
  receive({ type: "audio", itemId: "a", fromMs: 0, protectedMs: 1_000 });
  live(fixture, 10);
  call.onPlayed({ itemId: "a", playedMs: 900, done: false });
  live(fixture, 10, {});
  live(fixture, 10);
  expect(done).not.toContain("hold");
  call.onPlayed({ itemId: "a", playedMs: 1_100, done: false });
  live(fixture, 10, {});
  live(fixture, 1);
  expect(done).toContain("hold");
});

test("PG53: an echo that was heard is said with a button that leads to the test", async () => {
  const { call, receive, done } = await startTalking();
  receive({ type: "error", code: "echo_heard", message: "That was the agent itself.", retryable: false });
  expect(call.status.notice).toEqual({ text: "That was the agent itself.", retry: "echo" });
  await call.retry();
  expect(call.status.notice).toBeNull();
  expect(call.status.echoTest).toEqual({ is: "running" });
  expect(done).toContain("begin echo-test 0");
});

test("PG54: the newest turn is shown with what was measured of it", () => {
  const { call, attach, receive } = startCall(STORED);
  call.resume();
  attach({ state: "listening" });
  const turn: TurnReceipt = {
    type: "turn",
    outcome: "interrupted",
    heardMs: 1_240,
    latencyMs: { total: 812.4 },
  };
  receive({ type: "turn", outcome: "silent", latencyMs: {} });
  receive(turn);
  expect(call.status.turn).toEqual(turn);
  expect(turnWords(turn)).toBe("interrupted after 1.2 s · in all 812 ms");
  expect(
    turnWords({
      ...turn,
      outcome: "sung" as never,
      heardMs: 0,
      latencyMs: { commit: 510, model: 300, speaker: 90 },
    }),
  ).toBe("sung after 0.0 s · end of speech noticed in 510 ms · model 300 ms · speaker 90 ms");
});
