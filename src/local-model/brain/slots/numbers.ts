// Numbers, spoken or typed: "twenty five", "a hundred and ten", "3.5", "1,000".

import { numberWords, TEN_WORDS, UNIT_WORDS } from "../../number-words.ts";
import type { Token } from "../tokens.ts";
import { scan } from "./phrase-index.ts";
import type { Found } from "./phrase-index.ts";

const SCALES: Readonly<Record<string, number>> = { hundred: 100, thousand: 1000, million: 1_000_000 };

/** Spoken numbers to listen for: all to a hundred, then the round ones. */
export function numberPhrases(): string[] {
  const phrases = Array.from({ length: 101 }, (_, value) => numberWords(value));
  for (let value = 110; value <= 990; value += 10) phrases.push(numberWords(value));
  return [...phrases, "a hundred", "a thousand", "one thousand", "two thousand", "half"];
}

export function numbersIn(list: readonly Token[]): Found<number>[] {
  return scan(list, (from) => numberAt(list, from));
}

export function numberAt(list: readonly Token[], from: number): Found<number> | undefined {
  const first = list[from]?.word ?? "";
  if (/^\d[\d,]*(?:\.\d+)?$/.test(first)) {
    return { value: Number(first.replaceAll(",", "")), from, to: from + 1 };
  }
  let total = 0;
  let group: number | undefined;
  let at = from;
  for (; at < list.length; at++) {
    const word = list[at]!.word;
    const value = smallNumber(word);
    const scale = SCALES[word];
    if (value !== undefined) {
      // "twenty five" adds; "five six" are two numbers.
      if (
        group !== undefined &&
        !(group % 100 === 0 || (group % 10 === 0 && group % 100 >= 20 && value < 10))
      ) {
        break;
      }
      group = (group ?? 0) + value;
    } else if (scale === 100 && group !== undefined) group *= 100;
    else if (scale !== undefined && scale > 100 && group !== undefined) {
      total += group * scale;
      group = 0;
    } else if (word === "a" && group === undefined && SCALES[list[at + 1]?.word ?? ""]) group = 1;
    else if (word === "and" && group !== undefined && group >= 100 && smallNumber(list[at + 1]?.word ?? "")) {
      continue;
    } else break;
  }
  return group === undefined ? undefined : { value: total + group, from, to: at };
}

function smallNumber(word: string): number | undefined {
  const unit = UNIT_WORDS.indexOf(word);
  if (unit >= 0) return unit;
  const ten = TEN_WORDS.indexOf(word);
  return ten > 1 ? ten * 10 : undefined;
}
