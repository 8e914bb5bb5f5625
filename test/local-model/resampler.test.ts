import { describe, expect, it } from "vitest";
import { resample, Resampler } from "../../src/local-model/resampler.ts";

function tone(length: number, hz: number, rateHz: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => 0.5 * Math.sin((2 * Math.PI * hz * index) / rateHz));
}

describe("resampler", () => {
  it("LM1 keeps a tone where it is, at both rates and without delay", () => {
    const down = resample(tone(24_000, 440, 24_000), 24_000, 16_000);
    const up = resample(tone(16_000, 440, 16_000), 16_000, 24_000);
    expect(down.length).toBe(16_000);
    expect(up.length).toBe(24_000);
    const expectedDown = tone(16_000, 440, 16_000);
    const expectedUp = tone(24_000, 440, 24_000);
    for (let index = 100; index < 15_900; index += 37) {
      expect(down[index]).toBeCloseTo(expectedDown[index]!, 2);
      expect(up[index]).toBeCloseTo(expectedUp[index]!, 2);
    }
  });

  it("LM1 removes what the lower rate cannot hold", () => {
    const down = resample(tone(24_000, 11_000, 24_000), 24_000, 16_000);
    expect(Math.max(...down.slice(100, -100))).toBeLessThan(0.01);
  });

  it("LM2 gives the same samples however the stream is cut", () => {
    const input = tone(5000, 700, 24_000);
    const whole = resample(input, 24_000, 16_000);
    const resampler = new Resampler(24_000, 16_000);
    const pieces: number[] = [];
    for (let at = 0, size = 1; at < input.length; at += size, size = (size * 7) % 331 || 1) {
      size = Math.min(size, input.length - at);
      pieces.push(...resampler.push(input.slice(at, at + size)));
    }
    pieces.push(...resampler.flush());
    expect(pieces).toEqual([...whole]);
  });
});
