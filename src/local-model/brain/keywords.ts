// Which tool an utterance is for when no written sentence fits: its words are held against the tools' own.

import { fill } from "./fill.ts";
import type { ToolPlan } from "./plan.ts";
import type { Request } from "./revise.ts";
import { stem } from "./tokens.ts";
import type { Token } from "./tokens.ts";
import { QUESTION_WORDS, READING_VERBS, STOP_WORDS } from "./topics.ts";

/** Below this the keywords of an utterance are taken for chance. */
const LEAST_POINTS = 2.5;
/** A tool is named by a word of its name or a synonym; without one, every argument it needs must be there. */
const NAMING_POINTS = 2.5;
/** At least this part of the words that matter must point at the tool. */
const LEAST_COVERAGE = 0.3;
/** More is asked of an utterance with stretches that nobody understood. */
const LEAST_COVERAGE_IN_PART = 0.6;
const SLOT_POINTS = 1;
/** A choice is a word the tool's author listed, so it points at the tool as a keyword does. */
const CHOICE_POINTS = 1.5;
const MANNER_POINTS = 1.5;

export function byKeywords(
  text: string,
  list: readonly Token[],
  plans: readonly ToolPlan[],
  isInPart: boolean,
): Request | undefined {
  const stems = new Set(list.filter((token) => !STOP_WORDS.has(token.word)).map((token) => stem(token.word)));
  const first = list[0]?.word ?? "";
  const asks = QUESTION_WORDS.has(first) || READING_VERBS.has(first);
  let best: (Request & { readonly points: number }) | undefined;
  for (const plan of plans) {
    const found = fill(plan, text, list);
    let points = 0;
    let covered = found.taken.size;
    let strongest = 0;
    for (const word of stems) {
      const value = plan.keywords.get(word) ?? 0;
      points += value;
      strongest = Math.max(strongest, value);
      if (value > 0) covered++;
    }
    const choices = found.typed.filter((slot) => slot.kind === "choice").length;
    const evidence = points + CHOICE_POINTS * choices;
    points = evidence + SLOT_POINTS * found.typed.length;
    if (plan.manner) points += (plan.manner === "reads") === asks ? MANNER_POINTS / 3 : -MANNER_POINTS;
    const isComplete = plan.slots.every((slot) => !slot.required || slot.name in found.arguments);
    const isNamed = strongest >= NAMING_POINTS || (isComplete && choices > 0);
    const least = isInPart ? LEAST_COVERAGE_IN_PART : LEAST_COVERAGE;
    const isClear =
      isNamed &&
      evidence >= LEAST_POINTS - SLOT_POINTS &&
      points >= LEAST_POINTS &&
      covered / Math.max(1, stems.size) >= least;
    if (isClear && (!best || points > best.points)) best = { plan, arguments: found.arguments, points };
  }
  return best;
}
