// How right an answer is: word error, and whether the calls are those that were wanted.

import type { Decision } from "../../src/local-model/brain.ts";
import { wordsOf } from "../../src/local-model/brain/tokens.ts";
import { UNKNOWN_WORDS } from "../../src/local-model/hearing.ts";
import type { Case } from "./case.ts";

export interface WordErrors {
  readonly errors: number;
  readonly words: number;
}

/** Words substituted, left out or put in. An unknown stretch counts as one wrong word. */
export function wordErrors(wanted: string, heard: string): WordErrors {
  const reference = wordsOf(wanted);
  const words = wordsOf(heard.replaceAll(UNKNOWN_WORDS, " unknown "));
  let row = words.map((_, index) => index + 1);
  row.unshift(0);
  for (const [index, word] of reference.entries()) {
    const next = [index + 1];
    for (const [at, other] of words.entries()) {
      next.push(Math.min(row[at]! + (word === other ? 0 : 1), row[at + 1]! + 1, next[at]! + 1));
    }
    row = next;
  }
  return { errors: row.at(-1)!, words: reference.length };
}

/** "tool" when the right tools were called with wrong arguments. */
export type Outcome = "exact" | "tool" | "other-tool" | "asked" | "nothing";

export function outcomeOf({ calls }: Case, decision: Decision): Outcome {
  if (decision.kind === "say") {
    return /^(?:which|what|who|how many|for which|at what|.*: yes or no\?)/i.test(decision.text)
      ? "asked"
      : "nothing";
  }
  const sameTools =
    calls.length === decision.calls.length &&
    calls.every((call, index) => call.name === decision.calls[index]?.name);
  if (!sameTools) return "other-tool";
  const isExact = calls.every(
    (call, index) => folded(call.arguments) === folded(decision.calls[index]!.arguments),
  );
  return isExact ? "exact" : "tool";
}

/** Arguments in one order, texts without case and punctuation. */
function folded(args: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(args).map(([name, value]): [string, unknown] => [
    name,
    typeof value === "string" ? wordsOf(value).join(" ") || value : value,
  ]);
  return JSON.stringify(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
