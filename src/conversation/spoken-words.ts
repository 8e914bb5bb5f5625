// Words as people say them, for two questions about a turn that was said over the agent: is it only what a listener
// says (mm-hm), and is it the agent's own voice come back through the microphone? Pure.

import { wordsOf } from "./words-of.ts";

/** Fewer words than this in common may be chance: "it is", "in Tokyo". An echo that stops the agent is hardly longer. */
export const ECHO_MIN_WORDS = 3;
/** So much of the turn must be the agent's words, in their order; a microphone loses and garbles some of them. */
export const ECHO_SHARE = 0.7;
/** Of a writing without spaces, where a letter is hardly a word: Chinese, Japanese and Thai words have two and more. */
const LETTERS_PER_WORD = 2;
/** Longest text that is compared, in words: of a longer one the end counts, which was played last. */
const MAX_COMPARED_WORDS = 400;
/** A mark can be a vowel. */
const NOT_SPOKEN = /[^\p{L}\p{N}\p{M}]/gu;

/**
 * Lower case, letters and digits only: "Mm-hm," is `mmhm`. Where the writing has no spaces between words, each letter
 * is one.
 */
export function spokenWords(text: string): string[] {
  return wordsOf(text.normalize("NFKC").toLowerCase())
    .map((word) => word.text.replaceAll(NOT_SPOKEN, ""))
    .filter((word) => word !== "");
}

/** How many entries of `spokenWords` are as good as a word: of letters it takes more. */
export function entriesPerWord(text: string): number {
  return wordsOf(text).some(({ isLetter }) => isLetter) ? LETTERS_PER_WORD : 1;
}

/** Whether `text` is words of the list and nothing else. */
export function isBackchannel(text: string, backchannels: readonly string[]): boolean {
  const known = backchannels.map((backchannel) => spokenWords(backchannel));
  let rest = spokenWords(text);
  if (rest.length === 0) return false;
  while (rest.length > 0) {
    // The longest first: of a writing without spaces, one can begin as another does.
    const starts = known.filter(
      (words) => words.length > 0 && words.every((word, index) => word === rest[index]),
    );
    const length = Math.max(0, ...starts.map((words) => words.length));
    if (length === 0) return false;
    rest = rest.slice(length);
  }
  return true;
}

/** Whether `heard`, `leastWords` at least, repeats what was `played`: most of its words stand there in the same order. */
export function isEcho(heard: string, played: string, leastWords = ECHO_MIN_WORDS): boolean {
  const words = spokenWords(heard).slice(-MAX_COMPARED_WORDS);
  const least = leastWords * entriesPerWord(heard);
  if (words.length < least) return false;
  const common = commonInOrder(words, spokenWords(played).slice(-MAX_COMPARED_WORDS));
  return common >= least && common >= words.length * ECHO_SHARE;
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
