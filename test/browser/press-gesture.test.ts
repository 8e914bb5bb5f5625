// Fingers and keys on the talk button with push-to-talk.

import { expect, test } from "vitest";
import { PressGesture, TAP_MS } from "../../src/browser/press-gesture.ts";
import { manualClock } from "./support-clock.ts";

function startGesture() {
  const done: string[] = [];
  const clock = manualClock();
  const gesture = new PressGesture(clock, {
    begin: () => void done.push("begin"),
    end: () => void done.push("end"),
    cancel: () => void done.push("cancel"),
  });
  return { gesture, clock, done };
}

test("PG47: held, it talks until it is let go", () => {
  const { gesture, clock, done } = startGesture();
  gesture.down();
  expect(done).toEqual(["begin"]);
  clock.pass(TAP_MS);
  gesture.up();
  expect(done).toEqual(["begin", "end"]);
});

test("PG47: a tap begins, and the next one ends as the finger comes down", () => {
  const { gesture, clock, done } = startGesture();
  gesture.down();
  clock.pass(TAP_MS - 1);
  gesture.up();
  clock.pass(5_000);
  expect(done).toEqual(["begin"]);
  gesture.down();
  expect(done).toEqual(["begin", "end"]);
  clock.pass(1_000);
  gesture.up();
  expect(done).toEqual(["begin", "end"]);
});

test("PG47: a finger that is lost ends what it held, and not what a tap began", () => {
  const { gesture, clock, done } = startGesture();
  gesture.down();
  clock.pass(10);
  gesture.lost();
  expect(done).toEqual(["begin", "end"]);
  gesture.down();
  gesture.up();
  gesture.lost();
  expect(done).toEqual(["begin", "end", "begin"]);
});

test("PG47: Escape gives up a press, and is somebody else's key without one", () => {
  const { gesture, done } = startGesture();
  expect(gesture.cancel()).toBe(false);
  gesture.down();
  expect(gesture.cancel()).toBe(true);
  gesture.up();
  expect(done).toEqual(["begin", "cancel"]);
});

test("PG47: pressed without a finger, it begins and ends", () => {
  const { gesture, done } = startGesture();
  gesture.toggle();
  gesture.toggle();
  expect(done).toEqual(["begin", "end"]);
});

test("PG47: when the microphone is gone the next press begins anew", () => {
  const { gesture, done } = startGesture();
  gesture.toggle();
  gesture.reset();
  gesture.down();
  expect(done).toEqual(["begin", "begin"]);
});
