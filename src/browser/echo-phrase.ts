// What the echo test plays: something like a voice that says nothing, made here, so that no network is needed and
// nobody's words are spoken. Its loudness goes up and down in a pattern that no room and no person makes by chance.

import { SAMPLE_RATE_HZ, msToSamples } from "../audio/format.ts";

export const PHRASE_MS = 3_200;
/** As loud as the agent speaks: the root mean square of a syllable, of 1. */
const SYLLABLE_LEVEL = 0.12;
const SHORTEST_MS = 60;
const LONGEST_MS = 160;
/** Slopes at both ends of a syllable. */
const SLOPE_MS = 12;
const LOWEST_HZ = 110;
const HIGHEST_HZ = 190;
/** A telephone's band: every small speaker plays it, and no echo canceller takes it for noise. */
const BAND_TOP_HZ = 3_400;
/** Where a mouth is loudest, roughly. */
const FORMANTS_HZ = [600, 1_300, 2_500];
const FORMANT_WIDTH_HZ = 350;

/** Always the same samples: 24 kHz, 16 bit, like the agent's own. */
export function echoPhrase(): Int16Array<ArrayBuffer> {
  const random = smallRandom(0x5eed);
  const between = (low: number, high: number): number => low + (high - low) * random();
  const phrase = new Int16Array(msToSamples(PHRASE_MS));
  let at = 0;
  while (at < phrase.length) {
    const length = Math.min(phrase.length - at, msToSamples(between(SHORTEST_MS, LONGEST_MS)));
    sing(phrase.subarray(at, at + length), between(LOWEST_HZ, HIGHEST_HZ), between(0.5, 1));
    at += length + msToSamples(between(SHORTEST_MS, LONGEST_MS));
  }
  return phrase;
}

/** One syllable: the harmonics of a pitch that falls a little. */
function sing(into: Int16Array, pitchHz: number, loudness: number): void {
  const tones: number[] = [];
  for (let tone = 1; tone * pitchHz < BAND_TOP_HZ; tone++) tones.push(mouth(tone * pitchHz));
  const level = Math.hypot(...tones) / Math.SQRT2;
  const scale = (32_767 * SYLLABLE_LEVEL * loudness) / level;
  const slope = Math.min(msToSamples(SLOPE_MS), into.length >> 1);
  let phase = 0;
  for (let at = 0; at < into.length; at++) {
    phase += (2 * Math.PI * pitchHz * (1 - (0.15 * at) / into.length)) / SAMPLE_RATE_HZ;
    let sum = 0;
    for (let tone = 0; tone < tones.length; tone++) {
      // Phases that differ: harmonics in step make a click each time around.
      sum += tones[tone]! * Math.sin((tone + 1) * phase + tone * tone);
    }
    const edge = Math.min(1, at / slope, (into.length - 1 - at) / slope);
    into[at] = Math.max(-32_767, Math.min(32_767, Math.round(sum * scale * edge)));
  }
}

function mouth(hz: number): number {
  let gain = 0.1;
  for (const formant of FORMANTS_HZ) gain += Math.exp(-(((hz - formant) / FORMANT_WIDTH_HZ) ** 2));
  return gain / Math.sqrt(hz);
}

/** The same numbers each time, from 0 to 1 (mulberry32). */
function smallRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
