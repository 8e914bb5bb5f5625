// Whether the microphone heard what the speaker played. Loudness over time is compared, not the sound itself: a room,
// a small speaker and the browser's processing change every wave, and leave the pattern of loud and soft.

import { msToSamples } from "../audio/format.ts";
import { QUIETEST_VOICE } from "./speech-detector.ts";

/** How finely loudness is looked at: syllables are six times as long. */
export const BLOCK_MS = 10;
const BLOCK_SAMPLES = msToSamples(BLOCK_MS);
/** The way there and back: the reserve before playback, wireless speakers, the room, the capture. */
export const MAX_ECHO_DELAY_MS = 1_500;
/** Two patterns this much alike (1: the same) are one. Of 150 shifts of a stranger's, the best comes to 0.4. */
export const ALIKE = 0.6;
/** An echo half as loud as the softest voice already comes through when the agent speaks up. */
const HARMFUL = QUIETEST_VOICE / 2;

export type EchoVerdict =
  /** Nothing of what was played came back, or far too softly to matter. */
  | { is: "fine" }
  /** It came back, at this share of its loudness (dB, negative) and after this time. */
  | { is: "echo"; gainDb: number; delayMs: number }
  /** Something else was loud: nobody can tell. */
  | { is: "noisy" };

/** The mean power of each block, of 1. */
export function loudnessOf(samples: Int16Array): Float64Array {
  const blocks = new Float64Array(Math.floor(samples.length / BLOCK_SAMPLES));
  for (let block = 0; block < blocks.length; block++) {
    let sum = 0;
    for (let at = block * BLOCK_SAMPLES; at < (block + 1) * BLOCK_SAMPLES; at++) {
      const sample = samples[at]! / 32_768;
      sum += sample * sample;
    }
    blocks[block] = sum / BLOCK_SAMPLES;
  }
  return blocks;
}

/** Both as `loudnessOf` has them; `heard` begins when `played` was handed to the speaker, or before. */
export function judgeEcho(played: Float64Array, heard: Float64Array): EchoVerdict {
  const fit = bestFit(played, heard);
  const loudest = Math.sqrt(played.reduce((most, power) => Math.max(most, power), 0));
  if (fit !== null && fit.alike >= ALIKE) {
    const gain = Math.sqrt(fit.slope);
    if (gain * loudest < HARMFUL) return { is: "fine" };
    return { is: "echo", gainDb: Math.round(20 * Math.log10(gain)), delayMs: fit.lag * BLOCK_MS };
  }
  return Math.sqrt(mean(heard)) > 2 * QUIETEST_VOICE ? { is: "noisy" } : { is: "fine" };
}

interface Fit {
  lag: number;
  /** The correlation of both patterns, at most 1. */
  alike: number;
  /** How much power comes back for each unit that was played. */
  slope: number;
}

function bestFit(played: Float64Array, heard: Float64Array): Fit | null {
  const lags = Math.min(MAX_ECHO_DELAY_MS / BLOCK_MS, heard.length - played.length);
  const centred = lessMean(played);
  const playedPower = dot(centred, centred);
  let best: Fit | null = null;
  for (let lag = 0; lag <= lags; lag++) {
    const window = lessMean(heard.subarray(lag, lag + played.length));
    const windowPower = dot(window, window);
    if (windowPower === 0 || playedPower === 0) continue;
    const both = dot(centred, window);
    const alike = both / Math.sqrt(playedPower * windowPower);
    if (both > 0 && (best === null || alike > best.alike)) best = { lag, alike, slope: both / playedPower };
  }
  return best;
}

function mean(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function lessMean(values: Float64Array): Float64Array {
  const middle = mean(values);
  return values.map((value) => value - middle);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}
