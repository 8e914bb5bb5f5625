// Whether a conversation fell asleep over a question, as its `welcome` tells a page that comes back.

import type { ConversationMessage } from "../protocol/messages.ts";

export function isAnswerOwed({ state, reason, items }: ConversationMessage & { type: "welcome" }): boolean {
  const fellAsleep = state === "asleep" && (reason === undefined || reason === "nobody_here");
  const last = items.at(-1);
  return fellAsleep && (last?.role === "user" || last?.kind === "tool");
}
