// The conversation's estimate of the words that were heard, against a voice whose word times are known.

import { describe, expect, test } from "vitest";
import { samplesToMs } from "../../src/audio/format.ts";
import { HeardText } from "../../src/conversation/heard-text.ts";
import { clauses } from "../../src/local-model/voice/clauses.ts";
import { synthesise, wordEndsMs } from "../../src/local-model/voice/synthesise.ts";

const CUTS_PER_ANSWER = 20;
const SEED = 20_261_122;
const VOICES = ["marin", "alloy", "ballad"];

const ANSWERS = [
  "You asked me to remember: my car is on level three.",
  "I will remember: the code for the garage door is four two seven.",
  "I cannot reach the weather service right now. Please try again in a few minutes.",
  "It is sunny in Lisbon today, with a light wind from the west and hardly a cloud.",
  "Well, that depends. If you leave before eight you will be there by noon.",
  "I do not know the time zone of that village. Which larger city is near it?",
  "Sure. First take the second street on the left, then walk straight on until you see the river.",
  "No. The museum is closed on Mondays, but the gardens are open every day.",
  "Your meeting with Sandra is tomorrow morning in the big room on the third floor.",
  "The recipe needs two eggs, a cup of flour, a little salt and some warm milk.",
  "Extraordinarily complicated international negotiations continued throughout Wednesday.",
  "A cat sat on a mat by a big red hat and had a nap.",
];

/** An answer as a session tells it: the words of a clause, then its sound. */
function asSpoken(
  answer: string,
  voice: string,
): { words: HeardText; ends: number[]; totalMs: number } | undefined {
  const words = new HeardText();
  const ends: number[] = [];
  let totalMs = 0;
  for (const clause of clauses(answer)) {
    for (const delta of clause.match(/\S+\s*/g) ?? []) words.add(delta, totalMs);
    const clauseEnds = wordEndsMs(clause.trim(), voice);
    if (clauseEnds === undefined) return undefined;
    for (const end of clauseEnds) ends.push(totalMs + end);
    totalMs += samplesToMs(synthesise(clause, voice).length);
  }
  return { words, ends, totalMs };
}

/** Numbers from 0 to 1, the same in each run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("heard text against true word times", () => {
  test("BI8 the estimate is a word early at the median, three at most, and no word that had not begun", () => {
    const random = numbers(SEED);
    const early: number[] = [];
    let answers = 0;
    let late = 0;
    for (const voice of VOICES) {
      for (const answer of ANSWERS) {
        const spoken = asSpoken(answer, voice);
        if (spoken === undefined) continue;
        answers++;
        for (let cut = 0; cut < CUTS_PER_ANSWER; cut++) {
          const heardMs = Math.floor(random() * spoken.totalMs);
          const truly = spoken.ends.filter((end) => end <= heardMs).length;
          const text = spoken.words.heard(heardMs, spoken.totalMs);
          const told = text.split(/\s+/).filter((word) => word !== "").length;
          early.push(truly - told);
          // A word that is told as heard must at least have begun: the one before it has ended.
          if (told > truly + 1) late++;
        }
      }
    }
    const sorted = early.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)]!;
    console.log(
      `heard text, seed ${SEED}: ${answers} answers, ${early.length} cuts, words early: ` +
        `median ${median}, max ${sorted.at(-1)}, latest ${sorted[0]}, histogram ${JSON.stringify(histogram(early))}`,
    );
    expect(answers).toBeGreaterThanOrEqual(30);
    expect(late).toBe(0);
    // And hardly ever one that had not ended.
    expect(early.filter((words) => words < 0).length).toBeLessThan(early.length / 100);
    expect(median).toBeLessThanOrEqual(1);
    expect(sorted.at(-1)).toBeLessThanOrEqual(3);
  });
});

function histogram(values: readonly number[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
