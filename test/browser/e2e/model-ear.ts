// What the local model of a development server was sent, asked of itself, and whether a spoken sentence is in it
// whole: nothing missing, nothing twice, nothing out of place.

import { SAMPLE_RATE_HZ } from "../../../src/audio/format.ts";
import type { SessionReport } from "../../../src/local-model/faults/fault-control.ts";

/** Voices have most of their sound below 2 kHz, and comparing fewer samples is quicker. */
const DECIMATION = 6;
const PIECE_MS = 100;
/** A voice is louder than this over 10 ms (-54 dBFS): the synthesiser leads in with 200 ms of faint noise. */
const VOICE_LEVEL = 0.002 * 32_768;
const LEVEL_SAMPLES = SAMPLE_RATE_HZ / 100;
/** Pieces quieter than this part of the loudest say nothing when they are compared. */
const FAINT = 0.1;

export interface Found {
  /** Where in what was received the voice begins, ms. */
  onsetMs: number;
  /** The least likeness of any 100 ms of the sentence to what stands in its place: 1 is the same. */
  likeness: number;
}

export async function sessionsOf(localModelUrl: string): Promise<SessionReport[]> {
  const answer = await fetch(`${localModelUrl}/faults`);
  return ((await answer.json()) as { sessions: SessionReport[] }).sessions;
}

export async function audioOf(localModelUrl: string, sessionId: string): Promise<Int16Array> {
  const bytes = await (await fetch(`${localModelUrl}/faults/audio/${sessionId}`)).arrayBuffer();
  return new Int16Array(bytes);
}

/** Where the voice begins and ends, in samples. */
export function voiceIn(samples: Int16Array): { first: number; last: number } {
  const isVoice = (at: number): boolean => {
    let sum = 0;
    for (let index = at; index < at + LEVEL_SAMPLES; index++) sum += (samples[index] ?? 0) ** 2;
    return sum > LEVEL_SAMPLES * VOICE_LEVEL ** 2;
  };
  let first = 0;
  while (first < samples.length && !isVoice(first)) first += LEVEL_SAMPLES;
  let last = samples.length - LEVEL_SAMPLES;
  while (last > first && !isVoice(last)) last -= LEVEL_SAMPLES;
  return { first, last: last + LEVEL_SAMPLES };
}

/** Looks for the voice of `spoken` where it fits best. */
export function find(spoken: Int16Array, received: Int16Array): Found {
  const { first, last } = voiceIn(spoken);
  const wanted = decimated(spoken.subarray(first, last));
  const there = decimated(received);
  let best = 0;
  let bestSum = -Infinity;
  for (let at = 0; at + wanted.length <= there.length; at++) {
    let sum = 0;
    for (let index = 0; index < wanted.length; index++) sum += wanted[index]! * there[at + index]!;
    if (sum > bestSum) [best, bestSum] = [at, sum];
  }
  const onsetMs = (best * DECIMATION * 1000) / SAMPLE_RATE_HZ;
  return { onsetMs, likeness: leastLikeness(wanted, there.subarray(best, best + wanted.length)) };
}

function leastLikeness(wanted: Float32Array, there: Float32Array): number {
  const size = (PIECE_MS * SAMPLE_RATE_HZ) / DECIMATION / 1000;
  const pieces: { loudness: number; likeness: number }[] = [];
  for (let at = 0; at + size <= wanted.length; at += size) {
    let both = 0;
    let one = 0;
    let other = 0;
    for (let index = at; index < at + size; index++) {
      both += wanted[index]! * (there[index] ?? 0);
      one += wanted[index]! ** 2;
      other += (there[index] ?? 0) ** 2;
    }
    pieces.push({ loudness: Math.sqrt(one), likeness: both / Math.max(1e-9, Math.sqrt(one * other)) });
  }
  const loudest = Math.max(...pieces.map(({ loudness }) => loudness));
  return Math.min(
    ...pieces.filter(({ loudness }) => loudness > FAINT * loudest).map(({ likeness }) => likeness),
  );
}

function decimated(samples: Int16Array): Float32Array {
  const fewer = new Float32Array(Math.floor(samples.length / DECIMATION));
  for (let index = 0; index < fewer.length; index++) {
    let sum = 0;
    for (let offset = 0; offset < DECIMATION; offset++) sum += samples[index * DECIMATION + offset]!;
    fewer[index] = sum / DECIMATION;
  }
  return fewer;
}
