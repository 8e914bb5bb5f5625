// Splits "what time is it in {place}" into words and slot kinds.

import { wordsOf } from "./tokens.ts";

/** A word, or the kind of slot that stands in its place. */
export type SourcePart =
  | { readonly word: string; readonly slot?: undefined }
  | { readonly word?: undefined; readonly slot: string };

export function scanPatternSource(sentence: string): SourcePart[] {
  return sentence.split(/(\{\w+\})/).flatMap((piece): SourcePart[] => {
    const slot = /^\{(\w+)\}$/.exec(piece)?.[1];
    return slot === undefined ? wordsOf(piece).map((word) => ({ word })) : [{ slot }];
  });
}
