// Yes and no as requests say them: "lock the door" makes `locked` true, "unlock it" false.

import { PhraseIndex } from "./phrase-index.ts";

const TRUE_WORDS = ["on", "yes", "true", "enable", "enabled", "activate", "yeah"];
const FALSE_WORDS = ["off", "no", "false", "disable", "disabled", "deactivate", "nope", "without"];

const OPPOSITES: Readonly<Record<string, string>> = {
  open: "close",
  start: "stop",
  show: "hide",
  arm: "disarm",
  enable: "disable",
  activate: "deactivate",
  connect: "disconnect",
  allow: "forbid",
  include: "exclude",
};

/** What to listen for: a description that says "true to lock, false to unlock", or the argument's own name. */
export function flagIndex(label: string, description: string): PhraseIndex<boolean> {
  const said = (value: string): string[] => {
    const match = new RegExp(`\\b${value} (?:to|if|when|means|for) (?:it |you |they )?([a-z]+)`, "i");
    return [match.exec(description)?.[1]?.toLowerCase() ?? ""].filter(
      (word) => word.length > 2 && !["the", "not"].includes(word),
    );
  };
  const stems = label.split(" ").flatMap(verbsOf);
  const against = stems.flatMap((verb) => {
    const opposite =
      OPPOSITES[verb] ?? Object.keys(OPPOSITES).find((positive) => OPPOSITES[positive] === verb);
    return [`un${verb}`, ...(opposite ? [opposite] : [])];
  });
  const all = (words: readonly string[], value: boolean): (readonly [string, boolean])[] =>
    words.map((word) => [word, value]);
  return new PhraseIndex<boolean>([
    ...all(TRUE_WORDS, true),
    ...all(FALSE_WORDS, false),
    ...all(said("true"), true),
    ...all(said("false"), false),
    ...all([...stems, ...stems.map((verb) => `${verb}ed`)], true),
    ...all([...against, ...against.map((verb) => `${verb}ed`)], false),
  ]);
}

/** The verb inside "locked", "is open" or "muted"; nothing for a word that is no such form. */
function verbsOf(word: string): string[] {
  if (word in OPPOSITES || Object.values(OPPOSITES).includes(word)) return [word];
  const verb = /^([a-z]{3,})ed$/.exec(word)?.[1];
  if (verb === undefined) return [];
  // "Muted" comes from "mute" and "locked" from "lock": whichever it is, the other is no word and does no harm.
  return [verb, `${verb}e`];
}
