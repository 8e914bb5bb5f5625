// How long the first sound of an answer takes, from the moment its text is there: one clause through the speaking
// thread, the others behind it.

import { FliteVoice } from "../../src/local-model/voice/flite-voice.ts";
import { clauses } from "../../src/local-model/voice/clauses.ts";

/** Answers as tools and the brain give them: short and long, with numbers, names and lists. */
const ANSWERS: readonly string[] = [
  "It is 9:42 PM in Tokyo.",
  "In Lisbon it is 21 degrees Celsius with a few clouds.",
  "I will remember: my car is on level three.",
  "You asked me to remember: my car is on level three; the code is four two; milk and bread.",
  "Hello! How can I help you?",
  "Sorry, that did not work. No table is free.",
  "Which size: small, medium or large?",
  "The package is in Hamburg and will be delivered on Thursday between nine and eleven in the morning.",
  "Your table for four people is booked for Friday the sixth of March at half past seven in the evening.",
  "There are three flights from London to Rome on Saturday, the first of which leaves at six fifteen in the morning, costs eighty nine euros, and arrives at a quarter to ten.",
];
const ROUNDS = 3;

export interface FirstAudio {
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly count: number;
}

/** Speaks every answer a few times, one after the other, in this voice. */
export async function measureFirstAudio(name: string): Promise<FirstAudio> {
  const voice = new FliteVoice();
  await voice.load();
  // The first run of a voice touches its data; a server has long done so.
  await firstPieceMs(voice, "Ready.", name);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const answer of ANSWERS) times.push(await firstPieceMs(voice, answer, name));
  }
  await voice.close();
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
  return { medianMs: at(0.5), p95Ms: at(0.95), count: times.length };
}

async function firstPieceMs(voice: FliteVoice, text: string, name: string): Promise<number> {
  const from = performance.now();
  for await (const _ of voice.speak({ text: clauses(text)[0] ?? "", voice: name, speed: 1 })) break;
  return performance.now() - from;
}
