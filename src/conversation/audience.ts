// Who listens: the attached callers, and the one that holds the floor. Everyone sees the transcript; audio goes to
// the holder alone, and only its frames and reports count (rule FL1).

import { CLOSE } from "../protocol/close.ts";
import type { ConversationMessage } from "../protocol/messages.ts";
import type { Caller } from "./ports.ts";

export class Audience {
  readonly #callers = new Map<string, Caller>();
  /** The item whose beginning no sound may hold, and how much of it. */
  #protected: { itemId: string; protectedMs: number } | undefined;
  /** The item the holder was last told its binary frames belong to. */
  #announced: string | undefined;

  get size(): number {
    return this.#callers.size;
  }

  get holder(): Caller | undefined {
    for (const caller of this.#callers.values()) if (caller.holdsFloor) return caller;
    return undefined;
  }

  add(caller: Caller): void {
    this.#callers.set(caller.id, caller);
  }

  /** False when the caller was gone already. */
  remove(caller: Caller): boolean {
    return this.#callers.delete(caller.id);
  }

  has(caller: Caller): boolean {
    return this.#callers.has(caller.id);
  }

  broadcast(message: ConversationMessage): void {
    for (const caller of this.#callers.values()) caller.send(message);
  }

  /** Gives `caller` the floor and tells whoever had it. */
  give(caller: Caller): void {
    if (caller.holdsFloor) return;
    const before = this.holder;
    if (before !== undefined) {
      before.holdsFloor = false;
      before.remember();
      before.send({ type: "floor", held: false });
    }
    caller.holdsFloor = true;
    caller.remember();
    caller.send({ type: "floor", held: true });
    this.#announced = undefined;
  }

  /** Older sockets of the same page are ghosts: a browser that lost its network never closed them. */
  replaceGhosts(caller: Caller): Caller[] {
    const ghosts = [...this.#callers.values()].filter(
      (other) => other.id !== caller.id && other.pageId === caller.pageId,
    );
    for (const ghost of ghosts) {
      if (ghost.holdsFloor) this.give(caller);
      this.#callers.delete(ghost.id);
      ghost.close(CLOSE.replaced.code, CLOSE.replaced.reason);
    }
    return ghosts;
  }

  /** Audio of `itemId` from `fromMs` to the holder; announced where the item changes. Hot path. */
  sendAudio(holder: Caller, itemId: string, fromMs: number, pcm: Uint8Array): void {
    if (this.#announced !== itemId) {
      this.#announced = itemId;
      const protectedMs = this.#protected?.itemId === itemId ? this.#protected.protectedMs : undefined;
      holder.send({ type: "audio", itemId, fromMs, ...(protectedMs === undefined ? {} : { protectedMs }) });
    }
    holder.sendAudio(pcm);
  }

  /** The page is told with the item's audio that it plays its beginning whatever it hears. */
  protect(itemId: string, protectedMs: number): void {
    this.#protected = { itemId, protectedMs };
  }

  /** A queue is to be dropped: what follows is announced anew. */
  announceAnew(): void {
    this.#announced = undefined;
  }

  closeAll(code: number, reason: string): void {
    for (const caller of this.#callers.values()) caller.close(code, reason);
    this.#callers.clear();
  }
}
