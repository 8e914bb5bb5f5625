import { expect, test } from "vitest";
import { FRAME_BYTES, FRAME_SAMPLES } from "../../src/audio/format.ts";
import { FrameChunker, MAX_SPARE_FRAMES } from "../../src/browser/worklets/frame-chunker.ts";
import type { CaptureToPage } from "../../src/browser/worklets/port-messages.ts";
import { Recorder } from "../../src/browser/worklets/recorder.ts";
import { QUANTUM, joined, signalToNoiseDb, tone } from "./support-tones.ts";

test("CP1: quanta become frames of 960 samples, in order and with nothing lost", () => {
  const frames: Int16Array[] = [];
  const chunker = new FrameChunker((frame) => frames.push(frame));
  for (let at = 0; at < 3 * FRAME_SAMPLES; at += 96) {
    chunker.push(
      Float32Array.from({ length: 96 }, (_, index) => (at + index) / 32768),
      96,
    );
  }
  expect(frames.map((frame) => frame.length)).toEqual([FRAME_SAMPLES, FRAME_SAMPLES, FRAME_SAMPLES]);
  expect(joined(frames)).toEqual(Float32Array.from({ length: 3 * FRAME_SAMPLES }, (_, at) => at / 32768));
});

test("CP1: only as much of a buffer as is filled counts", () => {
  const frames: Int16Array[] = [];
  const chunker = new FrameChunker((frame) => frames.push(frame));
  const buffer = new Float32Array(FRAME_SAMPLES);
  chunker.push(buffer, FRAME_SAMPLES - 1);
  expect(frames).toHaveLength(0);
  chunker.push(buffer, 2);
  expect(frames).toHaveLength(1);
});

test("CP2: a steady stream whose buffers come back allocates nothing", () => {
  const chunker = new FrameChunker((frame) => chunker.recycle(frame.buffer));
  const quantum = new Float32Array(QUANTUM);
  for (let count = 0; count < 1000; count++) chunker.push(quantum, QUANTUM);
  expect(chunker.allocatedFrames).toBe(2);
});

test("CP2: no more buffers are kept than the cap, and none of another size", () => {
  const chunker = new FrameChunker(() => {});
  chunker.recycle(new ArrayBuffer(FRAME_BYTES - 2));
  for (let count = 0; count < MAX_SPARE_FRAMES + 5; count++) chunker.recycle(new ArrayBuffer(FRAME_BYTES));
  chunker.push(
    new Float32Array(FRAME_SAMPLES * (MAX_SPARE_FRAMES + 3)),
    FRAME_SAMPLES * (MAX_SPARE_FRAMES + 3),
  );
  expect(chunker.allocatedFrames).toBe(1 + 3);
});

test.each([16_000, 44_100, 48_000, 96_000])(
  "CP1: a second at %i Hz is 25 clean frames at 24 kHz",
  (deviceHz) => {
    const frames: ArrayBuffer[] = [];
    const recorder = new Recorder(deviceHz, (message) => {
      if (message.type === "frame") frames.push(message.samples);
    });
    const input = tone(1000, deviceHz, 1.01);
    for (let at = 0; at < input.length; at += QUANTUM) recorder.push(input.subarray(at, at + QUANTUM));
    expect(frames).toHaveLength(25);
    expect(signalToNoiseDb(joined(frames), 1000, 24_000)).toBeGreaterThan(60);
  },
);

test("CP5: the level comes 20 times a second of audio, and silence is told once", () => {
  const levels: number[] = [];
  const recorder = new Recorder(48_000, (message: CaptureToPage) => {
    if (message.type === "level") levels.push(message.level);
  });
  const second = tone(1000, 48_000, 1);
  for (let at = 0; at < second.length; at += QUANTUM) recorder.push(second.subarray(at, at + QUANTUM));
  expect(levels).toHaveLength(20);
  expect(levels[5]).toBeCloseTo(0.5 / Math.SQRT2, 3);
  for (let quantum = 0; quantum < 750; quantum++) recorder.push(new Float32Array(QUANTUM));
  expect(levels.slice(20)).toEqual([0]);
});
