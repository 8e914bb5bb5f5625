// The user says with a button when they speak: nothing else is heard, and of a press everything is, whatever breaks.

import { expect, test } from "vitest";
import { FRAME_MS, FRAME_SAMPLES } from "../../src/audio/format.ts";
import { MAX_PRESS_MS, TAIL_WAIT_MS } from "../../src/browser/push-to-talk.ts";
import { microphoneWords, noticeWords, stateWords, talkLabel } from "../../src/browser/words.ts";
import { PressGesture } from "../../src/browser/press-gesture.ts";
import { startCall, STORED } from "./support-call.ts";
import { hasHeard, PRE_ROLL, SETTINGS, spoken, startPushing, TAIL, VOICE } from "./support-pressing.ts";

test("PG44: outside of a press nothing is captured, however loud, and the microphone stays open", async () => {
  const fixture = await startPushing();
  fixture.hear(100, VOICE);
  expect(fixture.outgoing).toEqual([]);
  expect(fixture.world.isMicrophoneOpen).toBe(true);
  expect(stateWords(fixture.call.status)).toBe("Hold the button and talk, or tap it.");
});

test("PG44: a press is said before its audio, with 200 ms before it and 120 ms after it", async () => {
  const fixture = await startPushing();
  const { call, hear } = fixture;
  hear(50, VOICE);
  await call.press.begin();
  const from = fixture.ear.next - PRE_ROLL * FRAME_SAMPLES;
  expect(fixture.sent.at(-1)).toEqual({ type: "turn", action: "begin", atSample: from });
  expect(call.status.isPressed).toBe(true);
  expect(talkLabel(call.status)).toBe("Send");
  expect(spoken(fixture)).toEqual(["begin", `${PRE_ROLL} frames`]);
  hear(20, VOICE);
  call.press.end();
  expect(call.status.isPressed).toBe(false);
  expect(fixture.outgoing).not.toContain("end");
  hear(50, VOICE);
  expect(spoken(fixture)).toEqual(["begin", `${PRE_ROLL + 20 + TAIL} frames`, "end"]);
  expect(fixture.sent.at(-1)).toEqual({ type: "turn", action: "end", atSample: fixture.ear.next });
  expect(hasHeard(fixture, 50 - PRE_ROLL, 70 + TAIL)).toBe(true);
});

test("PG44: nothing is told of voices, for nobody decides by them", async () => {
  const fixture = await startPushing();
  await fixture.call.press.begin();
  fixture.hear(50, VOICE);
  fixture.call.press.end();
  fixture.hear(50);
  expect(fixture.outgoing).not.toContain("activity");
});

test("PG44: a microphone that stands still ends a press that is over; a forgotten press ends by itself", async () => {
  const fixture = await startPushing();
  const { call, hear, clock } = fixture;
  await call.press.begin();
  hear(10, VOICE);
  call.press.end();
  clock.pass(TAIL_WAIT_MS);
  expect(spoken(fixture)).toEqual(["begin", "10 frames", "end"]);
  await call.press.begin();
  for (let frames = 0; frames < MAX_PRESS_MS / FRAME_MS; frames += 1_000) {
    hear(1_000);
    fixture.ear.ack(fixture.ear.next);
  }
  expect(call.status.isPressed).toBe(false);
  hear(TAIL);
  expect(fixture.outgoing.filter((what) => what === "end")).toHaveLength(2);
});

test("PG44: the next press may come while the last one is still being ended", async () => {
  const fixture = await startPushing();
  const { call, hear } = fixture;
  await call.press.begin();
  hear(10, VOICE);
  call.press.end();
  await call.press.begin();
  hear(5, VOICE);
  expect(spoken(fixture)).toEqual(["begin", "10 frames", "end", "begin", "5 frames"]);
});

test("PG44: asleep, a press says start and then begin, and its audio follows when it is asked for", async () => {
  const fixture = await startPushing();
  const { call, hear, receive, ear } = fixture;
  receive({ type: "state", state: "asleep" });
  hear(50, VOICE);
  expect(fixture.outgoing).toEqual([]);
  await call.press.begin();
  hear(10, VOICE);
  expect(spoken(fixture)).toEqual(["start", "begin"]);
  expect(fixture.sent.findLast(({ type }) => type === "start")).toEqual({ type: "start" });
  ear.answer();
  call.press.end();
  hear(TAIL);
  expect(spoken(fixture)).toEqual(["start", "begin", "resending", `${PRE_ROLL + 10 + TAIL} frames`, "end"]);
  expect(hasHeard(fixture, 50 - PRE_ROLL, 60 + TAIL)).toBe(true);
});

