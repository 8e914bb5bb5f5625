// Where in an answer the last sound was that left the player: found by comparing what was recorded there with what the
// page was sent, so that silence of an underrun or a hold cannot be taken for speech.

import { SAMPLE_RATE_HZ, SAMPLES_PER_MS } from "../../src/audio/format.ts";
import { resample } from "../../src/local-model/resampler.ts";

/** What is compared. Longer than any syllable; a voice is never so alike itself anywhere else. */
export const COMPARED_MS = 160;
/** The player's slope at a hold or flush, which alters the sound, and the filter's end. */
export const SLOPE_MS = 14;
/** The same sound, filtered twice. */
const SAME = 0.97;

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
  const piece = heard.subarray(
    Math.max(0, heard.length - slope - COMPARED_MS * SAMPLES_PER_MS),
    heard.length - slope,
  );
  // Coarsely first: every fourth place, every fourth sample. Speech has little above 3 kHz.
  const coarse = best(sent, piece, 0, sent.length - piece.length, 4);
  const fine = best(sent, piece, coarse.at - 8, coarse.at + 8, 1);
  if (fine.likeness < SAME) return undefined;
  return { atMs: (fine.at + piece.length + slope) / SAMPLES_PER_MS, likeness: fine.likeness };
}

function best(
  sent: Int16Array,
  piece: Float32Array,
  from: number,
  to: number,
  step: number,
): { at: number; likeness: number } {
  let found = { at: 0, likeness: -1 };
  for (let at = Math.max(0, from); at <= Math.min(to, sent.length - piece.length); at += step) {
    let product = 0;
    let sentPower = 1e-9;
    let piecePower = 1e-9;
    for (let index = 0; index < piece.length; index += step) {
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
