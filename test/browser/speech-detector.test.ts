import { expect, test } from "vitest";
import { FRAME_SAMPLES } from "../../src/audio/format.ts";
import { SpeechDetector } from "../../src/browser/speech-detector.ts";

function frame(amplitude: number): Int16Array {
  return Int16Array.from({ length: FRAME_SAMPLES }, (_, index) =>
    Math.round(amplitude * 32767 * Math.sin(index / 7)),
  );
}

function countFramesUntilHeard(detector: SpeechDetector, amplitude: number, limit: number): number {
  for (let count = 1; count <= limit; count++) if (detector.hears(frame(amplitude))) return count;
  return Infinity;
}

test("CP6: a voice in a quiet room is heard within 120 ms", () => {
  const detector = new SpeechDetector();
  expect(countFramesUntilHeard(detector, 0.001, 50)).toBe(Infinity);
  expect(countFramesUntilHeard(detector, 0.1, 10)).toBe(3);
});

test("CP6: a click is no voice", () => {
  const detector = new SpeechDetector();
  for (let count = 0; count < 50; count++) {
    expect(detector.hears(frame(count % 10 === 0 ? 0.5 : 0.001))).toBe(false);
  }
});

test("CP6: a room that is loud all the time wakes nobody, a voice above it does", () => {
  const detector = new SpeechDetector();
  for (let count = 0; count < 5; count++) detector.hears(frame(0.02));
  expect(countFramesUntilHeard(detector, 0.02, 250)).toBe(Infinity);
  expect(countFramesUntilHeard(detector, 0.2, 10)).toBe(3);
});
