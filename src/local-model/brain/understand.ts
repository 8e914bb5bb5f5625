// From an utterance to what it asks for: a tool with its arguments, a question back, small talk, or nothing.
// Pure: the same words with the same open question always mean the same.

import { UNKNOWN_WORDS } from "../hearing.ts";
import { nearSmallTalk, smallTalk } from "./small-talk.ts";
import type { Topic as SmallTalk } from "./small-talk.ts";
import { literalWords, matchPattern } from "./pattern.ts";
import type { Arguments } from "./pattern.ts";
import { looseText } from "./plan.ts";
import type { ToolPlan } from "./plan.ts";
import type { Slot } from "./slots/slot.ts";
import { between, stem, tokens } from "./tokens.ts";
import type { Token } from "./tokens.ts";
import { QUESTION_WORDS, STOP_WORDS } from "./topics.ts";

/** A question the brain asked: the tool it wants to call and what it has for it. */
export interface OpenQuestion {
  readonly kind: "ask";
  readonly plan: ToolPlan;
  readonly arguments: Arguments;
  readonly slot: Slot;
}

export type Meaning =
  | OpenQuestion
  | { readonly kind: "call"; readonly plan: ToolPlan; readonly arguments: Arguments }
  | { readonly kind: "chat"; readonly topic: SmallTalk }
  | { readonly kind: "dropped" }
  | { readonly kind: "unknown"; readonly heardSomething: boolean };

/** Below this the keywords of an utterance are taken for chance. */
const LEAST_POINTS = 2.5;
/** At least this part of the words that matter must point at the tool. */
const LEAST_COVERAGE = 0.3;
const SLOT_POINTS = 1;
/** A choice is a word the tool's author listed, so it points at the tool as a keyword does. */
const CHOICE_POINTS = 1.5;
const MANNER_POINTS = 1.5;
/** An answer to a question may be this long and still be no new request. */
const MAX_ANSWER_WORDS = 8;

const OPENINGS =
  /^(?:(?:please|hey|hi|hello|ok|okay|so|well|and|um|uh|er|now|parley|yes|no) |(?:can|could|would|will) you (?:please )?(?:tell me )?|i (?:want|would like|need) (?:you )?to |do you know |tell me )/;
const CLOSINGS = / (?:please|now|right now|for me|thanks|thank you|then)$/;
const DROPPING = /^(?:never ?mind|forget (?:it|about it)|cancel(?: that)?|stop|nothing|leave it)$/;

export function understand(
  text: string,
  plans: readonly ToolPlan[],
  open: OpenQuestion | undefined,
): Meaning {
  const clean = text.replaceAll(UNKNOWN_WORDS, " ");
  const all = tokens(clean);
  const list = core(all);
  const heardSomething = text.trim() !== "";
  if (all.length === 0) return { kind: "unknown", heardSomething };
  if (open && DROPPING.test(phrase(list))) return { kind: "dropped" };
  const exact = byPattern(clean, all, list, plans);
  if (exact) return finished(exact.plan, exact.arguments);
  if (open) {
    const answer = answerTo(open, clean, list);
    if (answer) return finished(open.plan, { ...open.arguments, ...answer });
  }
  const chat = smallTalk(phrase(list)) ?? smallTalk(phrase(all));
  if (chat) return { kind: "chat", topic: chat };
  const loose = byKeywords(clean, list, plans);
  if (loose) return finished(loose.plan, loose.arguments);
  const near = nearSmallTalk(phrase(list));
  return near ? { kind: "chat", topic: near } : { kind: "unknown", heardSomething };
}

interface Match {
  readonly plan: ToolPlan;
  readonly arguments: Arguments;
}

/** Calls the tool if nothing required is missing, else asks for the first thing that is. */
function finished(plan: ToolPlan, found: Arguments): Meaning {
  const slot = plan.slots.find((each) => each.required && !(each.name in found));
  return slot ? { kind: "ask", plan, arguments: found, slot } : { kind: "call", plan, arguments: found };
}

function byPattern(
  text: string,
  all: readonly Token[],
  list: readonly Token[],
  plans: readonly ToolPlan[],
): Match | undefined {
  let best: (Match & { readonly points: number }) | undefined;
  for (const plan of plans) {
    for (const pattern of plan.patterns) {
      const points = literalWords(pattern);
      // One literal word and a hole for anything is no evidence, unless the tool's author wrote it.
      if (points === 0 || (best && points <= best.points)) continue;
      const found = matchPattern(pattern, text, list) ?? matchPattern(pattern, text, all);
      if (found) best = { plan, arguments: found, points };
    }
  }
  return best;
}

