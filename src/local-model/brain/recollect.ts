// What the conversation itself holds: what the user said of themselves, what was asked, what was answered, what tools
// returned. Read off the items, whether they were spoken in this session or replayed into it.

import type { Memory } from "../brain.ts";
import { factFrom, statementIn } from "./facts.ts";
import { between, tokens } from "./tokens.ts";
import type { Token } from "./tokens.ts";
import { phrase } from "./utterance.ts";

export interface Recollection {
  readonly answer: string;
  /** It was asked for in so many words, or is in the items: no tool knows better. */
  readonly isSure: boolean;
}

type Which = "first" | "last" | "all";

const QUESTIONS: readonly (readonly [RegExp, "user" | "assistant" | "both", Which])[] = [
  [
    /^what (?:did i (?:say|ask|tell you)(?: you)? first|was (?:my first (?:question|message|request|sentence)|the first (?:thing|question) i (?:said|asked)(?: you)?))$/,
    "user",
    "first",
  ],
  [
    /^what (?:did i (?:just )?(?:say|ask)(?: you)?(?: last| before| just now)?|was (?:my last (?:question|message|request)|the last (?:thing|question) i (?:said|asked)(?: you)?)|have i (?:just )?(?:said|asked))$/,
    "user",
    "last",
  ],
  [/^what (?:did you say first|was (?:your first answer|the first thing you said))$/, "assistant", "first"],
  [
    /^what (?:did you (?:just )?(?:say|tell me|answer)(?: last| before| just now)?|was (?:your last answer|the last thing you said))$/,
    "assistant",
    "last",
  ],
  [
    /^(?:what (?:have we talked|did we talk|have we been talking|were we talking) about|what have i (?:asked|told)(?: you)? so far|what have i said so far)$/,
    "both",
    "all",
  ],
];

/** Questions that a recogniser should expect. */
export const RECOLLECTING_SENTENCES: readonly string[] = [
  "my name is {person}",
  "i am {person}",
  "call me {person}",
  "what is my name",
  "who am i",
  "do you know my name",
  "do you remember my name",
  "what did i say",
  "what did i say first",
  "what did i ask you first",
  "what did i ask first",
  "what was my first question",
  "what was my last question",
  "what was the first thing i said",
  "what did i just say",
  "what did you say",
  "what did you just say",
  "what did you say first",
  "what have we talked about",
];

/** More than this nobody listens to. */
const MAX_RETOLD = 5;

/** `before` is everything that happened before this utterance. */
export function recollect(
  text: string,
  list: readonly Token[],
  before: readonly Memory[],
): Recollection | undefined {
  const said = phrase(list);
  for (const [question, by, which] of QUESTIONS) {
    if (question.test(said)) return { answer: retold(before, by, which), isSure: true };
  }
  // A recogniser now and then hears a word more at the end of so short a question.
  const subject = subjectOf(said)?.replace(/^name \S+$/, "name");
  if (subject !== undefined) {
    const answer = factFrom(before, subject);
    if (answer !== undefined) return { answer, isSure: true };
    if (/^(?:where|like) /.test(subject) || /^(?:where|when|how) /.test(said)) {
      return { answer: "You have not told me that in this conversation.", isSure: false };
    }
    return {
      answer: `You have not told me your ${subject} in this conversation.`,
      isSure: subject === "name",
    };
  }
  const statement = statementIn(between(text, list, 0, list.length));
  return statement && { answer: acknowledged(statement), isSure: statement.subject === "name" };
}

/** What a question wants to know about the user: "name" in "what is my name". */
function subjectOf(said: string): string | undefined {
  const asked = said.replace(/^(?:do you (?:know|remember)|can you tell me|tell me|remind me) /, "");
  if (/^(?:who am i|what am i called|who i am|what do you call me)$/.test(asked)) return "name";
  const where = /^where (?:do i (live|work|come from)|am i (from)|i (live|work|come from))$/.exec(asked);
  const stay = where?.[1] ?? where?.[2] ?? where?.[3];
  if (stay) return `where ${stay}`;
  const liking = /^what do i (like|love|want|need|have)$/.exec(asked)?.[1];
  if (liking) return `like ${liking}`;
  return /^(?:(?:what|who|where|when|which|how) (?:is|are|was|were) )?my ((?:[\p{L}']+ ){0,3}[\p{L}']+?)(?: again| is| are)?$/u.exec(
    asked === said && !/^(?:what|who|where|when|which|how) /.test(said) ? "" : asked,
  )?.[1];
}

function acknowledged({ subject, value }: { subject: string; value: string }): string {
  return subject === "name"
    ? `Nice to meet you, ${value}.`
    : "All right, I will keep that in mind for this conversation.";
}

function retold(before: readonly Memory[], by: "user" | "assistant" | "both", which: Which): string {
  const said = before.flatMap((memory) =>
    memory.kind === "said" && memory.text.trim() !== "" ? [memory] : [],
  );
  if (by === "both") {
    const asked = said.filter((memory) => memory.by === "user").map(({ text }) => ended(text));
    const told = asked.slice(-MAX_RETOLD);
    return told.length > 0 ? `You said: ${told.join(" ")}` : "We have not talked about anything yet.";
  }
  const own = said.filter((memory) => memory.by === by);
  const chosen = which === "first" ? own[0] : own.at(-1);
  if (by === "assistant") return chosen ? `I said: ${ended(chosen.text)}` : "I have not said anything yet.";
  if (!chosen) return "You have not said anything before that.";
  return `${which === "first" ? "First you said" : "You said"}: ${ended(chosen.text)}`;
}

/** With a full stop, unless it has an end of its own. */
function ended(text: string): string {
  const trimmed = text.trim();
  const first = tokens(trimmed).length === 0 ? "something I did not understand" : trimmed;
  return /[.!?…]$/.test(first) ? first : `${first}.`;
}
