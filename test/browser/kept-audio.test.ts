import { expect, test } from "vitest";
import { FRAME_SAMPLES } from "../../src/audio/format.ts";
import { KeptAudio, MAX_KEPT_FRAMES } from "../../src/browser/kept-audio.ts";

function keep(kept: KeptAudio, frames: number, loudness = 0): void {
  for (let count = 0; count < frames; count++) {
    kept.keep(new Int16Array(FRAME_SAMPLES).fill(kept.end), loudness);
  }
}

test("PG19: the cap is 60 s of audio, and every kept frame is what was captured under its number", () => {
  const kept = new KeptAudio();
  keep(kept, MAX_KEPT_FRAMES + 100);
  expect(kept.end - kept.first).toBe((60 * 24_000) / FRAME_SAMPLES);
  for (let number = kept.first; number < kept.end; number++) {
    expect(new Int16Array(kept.frame(number)).every((sample) => sample === number)).toBe(true);
  }
});

test("PG19: a steady stream takes no new buffers", () => {
  const kept = new KeptAudio();
  const buffers = new Set<ArrayBuffer>();
  for (let round = 0; round < 3 * MAX_KEPT_FRAMES; round++) {
    keep(kept, 1);
    buffers.add(kept.frame(kept.end - 1));
  }
  expect(buffers.size).toBe(MAX_KEPT_FRAMES);
});

test("PG19: only frames that are safe to their last sample are let go, and none comes back", () => {
  const kept = new KeptAudio();
  keep(kept, 10);
  kept.safe(5 * FRAME_SAMPLES - 1);
  expect(kept.first).toBe(4);
  kept.safe(2 * FRAME_SAMPLES);
  expect(kept.first).toBe(4);
  kept.safe(1e9);
  expect(kept.first).toBe(10);
});

test("PG45: frames nobody is to hear are stepped over, wherever they lie", () => {
  const kept = new KeptAudio();
  keep(kept, 10, 3);
  kept.writeOff(10, 4);
  keep(kept, 5, 3);
  kept.writeOff(15, 12);
  keep(kept, 5, 3);
  kept.writeOff(20, 15);
  const heard = Array.from({ length: 21 }, (_, frame) => kept.toHearFrom(frame));
  expect(heard).toEqual([0, 1, 2, 3, 10, 10, 10, 10, 10, 10, 10, 11, 20, 20, 20, 20, 20, 20, 20, 20, 20]);
  expect(kept.owed).toBe(0);
  expect(kept.firstLoud(4, 2)).toBe(0);
  expect(kept.firstLoud(5, 2)).toBeNull();
  kept.writeOff(20, 2);
  expect([1, 2, 10, 11, 19].map((frame) => kept.toHearFrom(frame))).toEqual([1, 20, 20, 20, 20]);
  // As what lies before it is safe, so is it.
  kept.safe(2 * FRAME_SAMPLES);
  expect(kept.owed).toBe(20);
  keep(kept, MAX_KEPT_FRAMES);
  expect(kept.toHearFrom(kept.first)).toBe(kept.first);
});

test("EC6: what turned out to be silence is, and is no voice to anybody", () => {
  const kept = new KeptAudio();
  keep(kept, 10, 3);
  kept.dropUntil(5);
  kept.silence(2);
  keep(kept, 3, 3);
  for (let number = 5; number < 13; number++) {
    const isSilent = new Int16Array(kept.frame(number)).every((sample) => sample === 0);
    expect(isSilent).toBe(number < 10);
  }
  expect(kept.firstLoud(1, 2)).toBe(10);
});

test("PG23: a voice is found among what is owed, where it begins", () => {
  const kept = new KeptAudio();
  keep(kept, 5, 3);
  keep(kept, 5);
  keep(kept, 2, 3);
  keep(kept, 5);
  keep(kept, 4, 3);
  expect(kept.firstLoud(3, 2)).toBe(0);
  kept.writeOff(4);
  expect(kept.firstLoud(3, 2)).toBe(17);
  expect(kept.firstLoud(3, 4)).toBeNull();
});