test("PG44: the first press opens the microphone and waits for it", async () => {
  const fixture = startCall(STORED);
  const { call, attach, world, ear, hear } = fixture;
  call.resume();
  attach({ settings: SETTINGS });
  expect(world.isMicrophoneOpen).toBe(false);
  const pressed = call.press.begin();
  expect(call.status.isPressed).toBe(true);
  await pressed;
  ear.answer();
  hear(5, VOICE);
  expect(world.isMicrophoneOpen).toBe(true);
  expect(spoken(fixture)).toEqual(["start", "begin", "resending", "5 frames"]);
  await call.toggleTalk();
  expect(world.isMicrophoneOpen).toBe(false);
  expect(call.status.isPressed).toBe(false);
});

test("PG44: muted, or without the floor, a press is still heard", async () => {
  const fixture = await startPushing();
  const { call, hear, receive } = fixture;
  call.toggleMute();
  fixture.outgoing.length = 0;
  await call.press.begin();
  hear(5, VOICE);
  expect(spoken(fixture)).toEqual(["settings", "begin", "5 frames"]);
  expect(fixture.sent.findLast(({ type }) => type === "settings")).toEqual({
    type: "settings",
    muted: false,
  });
  receive({ type: "floor", held: false });
  expect(call.status).toMatchObject({ isPressed: false, microphone: { is: "taken" } });
  fixture.outgoing.length = 0;
  await call.press.begin();
  hear(5, VOICE);
  fixture.ear.answer();
  expect(spoken(fixture)).toEqual(["start", "begin", "resending", "5 frames"]);
});

test("PG45: of a press in whose middle the socket is lost everything is sent again, and begin before it", async () => {
  const fixture = await startPushing();
  const { call, hear, ear, drop, attach } = fixture;
  hear(50);
  await call.press.begin();
  hear(20, VOICE);
  ear.ack(10 * FRAME_SAMPLES);
  ear.isCutOff = true;
  hear(7, VOICE);
  drop();
  ear.isCutOff = false;
  hear(30, VOICE);
  fixture.outgoing.length = 0;
  attach({ settings: SETTINGS });
  hear(3, VOICE);
  ear.answer();
  expect(spoken(fixture)).toEqual(["start", "begin", "resending", "40 frames"]);
  call.press.end();
  hear(TAIL);
  expect(fixture.outgoing.at(-1)).toBe("end");
  expect(hasHeard(fixture, 50 - PRE_ROLL, 110 + TAIL)).toBe(true);
});

test("PG45: a press made whole while nobody listens is said afterwards, from begin to end", async () => {
  const fixture = await startPushing();
  const { call, hear, ear, drop, attach } = fixture;
  drop();
  await call.press.begin();
  hear(20, VOICE);
  call.press.end();
  hear(20, VOICE);
  attach({ settings: SETTINGS });
  ear.answer();
  expect(spoken(fixture)).toEqual(["start", "resending", "begin", `${20 + TAIL} frames`, "end"]);
  hear(20, VOICE);
  expect(fixture.outgoing.at(-1)).toBe("end");
});

test("PG45: a press that was heard to its end is not said twice; with its memory lost, it is", async () => {
  const fixture = await startPushing();
  const { call, hear, ear, drop, attach } = fixture;
  await call.press.begin();
  hear(20, VOICE);
  call.press.end();
  hear(TAIL);
  drop();
  fixture.outgoing.length = 0;
  attach({ settings: SETTINGS });
  ear.answer();
  expect(spoken(fixture)).toEqual(["start", "resending"]);
  fixture.outgoing.length = 0;
  // Another session of the same conversation: it knows the press, and wants the audio.
  ear.ask(0);
  expect(spoken(fixture)).toEqual(["resending", `${20 + TAIL} frames`]);
  drop();
  ear.crash();
  fixture.outgoing.length = 0;
  attach({ settings: SETTINGS });
  ear.answer();
  expect(spoken(fixture)).toEqual(["start", "resending", "begin", `${20 + TAIL} frames`, "end"]);
  ear.ack(ear.next);
  ear.ask(ear.next);
  expect(fixture.outgoing.at(-1)).toBe("resending");
});

test("PG45: falling asleep over a press, the conversation is woken; not after stop", async () => {
  const fixture = await startPushing();
  const { call, hear, ear, receive } = fixture;
  await call.press.begin();
  hear(10, VOICE);
  fixture.outgoing.length = 0;
  ear.crash();
  receive({ type: "state", state: "asleep" });
  expect(fixture.outgoing).toEqual(["start", "begin"]);
  ear.answer();
  hear(1);
  expect(spoken(fixture)).toEqual(["start", "begin", "resending", "11 frames"]);
  fixture.outgoing.length = 0;
  receive({ type: "state", state: "asleep", reason: "stopped" });
  hear(10, VOICE);
  expect(fixture.outgoing).toEqual([]);
  expect(call.status).toMatchObject({ isPressed: false, microphone: { is: "on", dozing: true } });
});

test("PG46: a press while the agent speaks is silence at once, and holds nothing of its voice", async () => {
  const fixture = await startPushing();
  const { call, hear, receive, receiveFrame, done } = fixture;
  receive({ type: "audio", itemId: "a", fromMs: 0 });
  receiveFrame();
  hear(50, VOICE);
  expect(done).not.toContain("hold");
  done.length = 0;
  await call.press.begin();
  expect(done).toEqual(["prepare", "flush"]);
  hear(5, VOICE);
  expect(spoken(fixture)).toEqual(["begin", "5 frames"]);
});

