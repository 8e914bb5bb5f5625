// One argument of a tool: what kind of thing it is, judged from its JSON schema and name, how it is found in an
// utterance, what speech may say for it, and how it is asked for.

import { GIVEN_NAMES } from "../words/names.ts";
import { PLACES } from "../words/places.ts";
import { nameWords, wordsOf } from "../tokens.ts";
import type { Token } from "../tokens.ts";
import { numberPhrases, numbersIn } from "./numbers.ts";
import { flagIndex } from "./flags.ts";
import { PhraseIndex } from "./phrase-index.ts";
import type { Found } from "./phrase-index.ts";
import { clockPhrases, clocksIn, DAY_PHRASES, daysIn, isoDate, isoTime } from "./times.ts";

export type SlotKind = "choice" | "flag" | "number" | "place" | "day" | "clock" | "person" | "text";

export interface Slot {
  readonly name: string;
  /** The name as words: `maxResults` is "max results". */
  readonly label: string;
  /** What the schema says of it, or nothing. */
  readonly description: string;
  readonly kind: SlotKind;
  readonly required: boolean;
  /** The class of the grammar that holds its values, or the word loop `text`. */
  readonly className: string;
  /** Values as speech says them; empty for free text. */
  readonly phrases: readonly string[];
  /** Known values anywhere in the words. */
  readonly find: (list: readonly Token[]) => Found[];
  /** Words that lead into a value. */
  readonly leads: readonly string[];
  /** Its name is a direction, "from" or "to": the word before a value decides whose it is. */
  readonly isDirected: boolean;
  readonly question: string;
}

interface Schema {
  readonly type?: unknown;
  readonly enum?: unknown;
  readonly const?: unknown;
  readonly format?: unknown;
  readonly description?: unknown;
  readonly anyOf?: unknown;
  readonly oneOf?: unknown;
  readonly properties?: unknown;
  readonly required?: unknown;
}

/** The class names every vocabulary may use, and the word loop for free text. */
export const TEXT_LOOP = "text";

const placeIndex = new PhraseIndex(PLACES.map((place) => [wordsOf(place).join(" "), place] as const));
export const personIndex = new PhraseIndex(GIVEN_NAMES.map((name) => [name.toLowerCase(), name] as const));
/** What the names of arguments say about the word before their value. */
const DIRECTIONS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\b(from|origin|source|departure|start)\b/, ["from"]],
  [/\b(to|destination|target|arrival|end)\b/, ["to", "into", "in"]],
];

/** The arguments of a tool, in the order of its schema. A schema that is not an object has none. */
export function slotsOf(toolName: string, parameters: unknown, now: () => Date): Slot[] {
  const { properties, required } = asSchema(parameters);
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(asSchema(properties)).map(([name, schema]) =>
    slot(toolName, name, plain(asSchema(schema)), needed.includes(name), now),
  );
}

