// What of a conversation the model still reads. Items that no longer fit are dropped from its view, oldest first, and
// stay dropped; they remain in the conversation and can be retrieved.

import type { Truncation } from "../wire/session-object.ts";
import type { StoredItem } from "./item-list.ts";
import { itemSegment, total } from "./usage.ts";

export interface ContextRoom {
  /** What the model may read at most, and what of it instructions and tools take. */
  readonly limitTokens: number;
  readonly headTokens: number;
  readonly truncation: Truncation;
}

export class ContextWindow {
  readonly #dropped = new Set<string>();

  /** The items in view, or undefined when they do not fit, by dropping either or because none may be dropped. */
  fit(
    items: readonly StoredItem[],
    { limitTokens, headTokens, truncation }: ContextRoom,
  ): StoredItem[] | undefined {
    const windowTokens = limitTokens - headTokens;
    const rules = typeof truncation === "string" ? undefined : truncation;
    const room = Math.min(windowTokens, rules?.token_limits?.post_instructions ?? Infinity);
    const kept = items.filter(({ wire }) => !this.#dropped.has(wire.id));
    let size = 0;
    for (const item of kept) size += total(itemSegment(item).tokens);
    if (size <= room) return kept;
    if (truncation === "disabled") return undefined;
    const goal = room * (rules?.retention_ratio ?? 1);
    // The newest item stays whatever the client's own limits say: without it there would be nothing to answer. What
    // is more than the model can read is refused all the same, and then nothing is dropped for it.
    let first = 0;
    for (; size > goal && first < kept.length - 1; first++) size -= total(itemSegment(kept[first]!).tokens);
    if (size > windowTokens) return undefined;
    for (const { wire } of kept.splice(0, first)) this.#dropped.add(wire.id);
    return kept;
  }
}