test("PG47: a press that is cancelled is told, and nothing of it is sent again", async () => {
  const fixture = await startPushing();
  const { call, hear, ear, drop, attach } = fixture;
  await call.press.begin();
  hear(20, VOICE);
  call.press.cancel();
  hear(20, VOICE);
  expect(spoken(fixture)).toEqual(["begin", "20 frames", "cancel"]);
  drop();
  fixture.outgoing.length = 0;
  ear.crash();
  attach({ settings: SETTINGS });
  ear.answer();
  expect(spoken(fixture)).toEqual(["start", "resending"]);
});

test("PG47: a press that is cancelled while nobody can be told is cancelled before the next one is told", async () => {
  const fixture = await startPushing();
  const { call, hear, ear, drop, attach } = fixture;
  await call.press.begin();
  hear(20, VOICE);
  drop();
  call.press.cancel();
  await call.press.begin();
  fixture.outgoing.length = 0;
  attach({ settings: SETTINGS });
  ear.answer();
  hear(5, VOICE);
  expect(spoken(fixture)).toEqual(["start", "cancel", "begin", "resending", "5 frames"]);
  expect(hasHeard(fixture, 20, 25, 20 * FRAME_SAMPLES)).toBe(true);
});

test("PG48: too short a press gets a hint, which goes with the next press", async () => {
  const { call, receive } = await startPushing();
  receive({ type: "error", code: "turn_too_short", message: "Too short.", retryable: false });
  expect(call.status.notice).toEqual({ text: noticeWords.tooShort, retry: null, isHint: true });
  await call.press.begin();
  expect(call.status.notice).toBeNull();
});

test("PG48: let go before there is a microphone, the user is told to press again", async () => {
  const fixture = startCall(STORED);
  const { call, attach, world, ear, hear } = fixture;
  call.resume();
  attach({ settings: SETTINGS });
  const pressed = call.press.begin();
  call.press.end();
  // While the browser asks for the permission nothing is ready.
  expect(call.status.microphone.is).toBe("opening");
  expect(call.status.notice).toBeNull();
  await pressed;
  ear.answer();
  hear(20, VOICE);
  expect(world.isMicrophoneOpen).toBe(true);
  expect(fixture.outgoing).toEqual(["start", "resending"]);
  expect(call.status.notice).toMatchObject({ text: noticeWords.pressAgain, isHint: true });
});

test("PG48: let go before a microphone that is then refused, nobody is told that it is ready", async () => {
  const { call, attach, world } = startCall(STORED);
  call.resume();
  attach({ settings: SETTINGS });
  world.problem = "refused";
  const pressed = call.press.begin();
  call.press.end();
  await pressed;
  expect(call.status.microphone.is).toBe("failed");
  expect(call.status.notice?.text).toBe(microphoneWords("refused"));
});

test.each(["a press", "a press on Try again"])(
  "PG62: a press while the microphone is being opened for %s waits for it, and is heard",
  async (by) => {
    const fixture = startCall(STORED);
    const { call, attach, ear, hear, clock } = fixture;
    call.resume();
    attach({ settings: SETTINGS });
    const gesture = new PressGesture(clock, {
      begin: () => void call.press.begin(),
      end: () => call.press.end(),
      cancel: () => call.press.cancel(),
    });
    const first = by === "a press" ? call.press.begin() : call.toggleTalk();
    if (by === "a press") call.press.end();
    expect(call.status.microphone.is).toBe("opening");
    expect(talkLabel(call.status)).toBe("Opening…");
    gesture.down();
    gesture.up();
    expect(call.status.isPressed).toBe(true);
    await first;
    await fixture.settle();
    ear.answer();
    hear(5, VOICE);
    expect(gesture.is).toBe("latched");
    expect(call.status).toMatchObject({ isPressed: true, notice: null });
    expect(ear.heard).toHaveLength(5 * FRAME_SAMPLES);
    gesture.down();
    hear(TAIL);
    expect(fixture.outgoing.filter((what) => what === "begin" || what === "end")).toEqual(["begin", "end"]);
  },
);

test("PG62: turned off and pressed again while the browser still asks, the press is heard once", async () => {
  const fixture = startCall(STORED);
  const { call, attach, ear, hear } = fixture;
  call.resume();
  attach({ settings: SETTINGS });
  const first = call.press.begin();
  await call.toggleTalk();
  call.press.end();
  const second = call.press.begin();
  await Promise.all([first, second]);
  ear.answer();
  hear(5, VOICE);
  expect(call.status).toMatchObject({ isPressed: true, notice: null, microphone: { is: "on" } });
  expect(fixture.outgoing.filter((what) => what === "begin")).toHaveLength(1);
});
