// Whether words sound finished, for `semantic_vad`: a turn that stops in the middle of a sentence is given time.

/** Words that want another word after them, and sounds of somebody who is still thinking. */
const OPEN_WORDS = new Set(
  (
    "a an the my your his her its our their this these those and or but so because if when while that which who than " +
    "to of in on at for from with about into by as is are am was were be will would can could should may might must " +
    "have has had do does did not very um uh er hmm erm i we they he she it's i'm let's please what's"
  ).split(" "),
);

/** Longest wait for somebody to go on, by eagerness. `auto` is `medium`. */
export const LONGEST_WAIT_MS = { low: 8000, medium: 4000, auto: 4000, high: 2000 } as const;
/** Silence after which a turn that sounds finished ends. */
export const FINISHED_SILENCE_MS = { low: 1000, medium: 600, auto: 600, high: 300 } as const;

export function soundsFinished(words: string): boolean {
  const last = words.trim().split(/\s+/).at(-1) ?? "";
  return last !== "" && !OPEN_WORDS.has(last);
}
