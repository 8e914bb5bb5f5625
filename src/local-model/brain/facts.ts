// Facts about the user that stand in the conversation: "my name is Anna" in a user item, "your name is Anna" in an
// assistant item, `{"name":"Anna"}` in what a tool returned.

import type { Memory } from "../brain.ts";
import { capital } from "./slots/slot.ts";
import { nameWords, wordsOf } from "./tokens.ts";
import { GIVEN_NAMES } from "./words/names.ts";

export interface Statement {
  /** "name", "favorite color", "where live", "like love". */
  readonly subject: string;
  readonly value: string;
  /** To be said back: "Your favorite color is green." */
  readonly toldBack: string;
}

const END = "(?=[.!?;,]|\\s+(?:and|but)\\s|$)";
const NAMED = new RegExp(
  `\\b(?:my name is|my name's|i am called|i'm called|call me|(?:your|the user's) name is)\\s+([\\p{L}'’-]+)(?: ([\\p{L}'’-]+))?`,
  "iu",
);
const PRESENTED = /\b(?:i am|i'm|this is)\s+(\p{L}+)(?=[.!,]|$)/iu;
const OWNED = new RegExp(
  `\\b(?:my|your|the user's) ((?:[\\p{L}'’]+ ){0,3}?[\\p{L}'’]+) (is|are|was|were) (.+?)${END}`,
  "iu",
);
const STAYING = new RegExp(`\\bi(?:'m| am)? (live|work|come from|from) (?:in |at |for )?(.+?)${END}`, "iu");
const LIKING = new RegExp(`\\bi (?:really )?(like|love|want|need|have) (.+?)${END}`, "iu");
const GIVEN = new Set(GIVEN_NAMES.map((name) => name.toLowerCase()));
/** Nested this deep, a tool's answer is no longer about the user. */
const MAX_DEPTH = 2;

/** What one sentence says of its speaker. */
export function statementIn(text: string): Statement | undefined {
  const presented = PRESENTED.exec(text)?.[1];
  const name =
    NAMED.exec(text)?.[1] ?? (presented && GIVEN.has(presented.toLowerCase()) ? presented : undefined);
  if (name !== undefined) {
    const value = capital(name);
    return { subject: "name", value, toldBack: `Your name is ${value}.` };
  }
  const owned = OWNED.exec(text);
  if (owned) {
    const [, what = "", verb = "", value = ""] = owned;
    const subject = wordsOf(what).join(" ");
    return { subject, value, toldBack: `Your ${subject} ${verb.toLowerCase()} ${value}.` };
  }
  const staying = STAYING.exec(text);
  if (staying) {
    const [whole, verb = "", value = ""] = staying;
    const told = whole.replace(/^i(?:'m| am)\b/i, "You are").replace(/^i\b/i, "You");
    return { subject: `where ${verb.toLowerCase()}`, value, toldBack: `${told}.` };
  }
  const liking = LIKING.exec(text);
  if (!liking || /^to\b/i.test(liking[2] ?? "")) return undefined;
  const [, verb = "", value = ""] = liking;
  return { subject: `like ${verb.toLowerCase()}`, value, toldBack: `You ${verb.toLowerCase()} ${value}.` };
}

/** The latest thing said or returned about `subject`, to be said to the user. */
export function factFrom(memories: readonly Memory[], subject: string): string | undefined {
  for (const memory of memories.toReversed()) {
    if (memory.kind === "said") {
      for (const sentence of memory.text.split(/(?<=[.!?])\s+/).toReversed()) {
        if (sentence.trim().endsWith("?")) continue;
        const own = statementIn(sentence);
        // What others say with "my" is about themselves.
        const isAboutUser = memory.by === "user" || /\b(?:your|the user's)\b/i.test(sentence);
        if (own?.subject === subject && isAboutUser) return own.toldBack;
        const greeted = memory.by === "assistant" && /\bnice to meet you, (\p{L}+)/iu.exec(sentence)?.[1];
        if (subject === "name" && greeted) return `Your name is ${capital(greeted)}.`;
      }
    }
    if (memory.kind === "output") {
      const value = valueIn(parsed(memory.output), subject, MAX_DEPTH);
      if (value !== undefined) return `Your ${subject} is ${value}.`;
    }
  }
  return undefined;
}

/** The value of a field called like the subject; a tool's `place_name` is not the user's name. */
function valueIn(value: unknown, subject: string, depth: number): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const isIt =
      nameWords(key)
        .filter((word) => word !== "user")
        .join(" ") === subject;
    if (isIt && (typeof part === "string" || typeof part === "number")) return String(part);
    const inside = depth > 0 ? valueIn(part, subject, depth - 1) : undefined;
    if (inside !== undefined) return inside;
  }
  return undefined;
}

function parsed(output: string): unknown {
  try {
    return JSON.parse(output) as unknown;
  } catch {
    return undefined;
  }
}
