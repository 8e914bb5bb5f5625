// How many words of a story had been spoken at a position of its audio, by the synthesiser's own times.

import { samplesToMs } from "../../src/audio/format.ts";
import { clauses } from "../../src/local-model/voice/clauses.ts";
import { synthesise, wordEndsMs } from "../../src/local-model/voice/synthesise.ts";

/** The agent's, as its file has it. */
const VOICE = "marin";

const known = new Map<string, readonly number[]>();

/** Words that had ended at `atMs`. */
export function wordsSpoken(story: string, atMs: number): number {
  return endsOf(story).filter((end) => end <= atMs).length;
}

export function wordCount(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}

function endsOf(story: string): readonly number[] {
  const ends = known.get(story) ?? spokenEnds(story);
  known.set(story, ends);
  return ends;
}

function spokenEnds(story: string): number[] {
  const ends: number[] = [];
  let fromMs = 0;
  for (const clause of clauses(story)) {
    const own = wordEndsMs(clause.trim(), VOICE);
    if (own === undefined) throw new Error(`It cannot be said when the words sound of: ${clause}`);
    for (const end of own) ends.push(fromMs + end);
    fromMs += samplesToMs(synthesise(clause, VOICE).length);
  }
  return ends;
}
