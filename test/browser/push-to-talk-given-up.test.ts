// Presses that are given up, and what was said before push-to-talk was chosen: which frames are still sent.

import { expect, test } from "vitest";
import { FRAME_SAMPLES } from "../../src/audio/format.ts";
import { startTalking, WELCOME } from "./support-call.ts";
import { hasHeard, SETTINGS, spoken, startPushing, TAIL, VOICE } from "./support-pressing.ts";

test("PG45: a press that is given up takes nothing from the one before it, which is not sent yet", async () => {
  const fixture = await startPushing();
  const { call, hear, ear, drop, attach } = fixture;
  drop();
  await call.press.begin();
  hear(20, VOICE);
  call.press.end();
  hear(TAIL);
  await call.press.begin();
  hear(10, VOICE);
  call.press.cancel();
  attach({ settings: SETTINGS });
  ear.answer();
  const first = ["begin", `${20 + TAIL} frames`, "end"];
  expect(spoken(fixture)).toEqual(["start", "resending", ...first, "resending"]);
  expect(hasHeard(fixture, 0, 20 + TAIL)).toBe(true);
  fixture.outgoing.length = 0;
  await call.press.begin();
  hear(5, VOICE);
  expect(spoken(fixture)).toEqual(["begin", "5 frames"]);
  expect(ear.heard).toHaveLength(ear.next);
  expect(hasHeard(fixture, 30 + TAIL, 35 + TAIL, (30 + TAIL) * FRAME_SAMPLES)).toBe(true);
  expect(call.status.droppedFrames).toBe(0);
});

test("PG45: a press that is given up takes nothing from the one before it, whose words are still to come", async () => {
  const fixture = await startPushing();
  const { call, hear, ear, drop, attach } = fixture;
  await call.press.begin();
  hear(20, VOICE);
  call.press.end();
  hear(TAIL);
  await call.press.begin();
  hear(10, VOICE);
  call.press.cancel();
  drop();
  ear.crash();
  fixture.outgoing.length = 0;
  attach({ settings: SETTINGS });
  ear.answer();
  const first = ["begin", `${20 + TAIL} frames`, "end"];
  expect(spoken(fixture)).toEqual(["start", "resending", ...first, "resending"]);
  expect(hasHeard(fixture, 0, 20 + TAIL)).toBe(true);
});

test("PG45: giving up where nothing is pressed takes nothing from the one before", async () => {
  const fixture = await startPushing();
  const { call, hear, ear, drop, attach } = fixture;
  drop();
  await call.press.begin();
  hear(20, VOICE);
  call.press.end();
  hear(TAIL);
  call.press.cancel();
  attach({ settings: SETTINGS });
  ear.answer();
  expect(hasHeard(fixture, 0, 20 + TAIL)).toBe(true);
});

test("PG44: what was sent before push-to-talk was chosen may be asked for again; what was not is never sent", async () => {
  const fixture = await startTalking();
  const { call, hear, ear, receive, drop, attach } = fixture;
  hear(20, VOICE);
  receive({ type: "settings", settings: SETTINGS });
  fixture.outgoing.length = 0;
  ear.ask(0);
  expect(spoken(fixture)).toEqual(["resending", "20 frames"]);
  receive({ type: "settings", settings: WELCOME.settings });
  drop();
  hear(7, VOICE);
  fixture.outgoing.length = 0;
  attach({ settings: SETTINGS });
  ear.answer();
  expect(spoken(fixture)).toEqual(["start", "resending"]);
  await call.press.begin();
  hear(5, VOICE);
  expect(hasHeard(fixture, 27, 32, 27 * FRAME_SAMPLES)).toBe(true);
  drop();
  ear.crash();
  fixture.outgoing.length = 0;
  attach({ settings: SETTINGS });
  ear.answer();
  expect(spoken(fixture)).toEqual(["start", "begin", "resending", "20 frames", "resending", "5 frames"]);
});
