// From an utterance to what it asks for: tools with their arguments, a question back, small talk, or nothing.
// Pure: the same words after the same conversation always mean the same.

import { UNKNOWN_WORDS } from "../hearing.ts";
import { fill } from "./fill.ts";
import { byKeywords } from "./keywords.ts";
import { literalWords, matchPattern } from "./pattern.ts";
import type { Arguments } from "./pattern.ts";
import type { ToolPlan } from "./plan.ts";
import type { Recollection } from "./recollect.ts";
import { revise } from "./revise.ts";
import type { Request } from "./revise.ts";
import { nearSmallTalk, smallTalk } from "./small-talk.ts";
import type { Topic as SmallTalk } from "./small-talk.ts";
import type { Slot } from "./slots/slot.ts";
import { between, marked, tokens } from "./tokens.ts";
import type { Token } from "./tokens.ts";
import { QUESTION_WORDS } from "./topics.ts";
import { core, phrase } from "./utterance.ts";

/** A question the brain asked: the tool it wants to call and what it has for it. */
export interface OpenQuestion extends Request {
  readonly kind: "ask";
  readonly slot: Slot;
}

export type Meaning =
  | OpenQuestion
  | { readonly kind: "call"; readonly requests: readonly Request[] }
  | { readonly kind: "chat"; readonly topic: SmallTalk }
  | { readonly kind: "recollection"; readonly answer: string }
  | { readonly kind: "dropped" }
  | { readonly kind: "unknown"; readonly heardSomething: boolean };

/** What was going on when the utterance was made. */
export interface Situation {
  readonly open: OpenQuestion | undefined;
  /** What was called lately, the latest first, for "and in Paris?". */
  readonly recent: readonly Request[];
  /** What the conversation holds about it. */
  recollect(list: readonly Token[]): Recollection | undefined;
}

/** An answer to a question may be this long and still be no new request. */
const MAX_ANSWER_WORDS = 8;
/** "In Tokyo, Paris and Rome" becomes one call per place, up to this many. */
const MAX_REQUESTS = 4;
/** A second request inside what could be free text must be this plain: so many words of a written sentence. */
const PLAIN_WORDS = 3;

const DROPPING = /^(?:never ?mind|forget (?:it|about it)|cancel(?: that)?|stop|nothing|leave it)$/;

export function understand(text: string, plans: readonly ToolPlan[], situation: Situation): Meaning {
  // Unknown stretches have no words, but they stay marked in whatever is copied from the text.
  const all = tokens(text);
  const list = core(all);
  const { open, recent } = situation;
  const heardSomething = text.trim() !== "";
  if (all.length === 0) return { kind: "unknown", heardSomething };
  if (open && DROPPING.test(phrase(list))) return { kind: "dropped" };
  const isInPart = text.includes(UNKNOWN_WORDS);
  const several = severalRequests(text, all, plans, isInPart);
  const exact = byPattern(text, all, list, plans);
  if (several && !(exact && exact.hasText && !several.isPlain)) {
    return { kind: "call", requests: several.requests };
  }
  if (exact) return finished(exact);
  const told = situation.recollect(all) ?? situation.recollect(list);
  if (open) {
    const answer = answerTo(open, text, list);
    if (answer) return finished({ plan: open.plan, arguments: { ...open.arguments, ...answer } });
  }
  const chat = smallTalk(phrase(list)) ?? smallTalk(phrase(all));
  if (chat) return { kind: "chat", topic: chat };
  if (told?.isSure) return { kind: "recollection", answer: told.answer };
  const revised = firstOf(open ? [open, ...recent] : recent, (request) => revise(text, all, request));
  if (revised) return finished(revised);
  const loose = byKeywords(text, list, plans, isInPart);
  if (loose) return finished(loose);
  if (told) return { kind: "recollection", answer: told.answer };
  const near = nearSmallTalk(phrase(list));
  return near ? { kind: "chat", topic: near } : { kind: "unknown", heardSomething };
}

