// What a microphone would bring of a sentence: the room's silence around it and, when wanted, its noise.

import { msToSamples } from "../../src/audio/format.ts";
import { floatToInt16 } from "../../src/audio/pcm16.ts";
import { synthesise } from "../../src/local-model/voice/synthesise.ts";

/** What a session hands to the recogniser around a turn with the API's defaults. */
const BEFORE_MS = 300;
const AFTER_MS = 500;

/** One sentence in a voice of flite, with noise so many decibels below it; infinite for none. */
export function sampleOf(text: string, voice: string, noiseBelowDb = Number.POSITIVE_INFINITY): Int16Array {
  return inRoom(synthesise(text, voice), noiseBelowDb);
}

export function inRoom(speech: Int16Array, noiseBelowDb: number): Int16Array {
  const before = msToSamples(BEFORE_MS);
  const samples = new Int16Array(before + speech.length + msToSamples(AFTER_MS));
  samples.set(speech, before);
  if (!Number.isFinite(noiseBelowDb)) return samples;
  const noise = pinkNoise(samples.length);
  const gain = (rms(speech) / rms(noise)) * 10 ** (-noiseBelowDb / 20);
  return samples.map((sample, index) => floatToInt16((sample + noise[index]! * gain) / 32_768));
}

/** Pink noise, the same every time; rooms and streets sound more like it than like white noise. */
function pinkNoise(length: number): Float32Array {
  const next = generator(20_260_304);
  const noise = new Float32Array(length);
  let [slow, middle, fast] = [0, 0, 0];
  for (let index = 0; index < length; index++) {
    const white = next() * 2 - 1;
    // Paul Kellet's economical filter: within half a decibel of 3 dB an octave.
    slow = 0.99765 * slow + white * 0.099046;
    middle = 0.963 * middle + white * 0.2965164;
    fast = 0.57 * fast + white * 1.0526913;
    noise[index] = slow + middle + fast + white * 0.1848;
  }
  return noise;
}

/** Mulberry32: small, and good enough for noise. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function rms(samples: Int16Array | Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / Math.max(1, samples.length));
}
