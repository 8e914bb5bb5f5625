// The first message on every socket: all a page needs to draw itself.

import { MAX_FRAME_BYTES } from "../audio/format.ts";
import { MAX_TYPED_CHARS, PROTOCOL_VERSION, WELCOME_ITEMS } from "../protocol/messages.ts";
import type { ConversationMessage, Item, LiveSettings } from "../protocol/messages.ts";
import type { ItemStore } from "../store/item-store.ts";
import type { UsageStore } from "../store/usage-store.ts";
import { shownState } from "./turn.ts";
import type { TurnState } from "./turn.ts";

export interface WelcomeWorld {
  conversationId: string;
  items: ItemStore;
  usage: UsageStore;
}

/** `unstored`: items no row tells of yet. `isWaiting`: whether a call waits for the page's word. */
export function welcome(
  world: WelcomeWorld,
  turn: TurnState,
  settings: LiveSettings,
  floor: { held: boolean; taken: boolean },
  unstored: Item[],
  isWaiting: (callId: string) => boolean,
): ConversationMessage {
  const { conversationId, items, usage } = world;
  const { items: stored, hasEarlier } = items.pageItems(WELCOME_ITEMS);
  for (const { tool } of stored) {
    if (tool !== undefined && isWaiting(tool.callId)) tool.status = "waiting_approval";
  }
  return {
    type: "welcome",
    protocol: PROTOCOL_VERSION,
    conversationId,
    state: shownState(turn),
    ...(turn.phase === "asleep" && turn.reason !== undefined ? { reason: turn.reason } : {}),
    items: [...stored, ...unstored],
    hasEarlier,
    floor: floor.held,
    floorTaken: floor.taken,
    settings,
    usage: usage.totals(),
    limits: { maxFrameBytes: MAX_FRAME_BYTES, maxTextChars: MAX_TYPED_CHARS },
  };
}
