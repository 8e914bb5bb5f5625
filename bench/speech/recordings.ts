// A human voice: the prompts of Debian's `asterisk-core-sounds-en-wav` (Allison Smith, CC BY-SA 3.0, 8 kHz), which
// are not part of this repository. Numbers and days are answers to a question; whole prompts are about nothing.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SAMPLE_RATE_HZ } from "../../src/audio/format.ts";
import { writeFloat, writeInt16 } from "../../src/audio/pcm16.ts";
import type { BrainTool, Decision, Memory } from "../../src/local-model/brain.ts";
import { RuleBrain } from "../../src/local-model/brain/rule-brain.ts";
import type { Recogniser } from "../../src/local-model/hearing/recogniser.ts";
import { numberWords } from "../../src/local-model/number-words.ts";
import { resample } from "../../src/local-model/resampler.ts";
import { inRoom } from "./speech-samples.ts";

const DAYS = "sunday monday tuesday wednesday thursday friday saturday".split(" ");
const NUMBERS = [...Array.from({ length: 20 }, (_, value) => value), 20, 30, 40, 50, 60, 70, 80, 90];
/** Shorter prompts are single words; longer ones are read-out menus of many sentences. */
const PROMPT_MS = { shortest: 1_500, longest: 6_000 };
const MAX_PROMPTS = 100;
const HEADER_BYTES = 44;
const RECORDED_HZ = 8_000;

export interface Recorded {
  readonly right: number;
  readonly count: number;
  readonly wrong: readonly string[];
}

const brain = new RuleBrain(() => new Date("2026-03-04T12:00:00"));

/** Single words, each the answer to a question the brain asked before. */
export function recordedAnswers(
  folder: string,
  tools: readonly BrainTool[],
  recogniser: Recogniser,
): Recorded {
  const answers = [
    ...NUMBERS.map((value) => ["Book a table on Friday.", numberWords(value), `${value}.wav`] as const),
    ...DAYS.map((day, index) => ["Book a table for four.", day, `day-${index}.wav`] as const),
    ...["today", "tomorrow"].map((day) => ["Book a table for four.", day, `${day}.wav`] as const),
  ];
  const wrong: string[] = [];
  for (const [request, answer, file] of answers) {
    const asked: Memory[] = [{ kind: "said", by: "user", text: request }];
    const samples = inRoom(readWav(join(folder, "digits", file)), Number.POSITIVE_INFINITY);
    const heard = recogniser.recognise(samples, brain.vocabulary(tools, asked));
    const wanted = decide(tools, [...asked, { kind: "said", by: "user", text: answer }]);
    const found = decide(tools, [...asked, { kind: "said", by: "user", text: heard }]);
    if (JSON.stringify(wanted) !== JSON.stringify(found)) wrong.push(`${answer}: ${heard}`);
  }
  return { right: answers.length - wrong.length, count: answers.length, wrong };
}

/** Whole prompts: `right` are those that ran no tool. */
export function recordedOutside(
  folder: string,
  tools: readonly BrainTool[],
  recogniser: Recogniser,
): Recorded {
  const vocabulary = brain.vocabulary(tools, []);
  const prompts = readdirSync(folder)
    .filter((file) => file.endsWith(".wav"))
    .toSorted()
    .map((file) => ({ file, samples: readWav(join(folder, file)) }))
    .filter(({ samples }) => {
      const ms = (samples.length / SAMPLE_RATE_HZ) * 1000;
      return ms >= PROMPT_MS.shortest && ms <= PROMPT_MS.longest;
    })
    .slice(0, MAX_PROMPTS);
  const wrong = prompts.flatMap(({ file, samples }) => {
    const text = recogniser.recognise(inRoom(samples, Number.POSITIVE_INFINITY), vocabulary);
    return decide(tools, [{ kind: "said", by: "user", text }]).kind === "call" ? [`${file}: ${text}`] : [];
  });
  return { right: prompts.length - wrong.length, count: prompts.length, wrong };
}

function decide(tools: readonly BrainTool[], memories: readonly Memory[]): Decision {
  return brain.decide({ tools, toolChoice: "auto", responseInstructions: undefined, memories });
}

/** Mono PCM16 at 8 kHz, which is what the package has, as 24 kHz. */
function readWav(path: string): Int16Array {
  const file = readFileSync(path);
  const narrow = new Int16Array((file.length - HEADER_BYTES) >> 1);
  for (let index = 0; index < narrow.length; index++) {
    narrow[index] = file.readInt16LE(HEADER_BYTES + 2 * index);
  }
  const floats = new Float32Array(narrow.length);
  writeFloat(narrow, floats);
  const wide = resample(floats, RECORDED_HZ, SAMPLE_RATE_HZ);
  const samples = new Int16Array(wide.length);
  writeInt16(wide, samples);
  return samples;
}
