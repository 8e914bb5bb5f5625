// Reads a conversation's items from the beginning and finds what its last user turn means: which question was open,
// what was called last, what had been said before. Nothing is kept between turns, so a conversation replayed into a
// new session goes on where it was.

import type { Memory } from "../brain.ts";
import type { ToolPlan } from "./plan.ts";
import { recollect } from "./recollect.ts";
import type { Request } from "./revise.ts";
import { understand } from "./understand.ts";
import type { Meaning, OpenQuestion } from "./understand.ts";

/** How many of the user's last turns are understood again to find an open question: a question with its answers. */
const TURNS_REREAD = 4;
/** How many of the last calls "and in Paris?" may be about; what lies further back nobody means. */
const CALLS_RECALLED = 4;

/** What the user's last turn means; undefined when nobody said anything. */
export function meaningNow(plans: readonly ToolPlan[], memories: readonly Memory[]): Meaning | undefined {
  const turns = memories.flatMap((memory, index) =>
    memory.kind === "said" && memory.by === "user" ? [index] : [],
  );
  let meaning: Meaning | undefined;
  for (const at of turns.slice(-TURNS_REREAD)) {
    const memory = memories[at];
    if (memory?.kind !== "said") continue;
    const before = memories.slice(0, at);
    meaning = understand(memory.text, plans, {
      open: asked(meaning),
      recent: recentRequests(plans, before),
      recollect: (list) => recollect(memory.text, list, before),
    });
  }
  return meaning;
}

/** The question that waits for an answer: the last turn led to it and nothing has happened since but the asking. */
export function openQuestion(
  plans: readonly ToolPlan[],
  memories: readonly Memory[],
): OpenQuestion | undefined {
  return asked(meaningNow(plans, memories));
}

export function asked(meaning: Meaning | undefined): OpenQuestion | undefined {
  return meaning?.kind === "ask" ? meaning : undefined;
}

function recentRequests(plans: readonly ToolPlan[], memories: readonly Memory[]): Request[] {
  const calls = memories.flatMap((memory) => (memory.kind === "call" ? [memory] : []));
  return calls
    .slice(-CALLS_RECALLED)
    .toReversed()
    .flatMap((call) => {
      const plan = plans.find(({ tool }) => tool.name === call.name);
      return plan ? [{ plan, arguments: argumentsOf(call.arguments) }] : [];
    });
}

function argumentsOf(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
