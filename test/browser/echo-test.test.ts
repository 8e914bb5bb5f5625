// The test for echo: what it tells from what, with rooms made of numbers, and how it leaves the talk alone.

import { expect, test } from "vitest";
import { FRAME_SAMPLES, SAMPLE_RATE_HZ, msToSamples } from "../../src/audio/format.ts";
import { ECHO_TAIL_MS } from "../../src/browser/agent-voice.ts";
import { judgeEcho, loudnessOf, MAX_ECHO_DELAY_MS } from "../../src/browser/echo-judgement.ts";
import { echoPhrase } from "../../src/browser/echo-phrase.ts";
import { ECHO_TEST_TIMEOUT_MS, LISTEN_FRAMES } from "../../src/browser/echo-test.ts";
import { startCall, startTalking, WELCOME, type CallFixture } from "./support-call.ts";
import { noticeWords } from "../../src/browser/words.ts";
import { synthesise } from "../../src/local-model/voice/synthesise.ts";

const PHRASE = echoPhrase();
const LISTENED = LISTEN_FRAMES * FRAME_SAMPLES;

/** What the microphone hears of the phrase in a room, with a noise at this level in it. */
function room({ delayMs = 0, gainDb = -Infinity, noise = 0, reverbMs = 0 }, seed = 1): Int16Array {
  const gain = 10 ** (gainDb / 20);
  const heard = new Float64Array(LISTENED);
  const ways: [number, number][] = [[delayMs, gain]];
  // A room answers many times, ever more softly.
  for (let at = 7; at < reverbMs; at += 13) {
    ways.push([delayMs + at, (gain * Math.exp((-3 * at) / reverbMs)) / 2]);
  }
  for (const [ms, share] of ways) {
    const from = msToSamples(ms);
    for (let at = 0; at < PHRASE.length && from + at < LISTENED; at++) {
      heard[from + at]! += PHRASE[at]! * share;
    }
  }
  let state = seed;
  return Int16Array.from(heard, (sample) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const white = (state / 2 ** 32 - 0.5) * Math.sqrt(12) * noise * 32_768;
    return Math.max(-32_768, Math.min(32_767, Math.round(sample + white)));
  });
}

function judge(heard: Int16Array) {
  return judgeEcho(loudnessOf(PHRASE), loudnessOf(heard));
}

test.each([
  [0, -6],
  [90, -20],
  [180, -30],
  [400, -12],
  [MAX_ECHO_DELAY_MS - 10, -20],
])("PG51: an echo after %i ms at %i dB is found, with its delay and its loudness", (delayMs, gainDb) => {
  for (const surroundings of [{}, { noise: 0.001 }, { noise: 0.001, reverbMs: 200 }]) {
    const verdict = judge(room({ delayMs, gainDb, ...surroundings }));
    expect(verdict).toMatchObject({ is: "echo" });
    if (verdict.is !== "echo") return;
    expect(Math.abs(verdict.delayMs - delayMs)).toBeLessThanOrEqual(60);
    expect(Math.abs(verdict.gainDb - gainDb)).toBeLessThanOrEqual(4);
  }
});

test("PG51: silence, a still room and an echo far below a voice are fine", () => {
  expect(judge(room({}))).toEqual({ is: "fine" });
  for (let seed = 1; seed <= 50; seed++) expect(judge(room({ noise: 0.003 }, seed))).toEqual({ is: "fine" });
  expect(judge(room({ delayMs: 100, gainDb: -50 }))).toEqual({ is: "fine" });
});

test("PG51: somebody who speaks meanwhile, or a loud room, is no echo", () => {
  const said = synthesise(
    "The quick brown fox jumps over the lazy dog, and nobody in this room minds at all.",
    "slt",
  );
  for (const atMs of [0, 300, 700, 1_100]) {
    const heard = new Int16Array(LISTENED);
    heard.set(said.subarray(0, LISTENED - msToSamples(atMs)), msToSamples(atMs));
    expect(judge(heard)).toEqual({ is: "noisy" });
  }
  expect(judge(room({ noise: 0.05 }))).toEqual({ is: "noisy" });
});

test("PG51: the phrase is always the same, as loud as a voice, and begins and ends without a click", () => {
  expect(echoPhrase()).toEqual(PHRASE);
  const power =
    loudnessOf(PHRASE).reduce((sum, block) => sum + block, 0) / (PHRASE.length / SAMPLE_RATE_HZ / 0.01);
  expect(Math.sqrt(power)).toBeGreaterThan(0.03);
  expect(Math.max(...PHRASE)).toBeLessThan(32_000);
  expect(Math.abs(PHRASE[0]!)).toBeLessThan(100);
  expect(Math.abs(PHRASE.at(-1)!)).toBeLessThan(100);
});

