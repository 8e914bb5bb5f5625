// The built-in brain: rules over the session's tools and the conversation's items, nothing learnt.

import type { Brain, BrainTool, BrainTurn, Decision, Memory, PlannedCall } from "../brain.ts";
import type { Vocabulary } from "../hearing.ts";
import { phraseResult } from "./phrase-result.ts";
import { planTool } from "./plan.ts";
import type { ToolPlan } from "./plan.ts";
import { notUnderstood, smallTalkReply } from "./small-talk.ts";
import { PLACES } from "./words/places.ts";
import { GIVEN_NAMES } from "./words/names.ts";
import type { Request } from "./revise.ts";
import { asked, meaningNow, openQuestion } from "./story.ts";
import type { Meaning } from "./understand.ts";
import { vocabularyOf } from "./vocabulary.ts";

/** Compiled tool sets and vocabularies kept; the oldest goes. Each is some hundred kilobytes. */
const MAX_CACHED = 32;

const SAY_EXACTLY = /say exactly:?\s*["“]([\s\S]*)["”]/i;

export class RuleBrain implements Brain {
  readonly properNames: readonly string[] = [...PLACES, ...GIVEN_NAMES];
  readonly #now: () => Date;
  readonly #plans = new Map<string, readonly ToolPlan[]>();
  readonly #vocabularies = new Map<string, Vocabulary>();

  /** `now` is asked only to turn "tomorrow" into a date for schemas that want one. */
  constructor(now: () => Date = () => new Date()) {
    this.#now = now;
  }

  vocabulary(tools: readonly BrainTool[], memories: readonly Memory[]): Vocabulary {
    const plans = this.#plansFor(tools);
    const open = openQuestion(plans, memories)?.slot;
    const key = `${JSON.stringify(tools)}${open ? `?${open.className}` : ""}`;
    return cached(this.#vocabularies, key, () => vocabularyOf(plans, open));
  }

  decide(turn: BrainTurn): Decision {
    const exactly = SAY_EXACTLY.exec(turn.responseInstructions ?? "")?.[1];
    if (exactly) return { kind: "say", text: exactly };
    const { memories, toolChoice } = turn;
    const outputs = freshOutputs(memories);
    if (outputs.length > 0) return { kind: "say", text: outputs.map(phraseResult).join(" ") };
    const all = this.#plansFor(turn.tools);
    const plans =
      typeof toolChoice === "object" ? all.filter((plan) => plan.tool.name === toolChoice.name) : all;
    const meaning = meaningNow(plans, memories);
    const mustCall = toolChoice === "required" || typeof toolChoice === "object";
    if (mustCall && plans[0] && meaning?.kind !== "call") {
      const question = asked(meaning);
      return {
        kind: "call",
        calls: [{ name: (question?.plan ?? plans[0]).tool.name, arguments: question?.arguments ?? {} }],
      };
    }
    if (meaning?.kind === "call" && toolChoice === "none") {
      // An answer that broke off is asked for once more: what its tools found is still there.
      const found = outputsOfTurn(memories);
      const text = found.map(phraseResult).join(" ") || "I may not use my tools for this answer.";
      return { kind: "say", text };
    }
    return reply(meaning, plans, memories);
  }

  #plansFor(tools: readonly BrainTool[]): readonly ToolPlan[] {
    return cached(this.#plans, JSON.stringify(tools), () => tools.map((tool) => planTool(tool, this.#now)));
  }
}

function reply(
  meaning: Meaning | undefined,
  plans: readonly ToolPlan[],
  memories: readonly Memory[],
): Decision {
  const examples = plans.map((plan) => plan.example);
  switch (meaning?.kind) {
    case undefined:
      return { kind: "say", text: "Hello! How can I help you?" };
    case "call":
      return {
        kind: "call",
        calls: meaning.requests.map(plannedCall),
      };
    case "ask":
      return { kind: "say", text: meaning.slot.question };
    case "chat":
      return { kind: "say", text: smallTalkReply(meaning.topic, examples, lastSaid(memories)) };
    case "recollection":
      return { kind: "say", text: meaning.answer };
    case "dropped":
      return { kind: "say", text: "All right, never mind." };
    case "unknown":
      return { kind: "say", text: notUnderstood(examples, meaning.heardSomething) };
  }
}

/** With its arguments in the order of the tool's own schema, however they were said. */
function plannedCall({ plan, arguments: found }: Request): PlannedCall {
  const inOrder = plan.slots
    .filter((slot) => slot.name in found)
    .map((slot) => [slot.name, found[slot.name]]);
  return { name: plan.tool.name, arguments: { ...Object.fromEntries(inOrder), ...found } };
}

/** Outputs that came after everything that was said: nobody has heard them yet. */
function freshOutputs(memories: readonly Memory[]): string[] {
  const lastWords = memories.findLastIndex((memory) => memory.kind === "said" && memory.by !== "system");
  return memories.slice(lastWords + 1).flatMap((memory) => (memory.kind === "output" ? [memory.output] : []));
}

/** Outputs since the user spoke last, heard or not. */
function outputsOfTurn(memories: readonly Memory[]): string[] {
  const lastTurn = memories.findLastIndex((memory) => memory.kind === "said" && memory.by === "user");
  return memories.slice(lastTurn + 1).flatMap((memory) => (memory.kind === "output" ? [memory.output] : []));
}

function lastSaid(memories: readonly Memory[]): string | undefined {
  const last = memories.findLast(
    (memory) => memory.kind === "said" && memory.by === "assistant" && memory.text !== "",
  );
  return last?.kind === "said" ? last.text : undefined;
}

function cached<Value>(cache: Map<string, Value>, key: string, make: () => Value): Value {
  const value = cache.get(key) ?? make();
  cache.delete(key);
  cache.set(key, value);
  const [oldest] = cache.keys();
  if (cache.size > MAX_CACHED && oldest !== undefined) cache.delete(oldest);
  return value;
}
