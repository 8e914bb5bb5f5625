// Sentences that would call a tool, from nothing but its name and arguments: English as people give orders and ask
// questions in it, with the tool's own words put in.

import type { Slot } from "./slots/slot.ts";
import { EMPTY_VERBS, READING_VERBS, WRITING_VERBS } from "./topics.ts";

/** Verbs people use for one another when they give orders. */
const VERB_FAMILIES: readonly (readonly string[])[] = [
  ["set", "turn", "make", "change", "put"],
  ["add", "put", "write"],
  ["book", "reserve", "make"],
  ["schedule", "make", "book"],
  ["create", "make", "add"],
  ["order", "get"],
  ["send", "write"],
  ["play", "put on"],
  ["start", "begin"],
  ["stop", "end"],
  ["cancel", "delete", "remove"],
  ["log", "record"],
  ["call", "phone"],
  ["find", "search for", "look for"],
  ["track", "find", "where is"],
];
const WISHES = ["i want", "i would like", "i need"];
const QUESTIONS = ["what is", "tell me", "show me", "check", "how is", "where is", "how much is", ""];
/** Units that follow a number, found in what a tool's author wrote. */
const UNITS =
  /\b(degrees|percent|minutes|hours|seconds|days|weeks|dollars|euros|pounds|kilometers|miles|people|persons|guests|items|times)\b/g;
/** Beyond this the grammar grows and hears no better: the words are all in it by then. */
const MAX_SENTENCES = 400;
const MAX_PAIRS = 24;
const FEW = 4;
const MAX_HOLES = 4;

export function inferredSentences(
  name: readonly string[],
  slots: readonly Slot[],
  description: string,
): string[] {
  const [verb = ""] = name;
  const acts = WRITING_VERBS.has(verb) || !READING_VERBS.has(verb);
  const nouns = name.filter((word) => !EMPTY_VERBS.has(word) && !(acts && word === verb));
  const things = thingsCalled(nouns.join(" "), slots);
  const tails = tailsFor(slots, description);
  const openings = acts
    ? [
        name.join(" "),
        ...things.flatMap((thing) => verbsLike(verb).map((each) => `${each} ${thing}`)),
        ...things.flatMap((thing) => flagged(thing, slots)),
        ...things.flatMap((thing) => WISHES.map((wish) => `${wish} ${thing}`)),
      ]
    : things.flatMap((thing) => QUESTIONS.map((question) => `${question} ${thing}`));
  // Sentences are taken apart into pairs of words by the recogniser, so that each opening and each tail is needed in
  // a few combinations, not in all.
  const short = openings.flatMap((opening) => tails.slice(0, FEW).map((tail) => `${opening} ${tail}`));
  const long = openings.slice(0, FEW).flatMap((opening) => tails.map((tail) => `${opening} ${tail}`));
  return [...new Set([...short, ...long].map((sentence) => sentence.trim()))].slice(0, MAX_SENTENCES);
}

/** "The thermostat", "my thermostat", and with what its author listed: "the bedroom thermostat". */
function thingsCalled(noun: string, slots: readonly Slot[]): string[] {
  const choice = slots.find((slot) => slot.kind === "choice");
  const plain = noun === "" ? [] : [`the ${noun}`, `a ${noun}`, `my ${noun}`, noun];
  if (!choice) return plain;
  const hole = `{${choice.name}}`;
  const listed = [noun, choice.label].flatMap((word) =>
    word === "" ? [] : [`the ${hole} ${word}`, `a ${hole} ${word}`, `${hole} ${word}`, `my ${hole} ${word}`],
  );
  return [...plain, ...listed, `the ${hole}`, `some ${hole}`];
}

function verbsLike(verb: string): string[] {
  return [...new Set([verb, ...(VERB_FAMILIES.find(([first]) => first === verb) ?? [])])];
}

/** "Turn on the light", "turn the light on", and for verbs of their own "unlock the door". */
function flagged(thing: string, slots: readonly Slot[]): string[] {
  return slots.some((slot) => slot.kind === "flag")
    ? [`{flag} ${thing}`, `turn {flag} ${thing}`, `turn ${thing} {flag}`, `switch {flag} ${thing}`]
    : [];
}

function tailsFor(slots: readonly Slot[], description: string): string[] {
  const typed = slots.filter((slot) => slot.kind !== "text").slice(0, MAX_HOLES);
  const holes = typed.map((slot) => holesFor(slot, description));
  const pairs = holes.flatMap((before, index) =>
    holes.flatMap((after, at) =>
      // Two of one kind are told apart by their order.
      at === index || (typed[at]!.kind === typed[index]!.kind && at < index)
        ? []
        : ends(before).flatMap((first) => ends(after).map((second) => `${first} ${second}`)),
    ),
  );
  const free = slots.some((slot) => slot.kind === "text") ? ["{text}"] : [];
  const firsts = holes.map((each) => each[0] ?? "");
  return [...new Set(["", ...firsts, ...free, ...pairs.slice(0, MAX_PAIRS), ...holes.flat()])];
}

/** The likeliest way to say it and the plainest. */
function ends(holes: readonly string[]): string[] {
  return [...new Set([holes[0] ?? "", holes.at(-1) ?? ""])];
}

function holesFor(slot: Slot, description: string): string[] {
  const hole = `{${slot.name}}`;
  if (slot.kind === "number") {
    const units = new Set(`${slot.label} ${slot.description} ${description}`.toLowerCase().match(UNITS));
    const counted = [...units].map((unit) => `${hole} ${unit}`);
    const isNamed = !/^(value|amount|count|quantity)$/.test(slot.label);
    return [
      `for ${hole}`,
      ...counted.flatMap((each) => [each, `to ${each}`]),
      `to ${hole}`,
      ...(isNamed ? [`${slot.label} ${hole}`, `${slot.label} to ${hole}`] : []),
      hole,
    ];
  }
  const leads = slot.kind === "choice" && !slot.isDirected ? ["in the", "with", ""] : slot.leads.slice(0, 2);
  return [...new Set([...leads.map((lead) => `${lead} ${hole}`.trim()), hole])];
}
