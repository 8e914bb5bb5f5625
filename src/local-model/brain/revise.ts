// Short utterances that lean on the last request: "no, Paris", "make that three", "and tomorrow?", "what about Rome".

import { fillTyped, range } from "./fill.ts";
import type { Arguments } from "./pattern.ts";
import type { ToolPlan } from "./plan.ts";
import type { SlotKind } from "./slots/slot.ts";
import { between } from "./tokens.ts";
import type { Token } from "./tokens.ts";
import { STOP_WORDS } from "./topics.ts";
import { phrase } from "./utterance.ts";

/** A tool and what it was, or would be, called with. */
export interface Request {
  readonly plan: ToolPlan;
  readonly arguments: Arguments;
}

const CORRECTING =
  /^(?:(?:no|nope|oh|sorry|wait|actually|rather|but|well|i am sorry|excuse me|correction) )*(?:(?:no|nope|sorry|wait|actually|rather|correction|i mean|i meant|i said|we said|make (?:it|that)|change (?:it|that) to|it is|it should be|better|not that) )/;
const FOLLOWING =
  /^(?:(?:okay|ok|great|thanks|thank you) )?(?:and what about|and how about|what about|how about|what is it|the same for|same for|and|then) /;
/** Only these may stand alone, without a word that says what they are for. */
const ALONE = new Set<SlotKind>(["place", "day", "person"]);
const CLOSING = new Set(["please", "instead", "rather", "then", "now", "thanks"]);
/** A place or person nobody listed may be this many words. */
const MAX_UNLISTED_WORDS = 3;

/** Openings that a recogniser should expect before a value. */
export const REVISING_WORDS: readonly string[] = [
  "no",
  "i mean",
  "i meant",
  "make that",
  "make it",
  "what about",
  "how about",
  "and",
];

/** The last request with what the user changes in it; undefined when this is something else. */
export function revise(text: string, list: readonly Token[], last: Request): Request | undefined {
  const said = `${phrase(list)} `;
  const correction = CORRECTING.exec(said)?.[0];
  const opening = (correction ?? FOLLOWING.exec(said)?.[0])?.trim();
  const isOpened = opening !== undefined;
  const rest = withoutRejected(list.slice(isOpened ? opening.split(" ").length : 0), last.plan);
  if (rest.length === 0) return undefined;
  const { arguments: found, typed, taken } = fillTyped(last.plan, rest);
  const isAllowed = (kind: SlotKind): boolean => isOpened || ALONE.has(kind);
  if (typed.length > 0 && typed.every((slot) => isAllowed(slot.kind)) && isCovered(rest, taken)) {
    return { plan: last.plan, arguments: { ...last.arguments, ...found } };
  }
  return isOpened && typed.length === 0
    ? withUnlisted(text, rest, last, correction !== undefined)
    : undefined;
}

/** "Not Tokyo, Paris" and "Paris, not Tokyo" both mean Paris. */
function withoutRejected(list: readonly Token[], plan: ToolPlan): readonly Token[] {
  const not = list.findIndex((token) => token.word === "not");
  if (not < 0) return list;
  if (not > 0) return list.slice(0, not);
  const rejected = fillTyped(plan, list.slice(1)).taken;
  return list.slice(1 + Math.max(0, rejected.size > 0 ? firstRun(rejected) : 0));
}

/** Where the first stretch of taken words ends. */
function firstRun(taken: ReadonlySet<number>): number {
  let at = Math.min(...taken);
  while (taken.has(at)) at++;
  // Two values side by side are one stretch here; the first word of it is the rejected one.
  return at === taken.size && taken.size > 1 ? 1 : at;
}

/** Nothing but values and small words: "and in Paris on Friday please". */
function isCovered(list: readonly Token[], taken: ReadonlySet<number>): boolean {
  return range(0, list.length).every(
    (index) => taken.has(index) || STOP_WORDS.has(list[index]!.word) || CLOSING.has(list[index]!.word),
  );
}

/** A value no list holds, where the request has one place for it. */
function withUnlisted(
  text: string,
  list: readonly Token[],
  last: Request,
  isCorrection: boolean,
): Request | undefined {
  const end = CLOSING.has(list.at(-1)!.word) ? list.length - 1 : list.length;
  const slot =
    last.plan.slots.find(({ kind }) => kind === "place" || kind === "person") ??
    // "And in Rome?" is no new text for a note; "I meant buy milk" is.
    (isCorrection ? last.plan.slots.find(({ kind }) => kind === "text") : undefined);
  if (!slot) return undefined;
  const from = slot.leads.includes(list[0]!.word) ? 1 : 0;
  const isShort = end - from <= MAX_UNLISTED_WORDS || slot.kind === "text";
  const isValue = end > from && !list.slice(from, end).every((token) => STOP_WORDS.has(token.word));
  // Without capitals any word could be a place; one already known as a small word is none.
  const isName = slot.kind === "text" || !list.slice(from, end).some((token) => STOP_WORDS.has(token.word));
  if (!isShort || !isValue || !isName) return undefined;
  return { plan: last.plan, arguments: { ...last.arguments, [slot.name]: between(text, list, from, end) } };
}