function slot(toolName: string, name: string, schema: Schema, required: boolean, now: () => Date): Slot {
  const label = nameWords(name).join(" ");
  const description = typeof schema.description === "string" ? schema.description : "";
  const kind = kindOf(label, description, schema);
  const choices = choicesOf(schema);
  const direction = DIRECTIONS.find(([words]) => words.test(label))?.[1];
  const base = { name, label, description, kind, required, isDirected: direction !== undefined };
  switch (kind) {
    case "choice": {
      const index = new PhraseIndex(choices.flatMap((value) => spokenChoices(value)));
      const className = `${toolName}.${name}`.toLowerCase().replace(/[^a-z.]/g, "");
      const question = `Which ${label}: ${listed(choices.map(String), "or")}?`;
      return {
        ...base,
        className,
        phrases: index.phrases,
        find: (list) => index.all(list),
        leads: direction ?? [],
        question,
      };
    }
    case "flag": {
      const index = flagIndex(label, description);
      return {
        ...base,
        className: `${toolName}.${name}`.toLowerCase().replace(/[^a-z.]/g, ""),
        phrases: index.phrases,
        find: (list) => index.all(list),
        leads: [],
        question: `${capital(label)}: yes or no?`,
      };
    }
    case "number":
      return {
        ...base,
        className: "number",
        phrases: numberPhrases(),
        find: numbersIn,
        leads: ["for", "to", "by"],
        question: /minute|second|hour|day|count|many|quantity|amount/.test(label)
          ? `How many ${label.endsWith("s") ? label : `${label}s`}?`
          : `Which number for the ${label}?`,
      };
    case "place":
      return {
        ...base,
        className: "place",
        phrases: placeIndex.phrases,
        find: (list) => placeIndex.all(list),
        leads: direction ?? ["in", "for", "at", "of", "to", "near"],
        question: `Which ${label}?`,
      };
    case "day":
      return {
        ...base,
        className: "day",
        phrases: DAY_PHRASES,
        leads: ["on", "for"],
        question: "For which day?",
        find: (list) =>
          daysIn(list).map((found) =>
            withValue(found, schema.format === "date" ? isoDate(found.value, now()) : undefined),
          ),
      };
    case "clock":
      return {
        ...base,
        className: "clock",
        phrases: clockPhrases(),
        leads: ["at", "for"],
        question: "At what time?",
        find: (list) =>
          clocksIn(list).map((found) =>
            withValue(found, schema.format === "time" ? isoTime(found.value) : undefined),
          ),
      };
    case "person":
      return {
        ...base,
        className: "person",
        phrases: personIndex.phrases,
        find: (list) => personIndex.all(list),
        leads: ["to", "for", "with", "from"],
        question: `Who is the ${label}?`,
      };
    case "text":
      return {
        ...base,
        className: TEXT_LOOP,
        phrases: [],
        find: () => [],
        leads: ["that", "to", "about", "for", "saying"],
        question: `What should I put for the ${label}?`,
      };
  }
}

function kindOf(label: string, description: string, schema: Schema): SlotKind {
  if (choicesOf(schema).length > 0) return "choice";
  if (schema.type === "boolean") return "flag";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.format === "date") return "day";
  if (schema.format === "time") return "clock";
  // The name decides before the description does: a note "about a place" is still a note.
  for (const text of [label, description.toLowerCase()]) {
    const first = text.split(/[.;(]/)[0] ?? "";
    if (/\b(note|text|message|body|content|query|title|subject|reminder|task|about|topic)\b/.test(first)) {
      return "text";
    }
    if (/\b(city|cities|place|town|location|country|where|destination|origin|region)\b/.test(first)) {
      return "place";
    }
    if (/\b(date|day|weekday)\b/.test(first)) return "day";
    if (/\btime\b/.test(first) && !/zone/.test(first)) return "clock";
    if (/\b(person|contact|recipient|guest|attendee|who|(first|given) name)\b/.test(first)) return "person";
  }
  return "text";
}

/** Sees through `anyOf: [x, null]` and `type: [x, "null"]`, which is how schemas spell "may be absent". */
function plain(schema: Schema): Schema {
  const options = [schema.anyOf, schema.oneOf].find(Array.isArray);
  const chosen: unknown = options?.find((option) => asSchema(option).type !== "null");
  if (chosen !== undefined) return { description: schema.description, ...plain(asSchema(chosen)) };
  const type: unknown = Array.isArray(schema.type)
    ? schema.type.find((name) => name !== "null")
    : schema.type;
  return { ...schema, type };
}

function choicesOf(schema: Schema): readonly (string | number)[] {
  const values: readonly unknown[] = Array.isArray(schema.enum) ? schema.enum : [schema.const];
  return values.filter((value) => typeof value === "string" || typeof value === "number");
}

function asSchema(value: unknown): Schema {
  return typeof value === "object" && value !== null ? value : {};
}

/** As it is said, and the same in the plural: people order mushrooms where a schema says mushroom. */
function spokenChoices(value: string | number): (readonly [string, string | number])[] {
  const said = wordsOf(nameWords(String(value)).join(" ")).join(" ") || String(value).toLowerCase();
  return /[a-rt-z]$/.test(said)
    ? [
        [said, value],
        [`${said}s`, value],
      ]
    : [[said, value]];
}

function withValue(found: Found<string>, value: string | undefined): Found {
  return value === undefined ? found : { ...found, value };
}

export function capital(text: string): string {
  return text === "" ? text : text[0]!.toUpperCase() + text.slice(1);
}

/** "a, b and c". */
export function listed(parts: readonly string[], joiner: "and" | "or"): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} ${joiner} ${last}`;
}
