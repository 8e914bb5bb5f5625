// What a conversation says of itself beside its state: amounts, settings, limits, how the newest turn went.

import type { ConversationMessage } from "../protocol/messages.ts";
import type { CallStatus } from "./call-status.ts";

export type CallFacts = Pick<CallStatus, "usage" | "settings" | "limits" | "turn">;

export const NO_FACTS: CallFacts = { usage: null, settings: null, limits: null, turn: null };

export type FactMessage = ConversationMessage & { type: "welcome" | "usage" | "settings" | "turn" };

export function factsAfter(facts: CallFacts, message: FactMessage): CallFacts {
  switch (message.type) {
    case "welcome": {
      const { usage, settings, limits } = message;
      return { ...facts, usage, settings, limits };
    }
    case "usage":
      return { ...facts, usage: message.totals };
    case "settings":
      return { ...facts, settings: message.settings };
    default:
      return { ...facts, turn: message };
  }
}
