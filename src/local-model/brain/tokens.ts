// Words of an utterance, folded so that speech and typing look alike, with their place in the text: an argument
// that may be anything is copied from the text as it was written.

import { UNKNOWN_WORDS } from "../hearing.ts";

export interface Token {
  /** Lower case, without accents; numbers and clock times keep their digits. */
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

const CONTRACTIONS: Readonly<Record<string, readonly string[]>> = {
  "what's": ["what", "is"],
  whats: ["what", "is"],
  "how's": ["how", "is"],
  "it's": ["it", "is"],
  "i'm": ["i", "am"],
  "i'd": ["i", "would"],
  "i'll": ["i", "will"],
  "that's": ["that", "is"],
  "who's": ["who", "is"],
  "where's": ["where", "is"],
  "when's": ["when", "is"],
  "there's": ["there", "is"],
  "don't": ["do", "not"],
  "didn't": ["did", "not"],
  "let's": ["let", "us"],
  "i've": ["i", "have"],
  "you're": ["you", "are"],
  "can't": ["can", "not"],
  "isn't": ["is", "not"],
  "won't": ["will", "not"],
};

const TOKEN = /\d+(?:[:.,]\d+)*|[\p{L}\p{M}][\p{L}\p{M}'’]*(?:\.[\p{L}]\b\.?)*/gu;

export function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const word = fold(match[0]);
    for (const part of CONTRACTIONS[word] ?? [word]) {
      found.push({ word: part, start: match.index, end: match.index + match[0].length });
    }
  }
  return found;
}

/** The words alone. */
export function wordsOf(text: string): string[] {
  return tokens(text).map((token) => token.word);
}

/** What the text says between two tokens (the second excluded), as written. */
export function between(text: string, list: readonly Token[], from: number, to: number): string {
  const first = list[from];
  const last = list[to - 1];
  return first && last ? text.slice(first.start, last.end) : "";
}

/** The same with the unknown stretches at its edges, which are part of free text too. */
export function marked(text: string, list: readonly Token[], from: number, to: number): string {
  const words = between(text, list, from, to);
  const first = list[from];
  const last = list[to - 1];
  if (!first || !last) return words;
  const isAfterUnknown = text.slice(0, first.start).trimEnd().endsWith(UNKNOWN_WORDS);
  const isBeforeUnknown = text.slice(last.end).trimStart().startsWith(UNKNOWN_WORDS);
  return [isAfterUnknown ? UNKNOWN_WORDS : "", words, isBeforeUnknown ? UNKNOWN_WORDS : ""]
    .filter(Boolean)
    .join(" ");
}

function fold(word: string): string {
  return word
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/’/g, "'")
    .toLowerCase()
    .replace(/^([ap])\.m\.?$/, "$1.m.")
    .replace(/'+$/, "");
}

/** "what's the time" for "what is the time": as it is said, and a word of its own to a recogniser. */
export function contracted(sentence: string): string {
  let said = ` ${sentence} `;
  for (const [short, long] of Object.entries(CONTRACTIONS)) {
    if (short.includes("'")) said = said.replaceAll(` ${long.join(" ")} `, ` ${short} `);
  }
  return said.trim();
}

/** A rough stem: `notes` and `note`, `reminders` and `reminder` are one word. */
export function stem(word: string): string {
  if (word.length > 4 && word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (word.length > 3 && word.endsWith("s") && !word.endsWith("ss")) return word.slice(0, -1);
  return word;
}

/** `current_time`, `currentTime` and `current-time` as words. */
export function nameWords(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d']+/)
    .filter(Boolean);
}
