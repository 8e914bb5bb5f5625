// How fast audio may come. Time is a number here.

import { describe, expect, test } from "vitest";
import { FRAME_BYTES, FRAME_MS } from "../../src/audio/format.ts";
import { CallerGuard, MESSAGE_BURST } from "../../src/conversation/caller-guard.ts";
import { MicrophoneMeter } from "../../src/conversation/microphone-meter.ts";

/** The verdicts that were not `fine` over `frames` frames, one every `everyMs`. */
function stream(meter: MicrophoneMeter, frames: number, everyMs: number, from = 0): string[] {
  const verdicts: string[] = [];
  for (let index = 0; index < frames; index++) {
    const verdict = meter.frame(FRAME_BYTES, from + index * everyMs);
    if (verdict !== "fine") verdicts.push(verdict);
  }
  return verdicts;
}

describe("the microphone meter", () => {
  test("IN6 a burst of a minute is allowed, more is a flood", () => {
    const minute = 60_000 / FRAME_MS;
    expect(stream(new MicrophoneMeter(), minute, 0)).toEqual([]);
    expect(stream(new MicrophoneMeter(), minute + 2, 0)).toContain("flood");
  });

  test("IN6 messages beyond the burst and the rate are a flood", () => {
    const guard = new CallerGuard();
    for (let count = 0; count < MESSAGE_BURST; count++) expect(guard.message(1000)).toBe(true);
    expect(guard.message(1000)).toBe(false);
    expect(guard.message(2000)).toBe(true);
  });

  test("IN7 16 kHz sent as 24 kHz is noticed once per window, real time is not", () => {
    expect(stream(new MicrophoneMeter(), 300, FRAME_MS)).toEqual([]);
    const slow = stream(new MicrophoneMeter(), 300, FRAME_MS * 1.5);
    expect(slow.length).toBeGreaterThanOrEqual(2);
    expect(new Set(slow)).toEqual(new Set(["rate_off"]));
  });

  test("IN7 a page that pauses for a while is not off", () => {
    const meter = new MicrophoneMeter();
    expect(stream(meter, 100, FRAME_MS)).toEqual([]);
    expect(stream(meter, 200, FRAME_MS, 60_000)).toEqual([]);
  });
});
