// The conversation as the page shows it: items in order of first appearance, words as they come. It knows
// nothing of the document; whoever draws it listens to the changes.

import type { ConversationMessage, Item, ToolStatus } from "../protocol/messages.ts";

export type TranscriptChange =
  /** Everything may be different: draw it again from `items`. */
  | { type: "reset" }
  /** This item is new, or differs from before. */
  | { type: "item"; item: Item }
  | { type: "removed"; id: string };

export type ItemMessage = ConversationMessage & { type: "item" | "item_removed" | "caption" | "tool" };

export class Transcript {
  readonly #listen: (change: TranscriptChange) => void;
  #items = new Map<string, Item>();
  #hasEarlier = false;

  constructor(listen: (change: TranscriptChange) => void) {
    this.#listen = listen;
  }

  get items(): Item[] {
    return [...this.#items.values()];
  }

  get hasEarlier(): boolean {
    return this.#hasEarlier;
  }

  /**
   * What a `welcome` carries replaces all from its first item on, for items may have been removed while the page was
   * away. Settled older ones stay, if nothing is missing between.
   */
  welcome(items: Item[], hasEarlier: boolean): void {
    const shown = this.items;
    const first = hasEarlier ? shown.findIndex(({ id }) => id === items[0]?.id) : -1;
    const older = shown.slice(0, Math.max(0, first)).filter(({ status }) => status !== "in_progress");
    this.reset([...older, ...items], older.length > 0 ? this.#hasEarlier : hasEarlier);
  }

  /** Replaces everything. */
  reset(items: Item[], hasEarlier: boolean): void {
    this.#items = new Map(items.map((item) => [item.id, item]));
    this.#hasEarlier = hasEarlier;
    this.#listen({ type: "reset" });
  }

  /** Puts older items in front; what is shown already keeps its newer form. */
  addEarlier(items: Item[], hasEarlier: boolean): void {
    const older = items.filter(({ id }) => !this.#items.has(id));
    this.reset([...older, ...this.#items.values()], hasEarlier);
  }

  /** What the conversation tells of single items. */
  change(message: ItemMessage): void {
    if (message.type === "item") this.put(message.item);
    else if (message.type === "item_removed") this.remove(message.id);
    else if (message.type === "caption") this.addCaption(message.itemId, message.delta);
    else this.setTool(message.callId, message.status, message.display);
  }

  put(item: Item): void {
    this.#items.set(item.id, item);
    this.#listen({ type: "item", item });
  }

  /** Words for an unknown item are late ones of an item that was removed. */
  addCaption(itemId: string, delta: string): void {
    const item = this.#items.get(itemId);
    if (item !== undefined) this.put({ ...item, text: item.text + delta });
  }

  remove(id: string): void {
    if (this.#items.delete(id)) this.#listen({ type: "removed", id });
  }

  setTool(callId: string, status: ToolStatus, display: string | undefined): void {
    for (const item of this.#items.values()) {
      if (item.tool?.callId !== callId) continue;
      this.put({ ...item, tool: { ...item.tool, status, ...(display === undefined ? {} : { display }) } });
      return;
    }
  }
}

/** Said or typed, and more than the beginning of something that may come to nothing. */
export function isUserTurn({ role, kind, status }: Item): boolean {
  return role === "user" && kind === "message" && status !== "in_progress";
}
