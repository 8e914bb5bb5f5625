// Where a text's words are, in writing with spaces between them and without.

/** Writing that puts no space between words: each letter with its marks and punctuation counts as one. */
const SPACELESS = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]`;
/** What belongs to the letter before it. */
const TRAILING = String.raw`(?:[\p{M}ー]|(?![\p{Ps}\p{Pi}])\p{P})*`;
const IS_SPACELESS = new RegExp(SPACELESS, "u");
const WORD = new RegExp(String.raw`${SPACELESS}${TRAILING}|(?:(?!${SPACELESS})\S)+`, "gu");

export interface Word {
  text: string;
  /** Where it ends in the text, in UTF-16 units. */
  end: number;
  /** It is one letter of a writing without spaces. */
  isLetter: boolean;
}

/** Whether some of it is written without spaces. */
export function isSpaceless(text: string): boolean {
  return IS_SPACELESS.test(text);
}

export function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(WORD), (match) => ({
    text: match[0],
    end: match.index + match[0].length,
    isLetter: isSpaceless(match[0]),
  }));
}
