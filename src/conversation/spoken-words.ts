// Words as people say them, for two questions about a turn that was said over the agent: is it only what a listener
// says (mm-hm), and is it the agent's own voice come back through the microphone? Pure.

import { isSpaceless, wordsOf } from "./words-of.ts";

/** Fewer words than this in common may be chance: "it is", "in Tokyo". An echo that stops the agent is hardly longer. */
export const ECHO_MIN_WORDS = 3;
/** So much of the turn must be the agent's words, in their order; a microphone loses and garbles some of them. */
export const ECHO_SHARE = 0.7;
/** Longest text that is compared, in words: of a longer one the end counts, which was played last. */
const MAX_COMPARED_WORDS = 400;
/** A mark is a vowel in the writings of India and Thailand; elsewhere it is an accent, and may be left out. */
const NOT_SPOKEN = /(?![\p{L}\p{N}])(?:\P{M}|[\p{Script=Inherited}\p{Script=Arabic}\p{Script=Hebrew}])/gu;

let segmenter: Intl.Segmenter | undefined;

/**
 * Lower case, without punctuation: "Mm-hm," is `mmhm`. Where the writing has no spaces between words, they are those
 * of the runtime's dictionaries.
 */
export function spokenWords(text: string): string[] {
  return text
    .normalize("NFC")
    .toLowerCase()
    .split(/\s+/)
    .flatMap((word) => (isSpaceless(word) ? segments(word) : word))
    .map((word) => word.replaceAll(NOT_SPOKEN, ""))
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
}

function segments(text: string): string[] {
  segmenter ??= new Intl.Segmenter("und", { granularity: "word" });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Whether `text` is words of the list and nothing else, in any order and number. */
export function isBackchannel(text: string, backchannels: readonly string[]): boolean {
  const words = unjoined(text);
  if (words.length === 0) return false;
  const known = backchannels.map((backchannel) => unjoined(backchannel));
  // One can begin as another does: all places are kept to which some of them lead.
  const reached = new Set([0]);
  for (const at of words.keys()) {
    if (!reached.has(at)) continue;
    for (const some of known) {
      if (some.every((word, index) => word === words[at + index])) reached.add(at + some.length);
    }
  }
  return reached.has(words.length);
}

/** No dictionary has what is said twice in one breath (はいはい): letter by letter where there are no spaces. */
function unjoined(text: string): string[] {
  return wordsOf(spokenWords(text).join(" ")).map((word) => word.text);
}

/** Whether `heard`, `leastWords` at least, repeats what was `played`: most of its words stand there in the same order. */
export function isEcho(heard: string, played: string, leastWords = ECHO_MIN_WORDS): boolean {
  const words = spokenWords(heard).slice(-MAX_COMPARED_WORDS);
  if (words.length < leastWords) return false;
  const common = commonInOrder(words, spokenWords(played).slice(-MAX_COMPARED_WORDS));
  return common >= leastWords && common >= words.length * ECHO_SHARE;
}

/** Length of the longest common subsequence. */
function commonInOrder(some: readonly string[], others: readonly string[]): number {
  let above = Array.from({ length: others.length + 1 }, () => 0);
  for (const word of some) {
    const row = [0];
    for (const [index, other] of others.entries()) {
      row.push(word === other ? above[index]! + 1 : Math.max(above[index + 1]!, row[index]!));
    }
    above = row;
  }
  return above.at(-1)!;
}
