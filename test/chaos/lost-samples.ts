// Whether every sample somebody said reached the model, in one piece, in the session that had the last word on it.

import { msToSamples } from "../../src/audio/format.ts";
import type { Lane } from "./lane.ts";
import { BREATH_MS } from "./script.ts";

/** A session that got so much of a sentence was told of it. The noise of the room makes each piece unlike any other. */
const PIECE_MS = 20;
const PIECE_EVERY_MS = 100;
/** What a sentence begins and ends with may go to a session that has the words from another. */
const EDGE_MS = 200;

/**
 * The words of a sentence must have reached the last session that got any of them: every sample, in order, without a
 * hole. What an earlier one got was lost with it, or it would not have been said again. The breath before and after is
 * silence, which may be let go.
 */
export function lostSamples(lane: Lane, spoken: readonly Int16Array[], before: ReadonlySet<string>): number {
  const heard = lane.model.faults.sessions
    .filter(({ id }) => !before.has(id))
    .map(({ id }) => bytesOf(lane.model.faults.audioOf(id) ?? new Int16Array()));
  let lost = 0;
  for (const samples of spoken) {
    const breath = msToSamples(BREATH_MS);
    const spokenWords = bytesOf(samples.subarray(breath, -breath));
    const last = heard.findLast((audio) => hasAnyOf(audio, samples));
    if (last?.includes(spokenWords) !== true) {
      lost += (spokenWords.length - longestStart(spokenWords, last)) / 2;
    }
  }
  return lost;
}

function hasAnyOf(audio: Buffer, samples: Int16Array): boolean {
  if (audio.includes(bytesOf(samples))) return true;
  const [piece, step, edge] = [PIECE_MS, PIECE_EVERY_MS, EDGE_MS].map(msToSamples) as [
    number,
    number,
    number,
  ];
  for (let at = edge; at + piece < samples.length - edge; at += step) {
    if (audio.includes(bytesOf(samples.subarray(at, at + piece)))) return true;
  }
  return false;
}

/** How many bytes of the sentence's beginning the session got without a hole. */
function longestStart(said: Buffer, audio: Buffer | undefined): number {
  const at = audio?.indexOf(said.subarray(0, 2 * msToSamples(PIECE_MS))) ?? -1;
  if (audio === undefined || at === -1) return 0;
  let length = 0;
  while (length < said.length && audio[at + length] === said[length]) length++;
  return length;
}

function bytesOf(samples: Int16Array): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}
