// Typed turns that are not yet in the conversation. They wait for the socket and are sent again after a
// reconnect until their item is seen; the id makes a second copy harmless.

import type { BrowserMessage, Item } from "../protocol/messages.ts";

/** More typed turns than this unanswered means nothing gets through; the page then says so instead. */
export const MAX_WAITING_TEXTS = 8;

export type TextMessage = BrowserMessage & { type: "text"; id: string };

export class OutgoingText {
  #waiting: TextMessage[] = [];

  /** False when too many wait already. */
  add(text: TextMessage): boolean {
    if (this.#waiting.length === MAX_WAITING_TEXTS) return false;
    this.#waiting.push(text);
    return true;
  }

  get waiting(): readonly TextMessage[] {
    return this.#waiting;
  }

  /** The conversation shows what the user typed: nothing to resend. The words alone prove nothing: "yes" is said often. */
  seen({ sentId }: Item): void {
    this.#waiting = this.#waiting.filter(({ id }) => id !== sentId);
  }

  /** Gives back what was never taken, oldest first, and forgets it. */
  takeBack(): string[] {
    const texts = this.#waiting.map(({ text }) => text);
    this.#waiting = [];
    return texts;
  }
}
