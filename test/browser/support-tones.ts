// Tones and how clean they come out: what the tests of the two audio paths measure with.

import { Resampler } from "../../src/browser/worklets/resampler.ts";

/** A render quantum, the size in which a worklet meets the samples. */
export const QUANTUM = 128;

export function tone(frequencyHz: number, rateHz: number, seconds: number, amplitude = 0.5): Float32Array {
  return Float32Array.from(
    { length: Math.round(rateHz * seconds) },
    (_, index) => amplitude * Math.sin((2 * Math.PI * frequencyHz * index) / rateHz),
  );
}

/** Runs a whole signal through a resampler, a quantum at a time. */
export function resample(input: Float32Array, fromHz: number, toHz: number): Float32Array {
  const resampler = new Resampler(fromHz, toHz);
  const output: number[] = [];
  const scratch = new Float32Array(4096);
  for (let at = 0; at < input.length; at += QUANTUM) {
    const quantum = input.subarray(at, at + QUANTUM);
    resampler.write(quantum, quantum.length);
    const count = resampler.read(scratch, scratch.length);
    for (let index = 0; index < count; index++) output.push(scratch[index]!);
  }
  return Float32Array.from(output);
}

/** The tone's power against everything else, in dB: the best fit of a sine and a cosine is taken out. */
export function signalToNoiseDb(samples: Float32Array, frequencyHz: number, rateHz: number): number {
  const middle = samples.subarray(Math.floor(samples.length * 0.1), Math.floor(samples.length * 0.9));
  let sine = 0;
  let cosine = 0;
  for (const [index, sample] of middle.entries()) {
    const angle = (2 * Math.PI * frequencyHz * index) / rateHz;
    sine += (2 * sample * Math.sin(angle)) / middle.length;
    cosine += (2 * sample * Math.cos(angle)) / middle.length;
  }
  let signal = 0;
  let noise = 0;
  for (const [index, sample] of middle.entries()) {
    const angle = (2 * Math.PI * frequencyHz * index) / rateHz;
    const fit = sine * Math.sin(angle) + cosine * Math.cos(angle);
    signal += fit * fit;
    noise += (sample - fit) ** 2;
  }
  return 10 * Math.log10(signal / Math.max(noise, 1e-20));
}

export function rms(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}

/** How far a steady tone was pushed down, in dB; the first and last tenth are left out. */
export function attenuationDb(output: Float32Array, amplitude: number): number {
  const middle = output.subarray(Math.floor(output.length * 0.1), Math.floor(output.length * 0.9));
  return 20 * Math.log10(amplitude / Math.SQRT2 / Math.max(rms(middle), 1e-12));
}

/** The samples of many frames behind each other, as floats. */
export function joined(frames: readonly (ArrayBuffer | Int16Array)[]): Float32Array {
  const samples: number[] = [];
  for (const frame of frames) {
    const values = frame instanceof Int16Array ? frame : new Int16Array(frame);
    for (const value of values) samples.push(value / 32768);
  }
  return Float32Array.from(samples);
}
