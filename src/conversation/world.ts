// What a conversation is built from. Production wiring is in `object.ts`; the tests have their own.

import type { AgentDefinition, Notes } from "../define.ts";
import type { Log } from "../log.ts";
import type { ItemStore } from "../store/item-store.ts";
import type { SpeechStore } from "../store/speech-store.ts";
import type { TurnStore } from "../store/turn-store.ts";
import type { UsageStore } from "../store/usage-store.ts";
import type { ToolRegistry } from "../tools/registry.ts";
import type { Clock, NewId, OpenModel } from "./ports.ts";

export interface ConversationWorld {
  conversationId: string;
  agent: AgentDefinition;
  registry: ToolRegistry;
  items: ItemStore;
  usage: UsageStore;
  turns: TurnStore;
  notes: Notes;
  speech: SpeechStore;
  openModel: OpenModel;
  clock: Clock;
  newId: NewId;
  /** 0 to 1. */
  random(): number;
  /** Told when the object has to stay in memory (a session is wanted, a tool runs), and when it no longer has to. */
  busy(isBusy: boolean): void;
  log: Log;
}
