// Sentences with holes: matching an utterance against one, and writing one down for the speech grammar.

import { scanPatternSource } from "./pattern-source.ts";
import type { Slot } from "./slots/slot.ts";
import { between, marked } from "./tokens.ts";
import type { Token } from "./tokens.ts";

export interface Pattern {
  readonly parts: readonly (string | Slot)[];
  /** How likely speech is to use it; the tool's own examples weigh more than what was inferred. */
  readonly weight: number;
}

export type Arguments = Readonly<Record<string, unknown>>;

/** A place or person nobody listed may be this many words when it ends the sentence. */
const MAX_UNLISTED_WORDS = 4;

/**
 * Reads "what time is it in {place}" for a tool with these slots: a hole is a slot's name or a kind of slot. Undefined
 * when the tool lacks one of them.
 */
export function patternFrom(sentence: string, slots: readonly Slot[], weight: number): Pattern | undefined {
  const parts: (string | Slot)[] = [];
  for (const part of scanPatternSource(sentence)) {
    if (part.slot === undefined) parts.push(part.word);
    else {
      const free = slots.filter((each) => !parts.includes(each));
      const slot =
        free.find((each) => each.name === part.slot) ?? free.find((each) => each.kind === part.slot);
      if (!slot) return undefined;
      parts.push(slot);
    }
  }
  return { parts, weight };
}

/** The arguments if the whole utterance is this sentence. */
export function matchPattern(pattern: Pattern, text: string, list: readonly Token[]): Arguments | undefined {
  const step = (part: number, at: number): Arguments | undefined => {
    const wanted = pattern.parts[part];
    if (wanted === undefined) return at === list.length ? {} : undefined;
    if (typeof wanted === "string") return list[at]?.word === wanted ? step(part + 1, at + 1) : undefined;
    for (const found of candidates(wanted, text, list, at, part === pattern.parts.length - 1)) {
      const rest = step(part + 1, found.to);
      if (rest) return { [wanted.name]: found.value, ...rest };
    }
    return undefined;
  };
  return step(0, 0);
}

function* candidates(
  slot: Slot,
  text: string,
  list: readonly Token[],
  at: number,
  isLast: boolean,
): Generator<{ readonly value: unknown; readonly to: number }> {
  if (at >= list.length) return;
  if (slot.kind === "text") {
    if (isLast) yield { value: marked(text, list, at, list.length), to: list.length };
    else for (let to = at + 1; to <= list.length; to++) yield { value: marked(text, list, at, to), to };
    return;
  }
  const rest = list.slice(at);
  const listed = slot.find(rest);
  const found = listed.find((each) => each.from === 0);
  if (found) yield { value: found.value, to: at + found.to };
  // "Under the name Daniel" is not a name when Daniel is one.
  if (listed.length > 0) return;
  const unlisted = slot.kind === "place" || slot.kind === "person";
  if (unlisted && isLast && rest.length <= MAX_UNLISTED_WORDS) {
    yield { value: between(text, list, at, list.length), to: list.length };
  }
}

/** Words said literally: the more, the surer the match. */
export function literalWords(pattern: Pattern): number {
  return pattern.parts.filter((part) => typeof part === "string").length;
}

/** "what time is it in {place}", with the class names of the grammar. */
export function templateOf(pattern: Pattern): string {
  return pattern.parts.map((part) => (typeof part === "string" ? part : `{${part.className}}`)).join(" ");
}
