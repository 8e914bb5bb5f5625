// How well the local model hears, understands and speaks: word error and intent accuracy over sentences in several
// voices, how often a sentence about nothing runs a tool, and how long the first sound takes.
// `bench/README.md` says how to read the numbers.

import { parseArgs } from "node:util";
import { agent } from "../src/agent.ts";
import { Recogniser } from "../src/local-model/hearing/recogniser.ts";
import { ToolRegistry } from "../src/tools/registry.ts";
import { share, spoken, typed, wordErrorRate } from "./speech/accuracy.ts";
import type { Result } from "./speech/accuracy.ts";
import type { Case, Suite } from "./speech/case.ts";
import { developmentTools } from "./speech/development-tools.ts";
import { developmentOutside, developmentSeen, developmentUnseen } from "./speech/development.ts";
import { heldOutTools } from "./speech/held-out-tools.ts";
import { heldOutOutside, heldOutSeen, heldOutUnseen } from "./speech/held-out.ts";
import { measureFirstAudio } from "./speech/first-audio.ts";
import { recordedAnswers, recordedOutside } from "./speech/recordings.ts";
import { sampleOf } from "./speech/speech-samples.ts";

const { values } = parseArgs({
  options: {
    halves: { type: "string", default: "development,held-out" },
    voices: { type: "string", default: "slt,awb,kal16,rms" },
    noise: { type: "string", default: "none,20" },
    /** A folder of recordings; see `bench/speech/recordings.ts`. */
    recordings: { type: "string" },
    wrong: { type: "boolean", default: false },
  },
});

const sampleTools = new ToolRegistry(agent.tools).describe();
const none = (sentences: readonly string[]): Case[] => sentences.map((say) => ({ say, calls: [] }));
const half = (
  seen: readonly Case[],
  tools: Suite["tools"],
  unseen: readonly Case[],
  outside: readonly string[],
): Suite[] => [
  { name: "sample tools", tools: sampleTools, cases: seen },
  { name: "unseen tools", tools, cases: unseen },
  { name: "outside, sample tools", tools: sampleTools, cases: none(outside) },
  { name: "outside, unseen tools", tools, cases: none(outside) },
];
const HALVES: Readonly<Record<string, readonly Suite[]>> = {
  development: half(developmentSeen, developmentTools, developmentUnseen, developmentOutside),
  "held-out": half(heldOutSeen, heldOutTools, heldOutUnseen, heldOutOutside),
};

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
console.log("| voice | first sound of an answer, median | 95 % | measured |\n|---|---|---|---|");
for (const voice of values.voices.split(",").filter(Boolean)) {
  const { medianMs, p95Ms, count } = await measureFirstAudio(voice);
  console.log(`| ${voice} | ${medianMs.toFixed(0)} ms | ${p95Ms.toFixed(0)} ms | ${count} |`);
}

const recogniser = await Recogniser.load();

for (const name of values.halves.split(",")) {
  const suites = HALVES[name] ?? [];
  const isShown = name === "development";
  console.log(`\n${name}: ${suites.map((suite) => `${suite.cases.length} ${suite.name}`).join(", ")}\n`);
  console.log(
    "| input | sentences | word error | right tool and arguments | right tool | asked back | a tool ran |\n|---|---|---|---|---|---|---|",
  );
  for (const suite of suites) report("typed", suite, typed(suite), isShown);
  for (const noise of values.noise.split(",")) {
    for (const voice of values.voices.split(",").filter(Boolean)) {
      const belowDb = noise === "none" ? Number.POSITIVE_INFINITY : Number(noise);
      for (const suite of suites) {
        const results = spoken(suite, recogniser, (text) => sampleOf(text, voice, belowDb));
        report(noise === "none" ? voice : `${voice}, noise at ${noise} dB`, suite, results, isShown);
      }
    }
  }
}

if (values.recordings !== undefined) {
  const answers = recordedAnswers(values.recordings, developmentTools, recogniser);
  console.log(`\nhuman voice: ${answers.right} of ${answers.count} one-word answers right`);
  if (values.wrong) console.log(answers.wrong.map((line) => `    ${line}`).join("\n"));
  for (const [name, tools] of [
    ["sample", sampleTools],
    ["unseen", developmentTools],
  ] as const) {
    const { right, count } = recordedOutside(values.recordings, tools, recogniser);
    console.log(
      `human voice: ${count - right} of ${count} prompts about nothing ran one of the ${name} tools`,
    );
  }
}

function report(input: string, suite: Suite, results: readonly Result[], isShown: boolean): void {
  const isOutside = suite.cases.every((each) => each.calls.length === 0);
  const cells = isOutside
    ? ["", "", "", percent(share(results, "asked")), percent(share(results, "tool", "exact", "other-tool"))]
    : [
        percent(wordErrorRate(results)),
        percent(share(results, "exact")),
        percent(share(results, "exact", "tool")),
        percent(share(results, "asked")),
        "",
      ];
  console.log(`| ${input} | ${suite.name} | ${cells.join(" | ")} |`);
  // Of the held-out half only numbers are shown: what is read is soon tuned to.
  if (!values.wrong || !isShown) return;
  for (const { of, text, outcome, decision } of results) {
    const isWrong = isOutside ? decision.kind === "call" : outcome !== "exact";
    if (!isWrong && !(isOutside && outcome === "asked")) continue;
    const answer = decision.kind === "call" ? JSON.stringify(decision.calls) : decision.text;
    console.log(`    ${outcome}: ${of.say}\n      ${text === of.say ? "" : `heard: ${text} `}-> ${answer}`);
  }
}
