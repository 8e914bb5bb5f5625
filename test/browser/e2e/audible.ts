// Where in an answer the last sound was that left the player: found by comparing what was recorded there with what the
// page was sent, so that silence of an underrun or a hold cannot be taken for speech.

import { SAMPLE_RATE_HZ, SAMPLES_PER_MS } from "../../../src/audio/format.ts";
import { resample } from "../../../src/local-model/resampler.ts";

/** What is compared. Longer than any hiss, and a voice is never so alike itself anywhere else. */
export const COMPARED_MS = 400;
/** The player's slope at a hold or flush, which alters the sound, and the filter's end. */
export const SLOPE_MS = 14;
/** A piece shorter than this is found anywhere. */
const LEAST_COMPARED_MS = 40;
/** Less than a unit of 16 bits: the noise in the voice's own pauses is louder, and a filter rings no louder. */
const SILENT = 1e-5;
const SILENCE_MS = 4;
/** The same sound, filtered twice; a hiss loses most by it. */
const SAME = 0.92;

export interface Found {
  /** Milliseconds into the answer. */
  atMs: number;
  /** 1 where it is the same sound. */
  likeness: number;
}

/** The position in `sent` at which `recorded` ends; undefined when it is nowhere in it. */
export function endPosition(
  sent: Int16Array,
  recorded: readonly number[],
  rateHz: number,
): Found | undefined {
  const heard = resample(Float32Array.from(recorded), rateHz, SAMPLE_RATE_HZ);
  const slope = SLOPE_MS * SAMPLES_PER_MS;
  const piece = heard.subarray(lastSilenceEnd(heard, slope), heard.length - slope);
  if (piece.length < LEAST_COMPARED_MS * SAMPLES_PER_MS) return undefined;
  // Coarsely first: every second place, every fourth sample.
  const coarse = best(sent, piece, { from: 0, to: sent.length - piece.length, places: 2, samples: 4 });
  const fine = best(sent, piece, { from: coarse.at - 4, to: coarse.at + 4, places: 1, samples: 1 });
  if (fine.likeness < SAME) return undefined;
  return { atMs: (fine.at + piece.length + slope) / SAMPLES_PER_MS, likeness: fine.likeness };
}

/** Silence as no voice has it: before an answer, or where the player ran dry. Its end, and the player's slope there. */
function lastSilenceEnd(heard: Float32Array, slope: number): number {
  let zeros = 0;
  let end = 0;
  for (const [index, sample] of heard.entries()) {
    zeros = Math.abs(sample) < SILENT ? zeros + 1 : 0;
    if (zeros >= SILENCE_MS * SAMPLES_PER_MS) end = index + slope;
  }
  return end;
}

interface Search {
  from: number;
  to: number;
  /** Every so many places, by every so many samples. */
  places: number;
  samples: number;
}

function best(
  sent: Int16Array,
  piece: Float32Array,
  { from, to, places, samples }: Search,
): { at: number; likeness: number } {
  let found = { at: 0, likeness: -1 };
  for (let at = Math.max(0, from); at <= Math.min(to, sent.length - piece.length); at += places) {
    let product = 0;
    let sentPower = 1e-9;
    let piecePower = 1e-9;
    for (let index = 0; index < piece.length; index += samples) {
      const a = sent[at + index]! / 32_768;
      const b = piece[index]!;
      product += a * b;
      sentPower += a * a;
      piecePower += b * b;
    }
    const likeness = product / Math.sqrt(sentPower * piecePower);
    if (likeness > found.likeness) found = { at, likeness };
  }
  return found;
}
