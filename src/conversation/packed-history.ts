// The stored items as one message. A history told item by item is full of answers in text, and can talk a session into
// answering in text as well; told as a transcript it does not. Pure.

import { assertNever } from "../assert.ts";
import type { ModelItem } from "./ports.ts";

/** The packed message's id in a session: no item of ours has it, so nothing ever cuts or removes it by mistake. */
const HISTORY_ID = "history";
const HEAD = "What was said and done in this conversation so far, oldest first, as a transcript:";

/**
 * Everything before the turn that waits for its answer, in one message; that turn, and the calls made for it, follow
 * as items. So do recordings, which cannot be written down, and what the agent itself laid down as `system`.
 */
export function packedHistory(items: readonly ModelItem[]): ModelItem[] {
  const last = items.at(-1);
  const isAnswered = last?.kind === "message" && last.role === "assistant";
  const newestTurn = isAnswered ? items.length : items.findLastIndex(isUserTurn);
  const earlier = items.slice(0, Math.max(0, newestTurn));
  const waiting = items.slice(Math.max(0, newestTurn));
  const calls = new Set(waiting.flatMap((item) => (item.kind === "tool_call" ? [item.callId] : [])));
  // The output of a slow tool may stand turns after its call, and goes where that goes.
  const late = waiting.filter((item) => item.kind === "tool_output" && !calls.has(item.callId));
  const packed = [...earlier, ...late];
  const lines = packed.filter((item) => !isSystem(item)).map(toLine);
  if (lines.length === 0) return [...items];
  return [
    ...packed.filter(isSystem),
    { kind: "message", id: HISTORY_ID, role: "user", text: [HEAD, ...lines].join("\n") },
    ...packed.filter((item) => item.kind === "speech"),
    ...waiting.filter((item) => !late.includes(item)),
  ];
}

function isUserTurn(item: ModelItem): boolean {
  return item.kind === "speech" || (item.kind === "message" && item.role === "user");
}

function isSystem(item: ModelItem): boolean {
  return item.kind === "message" && item.role === "system";
}

/** One line an item. What was said is quoted: it must not look like a line of its own. */
function toLine(item: ModelItem): string {
  switch (item.kind) {
    case "message":
      return `${item.role === "user" ? "User" : "You"}: ${JSON.stringify(item.text)}`;
    case "speech":
      return "User: (in a recording that follows)";
    case "tool_call":
      return `You called ${item.name}: ${item.argumentsJson}`;
    case "tool_output":
      return `It returned: ${JSON.stringify(item.output)}`;
    default:
      return assertNever(item);
  }
}
