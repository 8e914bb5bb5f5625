// Words as people say them, for two questions about a turn that was said over the agent: is it only what a listener
// says (mm-hm), and is it the agent's own voice come back through the microphone? Pure.

/** Fewer words than this in common may be chance: "it is", "in Tokyo". An echo that stops the agent is hardly longer. */
export const ECHO_MIN_WORDS = 3;
/** So much of the turn must be the agent's words, in their order; a microphone loses and garbles some of them. */
export const ECHO_SHARE = 0.7;
/** Longest text that is compared, in words: of a longer one the end counts, which was played last. */
const MAX_COMPARED_WORDS = 400;

/** Lower case, letters and digits only: "Mm-hm," is `mmhm`. */
export function spokenWords(text: string): string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .map((word) => word.replaceAll(/[^\p{L}\p{N}]/gu, ""))
    .filter((word) => word !== "");
}

/** Whether `text` is words of the list and nothing else. */
export function isBackchannel(text: string, backchannels: readonly string[]): boolean {
  const words = spokenWords(text);
  if (words.length === 0) return false;
  const known = new Set(backchannels.flatMap((backchannel) => spokenWords(backchannel)));
  return words.every((word) => known.has(word));
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
