// Finds listed phrases in a run of words, the longest first.

import type { Token } from "../tokens.ts";

export interface Found<Value = unknown> {
  readonly value: Value;
  /** First word, and the one after the last. */
  readonly from: number;
  readonly to: number;
}

export class PhraseIndex<Value> {
  readonly #values = new Map<string, Value>();
  #longest = 0;

  constructor(entries: Iterable<readonly [phrase: string, value: Value]>) {
    for (const [phrase, value] of entries) {
      if (!this.#values.has(phrase)) this.#values.set(phrase, value);
      this.#longest = Math.max(this.#longest, phrase.split(" ").length);
    }
  }

  get phrases(): string[] {
    return [...this.#values.keys()];
  }

  at(list: readonly Token[], from: number): Found<Value> | undefined {
    for (let to = Math.min(list.length, from + this.#longest); to > from; to--) {
      const value = this.#values.get(joined(list, from, to));
      if (value !== undefined) return { value, from, to };
    }
    return undefined;
  }

  /** Every phrase, left to right, none overlapping. */
  all(list: readonly Token[]): Found<Value>[] {
    return scan(list, (from) => this.at(list, from));
  }
}

/** Goes through the words with a finder that looks from one place, skipping what was found. */
export function scan<Value>(
  list: readonly Token[],
  at: (from: number) => Found<Value> | undefined,
): Found<Value>[] {
  const found: Found<Value>[] = [];
  for (let from = 0; from < list.length;) {
    const here = at(from);
    if (here) found.push(here);
    from = here ? here.to : from + 1;
  }
  return found;
}

function joined(list: readonly Token[], from: number, to: number): string {
  let text = list[from]!.word;
  for (let index = from + 1; index < to; index++) text += ` ${list[index]!.word}`;
  return text;
}
