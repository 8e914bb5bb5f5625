// Where the free text of a request lies that no written sentence covers: "add bread to my shopping list" is about
// bread.

import type { ToolPlan } from "./plan.ts";
import type { Slot } from "./slots/slot.ts";
import { between, nameWords, stem } from "./tokens.ts";
import type { Token } from "./tokens.ts";
import { QUESTION_WORDS } from "./topics.ts";

/** From this many points on, a keyword names the tool and is not part of what it is told. */
const NAMING_POINTS = 2.5;
/** Verbs that put something somewhere, whatever the tool is called. */
const PUTTING = new Set(
  "add put write place enter save store keep send make create take get do let leave new".split(" "),
);
const DETERMINERS = new Set("a an the my our this that some".split(" "));
const FILLERS = new Set("me us down up for to in on that about saying".split(" "));
/** What stands behind these words is the text, whatever comes before. */
const MARKERS = new Set("saying says called titled named reading".split(" "));
const PREPOSITIONS = new Set("to on in into onto from at of with".split(" "));

export function looseText(
  plan: ToolPlan,
  text: string,
  list: readonly Token[],
  slot: Slot,
  taken: ReadonlySet<number>,
): string | undefined {
  if (QUESTION_WORDS.has(list[0]?.word ?? "") && plan.manner === "writes") return undefined;
  const names = (token: Token | undefined): boolean =>
    token !== undefined && (plan.keywords.get(stem(token.word)) ?? 0) >= NAMING_POINTS;
  const own = new Set(nameWords(plan.tool.name).map(stem));
  const isOwn = (token: Token | undefined): boolean =>
    token !== undefined && (names(token) || own.has(stem(token.word)));
  const to = withoutTail(list, isOwn);
  const marker = list.findIndex((token, index) => index < to && MARKERS.has(token.word));
  if (marker > 0 && marker + 1 < to) return between(text, list, marker + 1, to);
  const verb = list.findIndex((token, index) => names(token) || (index === 0 && PUTTING.has(token.word)));
  if (verb < 0) return undefined;
  let from = verb + 1;
  for (; from < to; from++) {
    const { word } = list[from]!;
    const isWrapping =
      taken.has(from) ||
      isOwn(list[from]) ||
      FILLERS.has(word) ||
      slot.leads.includes(word) ||
      // A determiner belongs to the text unless it belongs to the tool's own name: "a task".
      (DETERMINERS.has(word) && isOwn(list[from + 1]));
    if (!isWrapping) break;
    // One word leads into the text: "that that" begins a sentence of its own.
    if (word === "that") {
      from++;
      break;
    }
  }
  return from < to ? between(text, list, from, to) : undefined;
}

/** Leaves "to my shopping list" off the end: a preposition, then nothing but the tool's own name. */
function withoutTail(list: readonly Token[], names: (token: Token) => boolean): number {
  let at = list.length;
  while (at > 0 && names(list[at - 1]!)) at--;
  if (at === list.length) return list.length;
  if (DETERMINERS.has(list[at - 1]?.word ?? "")) at--;
  return at > 1 && PREPOSITIONS.has(list[at - 1]?.word ?? "") ? at - 1 : list.length;
}