/** The microphone hears these samples in place of the room. */
function listen({ call }: CallFixture, samples: Int16Array): void {
  for (let at = 0; at < samples.length; at += FRAME_SAMPLES) {
    call.onMicrophoneFrame(samples.slice(at, at + FRAME_SAMPLES).buffer);
  }
}

test("PG52: in a talk the conversation hears silence and is told nothing, and the talk goes on", async () => {
  const fixture = await startTalking();
  const { call, ear, sent, done, hear } = fixture;
  hear(10);
  const before = { messages: sent.length, samples: ear.heard.length };
  await call.testEcho();
  expect(done.filter((what) => what === "push")).toHaveLength(Math.ceil(PHRASE.length / FRAME_SAMPLES));
  listen(fixture, room({ delayMs: 120, gainDb: -10 }));
  call.onPlayed({ itemId: "echo-test", playedMs: 3_200, done: true });
  expect(call.status.echoTest).toMatchObject({ is: "done", verdict: { is: "echo" } });
  expect(sent).toHaveLength(before.messages);
  expect(ear.heard).toHaveLength(before.samples + LISTENED);
  expect(ear.heard.slice(before.samples).every((sample) => sample === 0)).toBe(true);
  hear(5, { voice: true });
  expect(ear.heard.at(-1)).not.toBe(0);
});

test("PG52: without a talk the microphone is opened for the test alone, and no conversation begins", async () => {
  const fixture = startCall();
  const { call, world, sent } = fixture;
  await call.testEcho();
  expect(world.isMicrophoneOpen).toBe(true);
  listen(fixture, room({ noise: 0.001 }));
  expect(call.status.echoTest).toEqual({ is: "running" });
  call.onPlayed({ itemId: "echo-test", playedMs: 3_200, done: true });
  expect(call.status.echoTest).toEqual({ is: "done", verdict: { is: "fine" } });
  expect(world.isMicrophoneOpen).toBe(false);
  expect(world.stored).toBeNull();
  expect(sent).toEqual([]);
});

test("PG52: the agent's voice, a press on Talk, a refused microphone or a speaker that stands still end it", async () => {
  const speaking = await startTalking();
  await speaking.call.testEcho();
  speaking.receive({ type: "audio", itemId: "a", fromMs: 0 });
  expect(speaking.call.status.echoTest).toEqual({ is: "failed" });
  expect(speaking.done.slice(-2)).toEqual(["flush", "begin a 0"]);
  await speaking.call.testEcho();
  expect(speaking.call.status.echoTest).toEqual({ is: "failed" });

  const talking = startCall();
  await talking.call.testEcho();
  await talking.call.toggleTalk();
  expect(talking.call.status).toMatchObject({ echoTest: { is: "failed" }, microphone: { is: "on" } });
  expect(talking.world.isMicrophoneOpen).toBe(true);

  const refused = startCall();
  refused.world.problem = "refused";
  await refused.call.testEcho();
  expect(refused.call.status.echoTest).toEqual({ is: "failed" });
  expect(refused.done).toEqual(["prepare"]);

  const pressing = await startTalking();
  const settings = { ...WELCOME.settings, pushToTalk: true };
  pressing.receive({ type: "settings", settings });
  await pressing.call.testEcho();
  await pressing.call.press.begin();
  expect(pressing.call.status).toMatchObject({ echoTest: { is: "failed" }, isPressed: true });

  const stopped = await startTalking();
  await stopped.call.testEcho();
  await stopped.call.toggleTalk();
  expect(stopped.call.status).toMatchObject({ echoTest: { is: "failed" }, microphone: { is: "off" } });

  const silent = startCall();
  await silent.call.testEcho();
  silent.clock.pass(ECHO_TEST_TIMEOUT_MS);
  expect(silent.call.status.echoTest).toEqual({ is: "failed" });
  expect(silent.world.isMicrophoneOpen).toBe(false);
});

test("PG53: while the agent speaks or thinks the way to the test says when it can be done, and stays", async () => {
  const { call, receive, receiveFrame, clock } = await startTalking();
  receive({ type: "error", code: "echo_heard", message: "The agent heard itself.", retryable: false });
  const later = { text: noticeWords.testLater, retry: "echo" };
  receive({ type: "state", state: "thinking" });
  await call.retry();
  expect(call.status).toMatchObject({ notice: later, echoTest: { is: "off" } });
  receive({ type: "state", state: "speaking" });
  receive({ type: "audio", itemId: "a", fromMs: 0 });
  receiveFrame();
  await call.retry();
  expect(call.status).toMatchObject({ notice: later, echoTest: { is: "off" } });
  call.interrupt();
  receive({ type: "state", state: "listening" });
  clock.pass(ECHO_TAIL_MS);
  await call.retry();
  expect(call.status).toMatchObject({ notice: null, echoTest: { is: "running" } });
});
