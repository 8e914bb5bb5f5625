// What the brain makes of one tool: its arguments, the sentences that call it, the words that point at it.

import type { BrainTool } from "../brain.ts";
import { inferredSentences } from "./inferred-sentences.ts";
import { patternFrom } from "./pattern.ts";
import type { Pattern } from "./pattern.ts";
import { slotsOf } from "./slots/slot.ts";
import type { Slot } from "./slots/slot.ts";
import { nameWords, stem, tokens, wordsOf } from "./tokens.ts";
import type { Token } from "./tokens.ts";
import { EMPTY_VERBS, QUESTION_WORDS, READING_VERBS, STOP_WORDS, TOPICS, WRITING_VERBS } from "./topics.ts";
import type { Topic } from "./topics.ts";

export interface ToolPlan {
  readonly tool: BrainTool;
  readonly slots: readonly Slot[];
  readonly patterns: readonly Pattern[];
  /** Stems and how strongly each points at this tool. */
  readonly keywords: ReadonlyMap<string, number>;
  /** Other words for what it is about. */
  readonly synonyms: readonly string[];
  /** Whether its name says that it tells something or changes something; some names say neither. */
  readonly manner: "reads" | "writes" | undefined;
  /** One sentence that calls it, for telling people what they can say. */
  readonly example: string;
  /** All sentences its description quotes. */
  readonly quoted: readonly string[];
}

const EXAMPLE_WEIGHT = 3;
const TOPIC_WEIGHT = 1;
const INFERRED_WEIGHT = 0.5;

const NAME_POINTS = 3;
const SYNONYM_POINTS = 2.5;
const DESCRIPTION_POINTS = 0.7;
const EMPTY_VERB_POINTS = 0.3;

export function planTool(tool: BrainTool, now: () => Date): ToolPlan {
  const slots = slotsOf(tool.name, tool.parameters, now);
  const name = nameWords(tool.name);
  const topics = topicsOf(name);
  const examples = quotedExamples(tool.description);
  const patterns = [
    ...examples.map((sentence) => examplePattern(sentence, name, topics, slots)),
    ...topics.flatMap((topic) =>
      topic.sentences.map((sentence) => patternFrom(sentence, slots, TOPIC_WEIGHT)),
    ),
    ...inferredSentences(name, slots, tool.description).map((sentence) =>
      patternFrom(sentence, slots, INFERRED_WEIGHT),
    ),
  ].filter((pattern) => pattern !== undefined);
  return {
    tool,
    slots,
    patterns,
    keywords: keywordsOf(name, topics, tool.description),
    synonyms: topics.flatMap((topic) => topic.synonyms),
    manner: name.some((word) => WRITING_VERBS.has(word))
      ? "writes"
      : name.some((word) => READING_VERBS.has(word))
        ? "reads"
        : undefined,
    example: examples[0] ?? name.join(" "),
    quoted: examples,
  };
}

/** Tools whose name means nothing to anybody are given the topics of their verbs only when no noun has one. */
function topicsOf(name: readonly string[]): readonly Topic[] {
  const reads = name.some((word) => READING_VERBS.has(word));
  const matching = TOPICS.filter((topic) => name.some((word) => topic.names.includes(word)));
  // "Notes" belongs to writing them and to reading them; the verb decides.
  const asking = matching.filter((topic) => topic.names.includes("recall"));
  const telling = matching.filter((topic) => topic.names.includes("remember"));
  if (asking.length > 0 && telling.length > 0) {
    return matching.filter((topic) => !(reads ? telling : asking).includes(topic));
  }
  const specific = matching.filter((topic) => !topic.names.includes("search"));
  return specific.length > 0 ? specific : matching;
}

/** Sentences in double quotation marks, of two words at least, count as ways to call the tool. */
function quotedExamples(description: string): string[] {
  const quoted = [...description.matchAll(/"([^"]{4,120})"|“([^”]{4,120})”/g)];
  return quoted.map((match) => match[1] ?? match[2] ?? "").filter((sentence) => wordsOf(sentence).length > 1);
}

/** Puts holes where an example has values: "in Tokyo" becomes "in {place}". */
function examplePattern(
  sentence: string,
  name: readonly string[],
  topics: readonly Topic[],
  slots: readonly Slot[],
): Pattern {
  const list = tokens(sentence);
  const parts: (string | Slot)[] = list.map((token) => token.word);
  for (const slot of slots) {
    const found = slot.find(list)[0];
    if (
      !found ||
      slot.kind === "text" ||
      parts.slice(found.from, found.to).some((part) => typeof part !== "string")
    ) {
      continue;
    }
    parts.splice(
      found.from,
      found.to - found.from,
      slot,
      ...Array.from({ length: found.to - found.from - 1 }, () => ""),
    );
  }
  const text = slots.find((slot) => slot.kind === "text");
  if (text) {
    const from = textStart(list, name, topics, text, /(?:…|\.\.\.)\s*$/.test(sentence));
    if (from !== undefined && parts.slice(from).every((part) => typeof part === "string")) {
      parts.splice(from, parts.length - from, text);
    }
  }
  return { parts: parts.filter((part) => part !== ""), weight: EXAMPLE_WEIGHT };
}

/** Where free text begins in an example: after the verb and the word that leads on, as in "remember that ...". */
function textStart(
  list: readonly Token[],
  name: readonly string[],
  topics: readonly Topic[],
  slot: Slot,
  trailing: boolean,
): number | undefined {
  if (trailing) return list.length;
  const asks = QUESTION_WORDS.has(list[0]?.word ?? "");
  const known = new Set([...name, ...topics.flatMap((topic) => topic.synonyms)].map(stem));
  const verb = list.findIndex((token) => known.has(stem(token.word)));
  const lead = list.findIndex((token, index) => index > verb && slot.leads.includes(token.word));
  // "What did I ask you to remember" has no value in it; "... about the car" has.
  if (asks) {
    const about = list.findIndex((token) => token.word === "about");
    return about > 0 && about + 1 < list.length ? about + 1 : undefined;
  }
  if (verb < 0) return undefined;
  if (lead > 0 && lead <= verb + 2 && lead + 1 < list.length) return lead + 1;
  return verb + 1 < list.length ? verb + 1 : undefined;
}

function keywordsOf(
  name: readonly string[],
  topics: readonly Topic[],
  description: string,
): Map<string, number> {
  const points = new Map<string, number>();
  const give = (word: string, value: number): void => {
    if (!STOP_WORDS.has(word)) points.set(stem(word), Math.max(value, points.get(stem(word)) ?? 0));
  };
  for (const word of name) give(word, EMPTY_VERBS.has(word) ? EMPTY_VERB_POINTS : NAME_POINTS);
  for (const topic of topics) for (const word of topic.synonyms) give(word, SYNONYM_POINTS);
  for (const word of wordsOf(description)) give(word, DESCRIPTION_POINTS);
  return points;
}
