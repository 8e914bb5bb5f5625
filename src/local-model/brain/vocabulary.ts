// Writes down what speech may say in a session: the sentences of its tools, small talk, and bare answers to the
// question that is open, if one is.

import { createHash } from "node:crypto";
import type { Template, Vocabulary } from "../hearing.ts";
import { generalWordsWith } from "./words/general.ts";
import { templateOf } from "./pattern.ts";
import type { ToolPlan } from "./plan.ts";
import type { Slot } from "./slots/slot.ts";
import { personIndex, TEXT_LOOP } from "./slots/slot.ts";
import { RECOLLECTING_SENTENCES } from "./recollect.ts";
import { REVISING_WORDS } from "./revise.ts";
import { SMALL_TALK_SENTENCES } from "./small-talk.ts";
import { contracted, nameWords, wordsOf } from "./tokens.ts";
import { STOP_WORDS } from "./topics.ts";

/** Short sentences must not lose to the unknown, which costs nothing to begin. */
const SMALL_TALK_WEIGHT = 5;
/** A value alone answers a question; without one it is unlikely, but the recogniser must still have it. */
const BARE_VALUE_WEIGHT = 0.3;
/** Part of everything else together: who was asked something mostly answers it, often in a single short word. */
const OPEN_QUESTION_PART = 2;
const EXAMPLE_WEIGHT = 3;
const POLITE_PART = 0.15;
const RECOLLECTING_WEIGHT = 1;
const REVISING_WEIGHT = 0.3;
/** A second request after a first. */
const FURTHER_PART = 0.1;
/** Ordinary words in any order: what is said about nothing must not be bent into something. */
const ANYTHING_WEIGHT = 3;
/** Phrases of one class beyond this are left out: the decoder's time grows with them. */
const MAX_CLASS_PHRASES = 2000;

/** Beyond this the tools are described in more words than are said to them. */
const MAX_OWN_WORDS = 600;

const DROPPING = ["never mind", "forget it", "cancel that"];

export function vocabularyOf(plans: readonly ToolPlan[], open: Slot | undefined): Vocabulary {
  const templates = new Map<string, number>();
  const add = (sentence: string, weight: number): void => {
    const words = sentence.trim();
    if (words === "") return;
    for (const said of new Set([words, contracted(words)])) {
      templates.set(said, Math.max(weight, templates.get(said) ?? 0));
    }
  };
  for (const sentence of SMALL_TALK_SENTENCES) add(sentence, SMALL_TALK_WEIGHT);
  for (const sentence of RECOLLECTING_SENTENCES) add(sentence, RECOLLECTING_WEIGHT);
  add(`{${TEXT_LOOP}}`, ANYTHING_WEIGHT);
  const classes: Record<string, readonly string[]> = { person: personIndex.phrases };
  for (const plan of plans) {
    for (const pattern of plan.patterns) {
      const sentence = templateOf(pattern);
      add(sentence, pattern.weight);
      add(`and ${sentence}`, pattern.weight * FURTHER_PART);
      for (const polite of [`please ${sentence}`, `can you ${sentence}`, `can you tell me ${sentence}`]) {
        add(polite, pattern.weight * POLITE_PART);
      }
      if (!sentence.endsWith(`{${TEXT_LOOP}}`)) add(`${sentence} please`, pattern.weight * POLITE_PART);
    }
    // The examples word for word as well: they are what people try first, and free text is heard less surely.
    for (const sentence of spoken(plan.quoted.map((each) => wordsOf(each).join(" ")))) {
      add(sentence, EXAMPLE_WEIGHT);
    }
    for (const slot of plan.slots) {
      if (slot.kind !== "text") classes[slot.className] = spoken(slot.phrases);
      if (slot.kind !== "text") {
        addBare(add, slot, BARE_VALUE_WEIGHT);
        add(`{${slot.className}} and`, BARE_VALUE_WEIGHT);
        for (const opening of REVISING_WORDS) addBare(add, slot, REVISING_WEIGHT, opening);
      }
    }
  }
  const own = ownWords(plans);
  if (open) {
    let total = 0;
    for (const weight of templates.values()) total += weight;
    addBare(add, open, total * OPEN_QUESTION_PART);
    for (const sentence of DROPPING) add(sentence, 1);
  }
  const content = {
    templates: [...templates] as Template[],
    classes,
    loops: { [TEXT_LOOP]: generalWordsWith(own) },
  };
  return {
    key: createHash("sha256")
      .update(JSON.stringify([content.templates, classes, [...own]]))
      .digest("hex"),
    ...content,
  };
}

function addBare(
  add: (sentence: string, weight: number) => void,
  slot: Slot,
  weight: number,
  opening = "",
): void {
  add(`${opening} {${slot.className}}`, weight);
  for (const lead of slot.leads.slice(0, 2)) add(`${opening} ${lead} {${slot.className}}`, weight / 2);
}

/** Words the session's tools are described with, for sentences nobody wrote down. */
function ownWords(plans: readonly ToolPlan[]): Set<string> {
  const own = new Set<string>();
  for (const plan of plans) {
    const said = [
      ...nameWords(plan.tool.name),
      ...wordsOf(plan.tool.description),
      ...plan.synonyms,
      ...plan.slots.flatMap((slot) => [...nameWords(slot.name), ...wordsOf(slot.description)]),
      ...plan.slots.flatMap((slot) =>
        slot.kind === "choice" || slot.kind === "flag" ? slot.phrases.flatMap((each) => wordsOf(each)) : [],
      ),
    ];
    for (const word of said) if (!STOP_WORDS.has(word) && /^[a-z']{2,}$/.test(word)) own.add(word);
    if (own.size > MAX_OWN_WORDS) break;
  }
  return own;
}

/** Digits have no sound in the dictionary; phrases with any are only for typing. */
function spoken(phrases: readonly string[]): string[] {
  return phrases
    .filter((phrase) => phrase !== "" && !/[^a-z'. ]/.test(phrase) && wordsOf(phrase).length > 0)
    .slice(0, MAX_CLASS_PHRASES);
}