function firstOf<From, To>(list: readonly From[], find: (each: From) => To | undefined): To | undefined {
  for (const each of list) {
    const found = find(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Calls the tool if nothing required is missing, else asks for the first thing that is. */
function finished(request: Request): Meaning {
  const slot = missingIn(request);
  return slot ? { ...request, kind: "ask", slot } : { kind: "call", requests: [request] };
}

function missingIn({ plan, arguments: found }: Request): Slot | undefined {
  return plan.slots.find((each) => each.required && !(each.name in found));
}

interface Exact extends Request {
  readonly points: number;
  /** It has free text, which may have swallowed anything. */
  readonly hasText: boolean;
}

function byPattern(
  text: string,
  all: readonly Token[],
  list: readonly Token[],
  plans: readonly ToolPlan[],
): Exact | undefined {
  let best: Exact | undefined;
  for (const plan of plans) {
    for (const pattern of plan.patterns) {
      const points = literalWords(pattern);
      // A hole for anything is no evidence.
      if (points === 0 || (best && points <= best.points)) continue;
      const found = matchPattern(pattern, text, list) ?? matchPattern(pattern, text, all);
      const hasText = pattern.parts.some((part) => typeof part !== "string" && part.kind === "text");
      if (found) best = { plan, arguments: found, points, hasText };
    }
  }
  return best;
}

interface Several {
  readonly requests: readonly Request[];
  /** The later ones are plain sentences that nobody would write into a note. */
  readonly isPlain: boolean;
}

/** "What time is it in Tokyo and what is the weather in Paris": each part must be a whole request. */
function severalRequests(
  text: string,
  list: readonly Token[],
  plans: readonly ToolPlan[],
  isInPart: boolean,
): Several | undefined {
  for (const [index, token] of list.entries()) {
    const isAnd = token.word === "and" || token.word === "then";
    const gap = index > 0 ? text.slice(list[index - 1]!.end, token.start) : "";
    if (index === 0 || !(isAnd || gap.includes(","))) continue;
    const first = complete(text, list.slice(0, index), plans, undefined, isInPart);
    if (!first) continue;
    const rest = further(text, list.slice(isAnd ? index + 1 : index), plans, first.request, isInPart);
    if (!rest) continue;
    const requests = distinct([first.request, ...rest.requests]);
    if (requests.length > 1) return { requests: requests.slice(0, MAX_REQUESTS), isPlain: rest.isPlain };
  }
  return undefined;
}

function further(
  text: string,
  list: readonly Token[],
  plans: readonly ToolPlan[],
  last: Request,
  isInPart: boolean,
): Several | undefined {
  const whole = complete(text, list, plans, last, isInPart);
  const parts = whole?.isPlain ? undefined : severalRequests(text, list, plans, isInPart);
  if (parts) return parts;
  if (whole) return { requests: [whole.request], isPlain: whole.isPlain };
  // "Tokyo, Paris and Rome": values one after the other.
  const and = list.findIndex((token) => token.word === "and");
  const [here, there] = [list.slice(0, and), list.slice(and + 1)];
  const one = and > 0 ? revise(text, here, last) : undefined;
  const rest = one && further(text, there, plans, one, isInPart);
  return rest ? { requests: [one, ...rest.requests], isPlain: rest.isPlain } : undefined;
}

function complete(
  text: string,
  part: readonly Token[],
  plans: readonly ToolPlan[],
  last: Request | undefined,
  isInPart: boolean,
): { readonly request: Request; readonly isPlain: boolean } | undefined {
  const list = core(part);
  const exact = byPattern(text, part, list, plans);
  const request =
    exact ?? (last && revise(text, list, last)) ?? byKeywords(text, list, plans, isInPart) ?? undefined;
  if (!request || missingIn(request)) return undefined;
  const isPlain = exact !== undefined && !exact.hasText && exact.points >= PLAIN_WORDS;
  return { request, isPlain };
}

function distinct(requests: readonly Request[]): Request[] {
  const seen = new Set<string>();
  return requests.filter(({ plan, arguments: found }) => {
    const key = `${plan.tool.name} ${JSON.stringify(Object.entries(found).toSorted())}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

/** A short utterance after a question is its answer: "Paris", "in Paris please", "the large one". */
function answerTo(open: OpenQuestion, text: string, list: readonly Token[]): Arguments | undefined {
  const { slot } = open;
  if (slot.kind === "text") {
    return list.length > 0 ? { [slot.name]: marked(text, list, 0, list.length) } : undefined;
  }
  if (list.length > MAX_ANSWER_WORDS) return undefined;
  const more = fill(open.plan, text, list).arguments;
  if (slot.name in more) return more;
  const lead = slot.leads.includes(list[0]?.word ?? "") ? 1 : 0;
  const unlisted = slot.kind === "place" || slot.kind === "person";
  const isStatement = !QUESTION_WORDS.has(list[0]?.word ?? "");
  if (unlisted && isStatement && list.length - lead <= 3 && list.length > lead) {
    return { [slot.name]: between(text, list, lead, list.length) };
  }
  return undefined;
}
