// The page's stay in a conversation: which phase it is in, and what the conversation says of itself meanwhile. What
// follows from a change is the call's business.

import type { ConversationState, SleepReason } from "../protocol/messages.ts";
import { isAwake, type CallState } from "./call-status.ts";
import type { StoredConversation } from "./conversation-memory.ts";

type Live = CallState & { phase: "live" };

export class Stay {
  readonly #onChange: () => void;
  #state: CallState = { phase: "idle" };

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get state(): CallState {
    return this.#state;
  }

  /** The conversation the page is in or on its way to. */
  get conversation(): StoredConversation | null {
    const state = this.#state;
    return state.phase === "idle" || state.phase === "ended" ? null : state.conversation;
  }

  get live(): Live | null {
    return this.#state.phase === "live" ? this.#state : null;
  }

  /** Not said by the socket: only after `welcome` is it known what the conversation does. */
  become(state: Exclude<CallState, Live>): void {
    this.#become(state);
  }

  welcomed(
    conversation: StoredConversation,
    is: ConversationState,
    reason: SleepReason | undefined,
    floor: boolean,
  ): void {
    const recovering = is === "connecting" && this.#state.phase === "reconnecting";
    this.#become({ phase: "live", conversation, is, floor, recovering, ...because(reason) });
  }

  /** For a page that is live; others are told with their `welcome`. */
  conversationIs(is: ConversationState, reason: SleepReason | undefined): void {
    const { live } = this;
    if (live === null) return;
    const { conversation, floor } = live;
    const recovering = is === "connecting" && (live.recovering || isAwake(live.is));
    this.#become({ phase: "live", conversation, is, floor, recovering, ...because(reason) });
  }

  floorIs(held: boolean): void {
    if (this.live !== null) this.#become({ ...this.live, floor: held });
  }

  #become(state: CallState): void {
    this.#state = state;
    this.#onChange();
  }
}

function because(reason: SleepReason | undefined): { reason?: SleepReason } {
  return reason === undefined ? {} : { reason };
}
