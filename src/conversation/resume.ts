// What a fresh realtime session is told: stored rows, oldest first, as the items of the model port. Pure. Speech is
// told as heard; a call without its output, or an output without its call, would be refused and is left out.

import type { ItemRow } from "../store/item-store.ts";
import type { ModelItem } from "./ports.ts";

/**
 * The items for a fresh session, and whether the last turn of the user is still unanswered. Rows before position
 * `owedFrom` are owed nothing: the user stopped there, or was told that the answer failed. `speechOf` has the sound of
 * turns that nobody wrote down.
 */
export function resumeFrom(
  rows: readonly ItemRow[],
  owedFrom = 0,
  speechOf: (itemId: string) => Uint8Array | undefined = () => undefined,
): { items: ModelItem[]; answerOwed: boolean } {
  const outputs = new Set(rows.filter((row) => row.kind === "tool_output").map((row) => row.call_id));
  const calls = new Set(rows.filter((row) => row.kind === "tool_call").map((row) => row.call_id));
  const items: ModelItem[] = [];
  let answerOwed = false;
  for (const row of rows) {
    if (row.kind === "message") {
      const item = toMessage(row, speechOf);
      if (item === undefined) continue;
      items.push(item);
      answerOwed = row.role === "user" && row.position >= owedFrom;
    } else if (row.call_id !== null && outputs.has(row.call_id) && calls.has(row.call_id)) {
      items.push(
        row.kind === "tool_call"
          ? {
              kind: "tool_call",
              id: row.id,
              callId: row.call_id,
              name: row.tool_name ?? "",
              argumentsJson: row.text,
            }
          : { kind: "tool_output", id: row.id, callId: row.call_id, output: row.text },
      );
      answerOwed = row.position >= owedFrom;
    }
  }
  return { items, answerOwed };
}

/** Undefined for a message that is neither words nor sound. */
function toMessage(
  row: ItemRow,
  speechOf: (itemId: string) => Uint8Array | undefined,
): ModelItem | undefined {
  if (row.text !== "") return { kind: "message", id: row.id, role: row.role, text: row.text };
  const pcm = row.role === "user" && row.status === "failed" ? speechOf(row.id) : undefined;
  return pcm === undefined ? undefined : { kind: "speech", id: row.id, pcm };
}
