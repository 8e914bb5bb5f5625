import { expect, test } from "vitest";
import { Resampler } from "../../src/browser/worklets/resampler.ts";
import { attenuationDb, resample, signalToNoiseDb, tone } from "./support-tones.ts";

const DEVICE_RATES_HZ = [16_000, 44_100, 48_000, 96_000];
const OURS_HZ = 24_000;

// Frequencies with a whole number of periods in the measured stretch, so that the fit has no edges.
test.each(DEVICE_RATES_HZ)("CP3: a 1 kHz and a 5 kHz tone captured at %i Hz stay 60 dB clean", (deviceHz) => {
  for (const frequencyHz of [1000, 5000]) {
    const output = resample(tone(frequencyHz, deviceHz, 1), deviceHz, OURS_HZ);
    expect(signalToNoiseDb(output, frequencyHz, OURS_HZ)).toBeGreaterThan(60);
    expect(Math.abs(attenuationDb(output, 0.5))).toBeLessThan(0.01);
  }
});

test.each([44_100, 48_000, 96_000])("CP4: what 24 kHz cannot carry is 60 dB down at %i Hz", (deviceHz) => {
  for (const frequencyHz of [12_050, 13_000, 16_000, 20_000]) {
    const output = resample(tone(frequencyHz, deviceHz, 1), deviceHz, OURS_HZ);
    expect(attenuationDb(output, 0.5)).toBeGreaterThan(60);
  }
});

test.each(DEVICE_RATES_HZ)(
  "PL9: a tone played at %i Hz stays 60 dB clean and has no mirror image",
  (deviceHz) => {
    for (const frequencyHz of [1000, 6000]) {
      const output = resample(tone(frequencyHz, OURS_HZ, 1), OURS_HZ, deviceHz);
      // Images would lie at 24 kHz plus and minus the tone, and count as noise here.
      expect(signalToNoiseDb(output, frequencyHz, deviceHz)).toBeGreaterThan(60);
    }
  },
);

test.each(DEVICE_RATES_HZ)("CP3: a long stream at %i Hz does not drift by a sample", (deviceHz) => {
  const resampler = new Resampler(deviceHz, OURS_HZ);
  const second = new Float32Array(deviceHz);
  const scratch = new Float32Array(OURS_HZ + 1000);
  let count = 0;
  for (let seconds = 0; seconds < 20; seconds++) {
    resampler.write(second, second.length);
    count += resampler.read(scratch, scratch.length);
  }
  const owed = 20 * OURS_HZ - count;
  expect(owed).toBeGreaterThanOrEqual(0);
  expect(owed).toBeLessThan(OURS_HZ * 0.004);
  expect(Math.abs(resampler.pending / deviceHz - owed / OURS_HZ)).toBeLessThan(1 / OURS_HZ);
});

test("CP3: a device at 24 kHz is passed through untouched", () => {
  const input = tone(440, OURS_HZ, 0.128);
  expect(resample(input, OURS_HZ, OURS_HZ)).toEqual(input);
});

test("PL9: it says exactly how many samples the next quantum needs", () => {
  const resampler = new Resampler(OURS_HZ, 44_100);
  const scratch = new Float32Array(1024);
  for (let quantum = 0; quantum < 500; quantum++) {
    const needed = resampler.needed(128);
    resampler.write(scratch, Math.max(0, needed - 1));
    expect(resampler.needed(128)).toBe(Math.min(needed, 1));
    resampler.write(scratch, Math.min(needed, 1));
    expect(resampler.read(scratch, 128)).toBe(128);
  }
});
