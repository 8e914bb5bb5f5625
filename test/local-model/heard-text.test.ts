// The conversation's estimate of the words that were heard, against a voice whose word times are known.

import { describe, expect, test } from "vitest";
import { samplesToMs } from "../../src/audio/format.ts";
import { HeardText, VoicePace } from "../../src/conversation/heard-text.ts";
import { clauses } from "../../src/local-model/voice/clauses.ts";
import { synthesise, wordEndsMs } from "../../src/local-model/voice/synthesise.ts";

const CUTS_PER_ANSWER = 20;
/** Audio comes faster than speech: so much of it waits in a page, at most. */
const MOST_WAITING_MS = 1_500;
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

/** An answer as a session tells it, clause by clause: the words, then their sound. */
interface Spoken {
  answer: string;
  voice: string;
  clauses: { words: string[]; fromMs: number }[];
  /** When each word has ended. */
  ends: number[];
  totalMs: number;
}

function spoken(answer: string, voice: string): Spoken | undefined {
  const said: Spoken = { answer, voice, clauses: [], ends: [], totalMs: 0 };
  for (const clause of clauses(answer)) {
    const ends = wordEndsMs(clause.trim(), voice);
    if (ends === undefined) return undefined;
    said.clauses.push({ words: clause.match(/\S+\s*/g) ?? [], fromMs: said.totalMs });
    for (const end of ends) said.ends.push(said.totalMs + end);
    said.totalMs += samplesToMs(synthesise(clause, voice).length);
  }
  return said;
}

const ALL = VOICES.flatMap((voice) => ANSWERS.flatMap((answer) => spoken(answer, voice) ?? []));

/** How many words too few are told after `heardMs`, when so much of the audio has arrived. */
function wordsEarly(
  { clauses: pieces, ends, totalMs }: Spoken,
  heardMs: number,
  arrivedMs: number,
  pace?: VoicePace,
): number {
  const words = new HeardText(pace);
  for (const piece of pieces) {
    if (piece.fromMs > arrivedMs) break;
    for (const delta of piece.words) words.add(delta, piece.fromMs);
  }
  const heard = words
    .heard(heardMs, arrivedMs, arrivedMs === totalMs)
    .split(/\s+/)
    .filter((word) => word !== "").length;
  return ends.filter((end) => end <= heardMs).length - heard;
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
    const early = ALL.flatMap((said) =>
      Array.from({ length: CUTS_PER_ANSWER }, () =>
        wordsEarly(said, Math.floor(random() * said.totalMs), said.totalMs),
      ),
    );
    const { median, max } = told("all audio there", early);
    expect(ALL.length).toBeGreaterThanOrEqual(30);
    expect(median).toBeLessThanOrEqual(1);
    expect(max).toBeLessThanOrEqual(3);
  });

  test("BI10 while a sentence's audio still comes: a word early at the median, three at most in 19 of 20 cuts", () => {
    const random = numbers(SEED);
    const early: number[] = [];
    for (const voice of VOICES) {
      const pace = new VoicePace();
      for (const said of ALL.filter((other) => other.voice === voice)) {
        for (let cut = 0; cut < CUTS_PER_ANSWER; cut++) {
          const arrivedMs = random() * said.totalMs;
          const waitingMs = random() * Math.min(arrivedMs, MOST_WAITING_MS);
          early.push(wordsEarly(said, Math.floor(arrivedMs - waitingMs), arrivedMs, pace));
        }
        pace.learn(said.answer, said.totalMs);
      }
    }
    const { median } = told("audio still coming", early);
    expect(median).toBeLessThanOrEqual(1);
    expect(early.filter((words) => words > 3).length).toBeLessThan(early.length / 20);
  });
});

/** Prints what came out, and expects of all cuts that no word was told that had not begun. */
function told(what: string, early: readonly number[]): { median: number; max: number } {
  const sorted = early.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)]!;
  const max = sorted.at(-1)!;
  console.log(
    `heard text, ${what}, seed ${SEED}: ${ALL.length} answers, ${early.length} cuts, words early: ` +
      `median ${median}, max ${max}, latest ${sorted[0]}, histogram ${JSON.stringify(histogram(early))}`,
  );
  // A word that is told as heard must at least have begun: the one before it has ended. ...
  expect(sorted[0]).toBeGreaterThanOrEqual(-1);
  // ... And hardly ever one that had not ended.
  expect(early.filter((words) => words < 0).length).toBeLessThan(early.length / 100);
  return { median, max };
}

function histogram(values: readonly number[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
