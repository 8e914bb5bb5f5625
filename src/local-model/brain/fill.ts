// Finds a tool's arguments in the words of an utterance, wherever they stand.

import { UNKNOWN_WORDS } from "../hearing.ts";
import { looseText } from "./loose-text.ts";
import type { Arguments } from "./pattern.ts";
import type { ToolPlan } from "./plan.ts";
import type { Found } from "./slots/phrase-index.ts";
import type { Slot } from "./slots/slot.ts";
import { between } from "./tokens.ts";
import type { Token } from "./tokens.ts";

export interface Filled {
  readonly arguments: Arguments;
  /** The slots that were found by their values. */
  readonly typed: readonly Slot[];
  /** Which words those values are. */
  readonly taken: ReadonlySet<number>;
}

/** Every argument whose value is of a known kind, each stretch of words used once. */
export function fillTyped(plan: ToolPlan, list: readonly Token[]): Filled {
  const taken = new Set<number>();
  const found: Record<string, unknown> = {};
  const typed: Slot[] = [];
  const take = (slot: Slot, onlyLed: boolean): void => {
    if (slot.kind === "text" || slot.name in found) return;
    const free = slot
      .find(list)
      .filter((each) => !range(each.from, each.to).some((index) => taken.has(index)));
    const chosen = free.find((each) => isLed(slot, list, each)) ?? (onlyLed ? undefined : free[0]);
    if (!chosen) return;
    for (const index of range(chosen.from, chosen.to)) taken.add(index);
    found[slot.name] = chosen.value;
    typed.push(slot);
  };
  // "From" and "to" first: what stands behind one of them belongs to nothing else.
  for (const slot of plan.slots) if (slot.isDirected) take(slot, true);
  for (const slot of plan.slots) take(slot, false);
  return { arguments: found, typed, taken };
}

/** The same, with what no list holds: other places, and free text. */
export function fill(plan: ToolPlan, text: string, list: readonly Token[]): Filled {
  const known = fillTyped(plan, list);
  const found = { ...known.arguments };
  for (const slot of plan.slots) {
    if (slot.name in found || !slot.required) continue;
    const value =
      slot.kind === "place"
        ? unlistedPlace(text, list, slot, known.taken)
        : slot.kind === "text"
          ? freeText(plan, text, list, slot, known.taken)
          : undefined;
    if (value !== undefined) found[slot.name] = value;
  }
  return { ...known, arguments: found };
}

/** Loose text is a guess at where it begins; with unknown stretches around it, it is better asked for. */
function freeText(...found: Parameters<typeof looseText>): string | undefined {
  return found[1].includes(UNKNOWN_WORDS) ? undefined : looseText(...found);
}

function isLed(slot: Slot, list: readonly Token[], found: Found): boolean {
  return slot.leads.includes(list[found.from - 1]?.word ?? "");
}

/** A place nobody listed stands at the end, after "in" or its like. */
function unlistedPlace(
  text: string,
  list: readonly Token[],
  slot: Slot,
  taken: ReadonlySet<number>,
): string | undefined {
  const lead = list.findLastIndex((token) => slot.leads.includes(token.word));
  const words = range(lead + 1, list.length);
  return lead >= 0 && words.length > 0 && words.length < 4 && !words.some((index) => taken.has(index))
    ? between(text, list, lead + 1, list.length)
    : undefined;
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}
