// Word error and intent accuracy of sentences, typed and spoken.

import type { Decision } from "../../src/local-model/brain.ts";
import { RuleBrain } from "../../src/local-model/brain/rule-brain.ts";
import type { Recogniser } from "../../src/local-model/hearing/recogniser.ts";
import type { Case, Suite } from "./case.ts";
import { outcomeOf, wordErrors } from "./scoring.ts";
import type { Outcome } from "./scoring.ts";

export interface Result {
  readonly of: Case;
  /** What the brain was given. */
  readonly text: string;
  readonly outcome: Outcome;
  readonly decision: Decision;
  readonly errors: number;
  readonly words: number;
}

/** Days like "tomorrow" are counted from this Wednesday. */
const brain = new RuleBrain(() => new Date("2026-03-04T12:00:00"));

export function typed(suite: Suite): Result[] {
  return suite.cases.map((each) => resultOf(suite, each, each.say));
}

export function spoken(
  suite: Suite,
  recogniser: Recogniser,
  sampleOf: (sentence: string) => Int16Array,
): Result[] {
  const vocabulary = brain.vocabulary(suite.tools, []);
  return suite.cases.map((each) =>
    resultOf(suite, each, recogniser.recognise(sampleOf(each.say), vocabulary)),
  );
}

function resultOf(suite: Suite, of: Case, text: string): Result {
  const decision = brain.decide({
    tools: suite.tools,
    toolChoice: "auto",
    responseInstructions: undefined,
    memories: [{ kind: "said", by: "user", text }],
  });
  return { of, text, decision, outcome: outcomeOf(of, decision), ...wordErrors(of.say, text) };
}

export function share(results: readonly Result[], ...outcomes: readonly Outcome[]): number {
  return results.filter((result) => outcomes.includes(result.outcome)).length / Math.max(1, results.length);
}

export function wordErrorRate(results: readonly Result[]): number {
  const total = (of: (result: Result) => number): number => results.reduce((sum, each) => sum + of(each), 0);
  return (
    total((each) => each.errors) /
    Math.max(
      1,
      total((each) => each.words),
    )
  );
}