function byKeywords(text: string, list: readonly Token[], plans: readonly ToolPlan[]): Match | undefined {
  const stems = new Set(list.filter((token) => !STOP_WORDS.has(token.word)).map((token) => stem(token.word)));
  const asks = QUESTION_WORDS.has(list[0]?.word ?? "");
  let best: (Match & { readonly points: number }) | undefined;
  for (const plan of plans) {
    const found = fill(plan, text, list);
    let points = 0;
    let covered = found.words;
    for (const word of stems) {
      const value = plan.keywords.get(word) ?? 0;
      points += value;
      if (value > 0) covered++;
    }
    points += CHOICE_POINTS * found.choices;
    const strongest = points;
    points += SLOT_POINTS * found.typed;
    if (plan.manner) points += (plan.manner === "reads") === asks ? MANNER_POINTS / 3 : -MANNER_POINTS;
    if (
      strongest < LEAST_POINTS - SLOT_POINTS ||
      points < LEAST_POINTS ||
      covered / Math.max(1, stems.size) < LEAST_COVERAGE
    ) {
      continue;
    }
    if (!best || points > best.points) best = { plan, arguments: found.arguments, points };
  }
  return best;
}

/** Every argument that can be found in the words, each stretch used once. */
function fill(
  plan: ToolPlan,
  text: string,
  list: readonly Token[],
): { arguments: Arguments; typed: number; choices: number; words: number } {
  const taken = new Set<number>();
  const found: Record<string, unknown> = {};
  let typed = 0;
  let choices = 0;
  for (const slot of plan.slots) {
    if (slot.kind === "text") continue;
    const free = slot
      .find(list)
      .filter((each) => !range(each.from, each.to).some((index) => taken.has(index)));
    const led = free.find((each) => slot.leads.includes(list[each.from - 1]?.word ?? ""));
    const chosen = led ?? free[0];
    if (!chosen) continue;
    for (const index of range(chosen.from, chosen.to)) taken.add(index);
    found[slot.name] = chosen.value;
    typed++;
    if (slot.kind === "choice") choices++;
  }
  for (const slot of plan.slots) {
    if (slot.name in found) continue;
    const value =
      slot.kind === "place" && slot.required
        ? unlistedPlace(text, list, slot)
        : slot.kind === "text" && slot.required
          ? looseText(plan, text, list, slot)
          : undefined;
    if (value !== undefined) found[slot.name] = value;
  }
  return { arguments: found, typed, choices, words: taken.size };
}

/** A place nobody listed stands at the end, after "in" or its like. */
function unlistedPlace(text: string, list: readonly Token[], slot: Slot): string | undefined {
  const lead = list.findLastIndex((token) => slot.leads.includes(token.word));
  return lead >= 0 && lead + 1 < list.length && list.length - lead <= 4
    ? between(text, list, lead + 1, list.length)
    : undefined;
}

/** A short utterance after a question is its answer: "Paris", "in Paris please", "the large one". */
function answerTo(open: OpenQuestion, text: string, list: readonly Token[]): Arguments | undefined {
  const { slot } = open;
  if (slot.kind === "text") {
    return list.length > 0 ? { [slot.name]: between(text, list, 0, list.length) } : undefined;
  }
  if (list.length > MAX_ANSWER_WORDS) return undefined;
  const more = fill(open.plan, text, list).arguments;
  if (slot.name in more) return more;
  const lead = slot.leads.includes(list[0]?.word ?? "") ? 1 : 0;
  const unlisted = slot.kind === "place" || slot.kind === "person";
  const isStatement = !QUESTION_WORDS.has(list[0]?.word ?? "");
  if (unlisted && isStatement && list.length - lead <= 3) {
    return { [slot.name]: between(text, list, lead, list.length) };
  }
  return undefined;
}

/** The utterance without "could you please" before and "right now" after it. */
function core(list: readonly Token[]): Token[] {
  let rest = [...list];
  for (let again = true; again;) {
    const said = phrase(rest);
    const opening = OPENINGS.exec(`${said} `)?.[0].trim().split(" ").length ?? 0;
    const closing = CLOSINGS.exec(said)?.[0].trim().split(" ").length ?? 0;
    again = opening + closing > 0 && opening + closing < rest.length;
    if (again) rest = rest.slice(opening, rest.length - closing);
  }
  return rest;
}

function phrase(list: readonly Token[]): string {
  return list.map((token) => token.word).join(" ");
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
