// The words the agent has been saying, and how far they were heard: what an echo of it would repeat. A turn is
// compared with what was played while it was spoken, for a user may well repeat what was said before.

import type { HeardText } from "./heard-text.ts";
import { spokenWords } from "./spoken-words.ts";

/** An echo lies in what is being said, or was said just before. */
const KEPT_ITEMS = 4;
/** Heard text is an estimate, and a page reports four times a second: so many words on both sides. */
const SLACK_WORDS = 3;

interface Said {
  itemId: string;
  words: HeardText;
  playedMs: number;
  receivedMs: number;
}

/** How many words of each item had been heard at a moment. */
export type HeardMark = ReadonlyMap<string, number>;

export class HeardLately {
  readonly #said: Said[] = [];

  began(itemId: string, words: HeardText | undefined): void {
    if (words === undefined) return;
    this.#said.push({ itemId, words, playedMs: 0, receivedMs: 0 });
    if (this.#said.length > KEPT_ITEMS) this.#said.shift();
  }

  played(itemId: string, playedMs: number, receivedMs: number): void {
    const said = this.#said.find((other) => other.itemId === itemId);
    if (said === undefined) return;
    said.playedMs = playedMs;
    said.receivedMs = receivedMs;
  }

  mark(): HeardMark {
    return new Map(this.#said.map((said) => [said.itemId, heardWords(said)]));
  }

  /** What was played from `mark` on. */
  since(mark: HeardMark): string {
    return this.#said
      .map((said) => {
        const from = Math.max(0, (mark.get(said.itemId) ?? 0) - SLACK_WORDS);
        return spokenWords(said.words.text)
          .slice(from, heardWords(said) + SLACK_WORDS)
          .join(" ");
      })
      .join(" ");
  }
}

function heardWords({ words, playedMs, receivedMs }: Said): number {
  return spokenWords(words.heard(playedMs, receivedMs, false)).length;
}
