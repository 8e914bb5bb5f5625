// The items of one session in order, with what the wire does not show: audio, and what was heard in it.

import { assertNever } from "../../assert.ts";
import type { Memory } from "../brain.ts";
import { UNKNOWN_WORDS } from "../hearing.ts";
import { duplicateItem, itemsTooLong, tooManyItems, unknownPreviousItem } from "../wire/errors.ts";
import type { WireItem } from "../wire/items.ts";

export interface StoredItem {
  wire: WireItem;
  /** The user's or the assistant's audio at 24 kHz, for `retrieve`; dropped when the session keeps too much. */
  audio: Int16Array | undefined;
  /** Milliseconds of that audio, also when it was dropped. */
  audioMs: number;
  /** What was heard in the user's audio; pending while the engine works. */
  heard: Promise<string> | undefined;
  /** What the model remembers having heard or said: transcripts deleted from the wire are still known in part. */
  words: string;
  /** The transcript of the user's audio, once it is complete. Of all events only `retrieved` shows it. */
  transcript: string | undefined;
  /** Truncated by the client: whatever its response still produces is not added to it. */
  isCut: boolean;
  /** Length of what it was put in with, without audio. */
  readonly heldBytes: number;
}

/** Audio kept per session for `retrieve`: some three minutes. The oldest items lose theirs first. */
export const MAX_KEPT_AUDIO_BYTES = 9_000_000;

/** No limit is published. A conversation of an hour has hundreds; more than this is a client gone wild. */
export const MAX_ITEMS = 10_000;

/** Texts and images that items were put in with, per session: the longest messages fill it with three. */
export const MAX_HELD_MIB = 64;
const MAX_HELD_BYTES = MAX_HELD_MIB * 1024 * 1024;

export function storedItem(wire: WireItem): StoredItem {
  return {
    wire,
    audio: undefined,
    audioMs: 0,
    heard: undefined,
    words: "",
    transcript: undefined,
    isCut: false,
    heldBytes: heldBytes(wire),
  };
}

/** A character counts as a byte. Audio has a limit of its own. */
function heldBytes(wire: WireItem): number {
  const fields: unknown[] =
    wire.type === "message"
      ? wire.content.flatMap(({ text, transcript, image_url }) => [text, transcript, image_url])
      : Object.values(wire);
  let bytes = 0;
  for (const field of fields) if (typeof field === "string") bytes += field.length;
  return bytes;
}

export class ItemList {
  #items: StoredItem[] = [];
  #heldBytes = 0;

  get all(): readonly StoredItem[] {
    return this.#items;
  }

  find(id: string): StoredItem | undefined {
    return this.#items.find((item) => item.wire.id === id);
  }

  hasCall(callId: string): boolean {
    return this.#items.some(({ wire }) => wire.type === "function_call" && wire.call_id === callId);
  }

  hasApprovalRequest(id: string): boolean {
    return this.find(id)?.wire.type === "mcp_approval_request";
  }

  /**
   * Adds after `previousId` (undefined or "": last; "root": first) and returns the id now before it, or null.
   * Throws a `WireError` for a duplicate id or an unknown predecessor.
   */
  insert(item: StoredItem, previousId?: string): string | null {
    if (this.find(item.wire.id)) throw duplicateItem(item.wire.id);
    if (this.#items.length >= MAX_ITEMS) throw tooManyItems(MAX_ITEMS);
    if (this.#heldBytes + item.heldBytes > MAX_HELD_BYTES) throw itemsTooLong(MAX_HELD_MIB);
    const before =
      previousId === "root" ? -1 : previousId ? this.#indexOf(previousId) : this.#items.length - 1;
    if (before === undefined) throw unknownPreviousItem(previousId ?? "");
    this.#items.splice(before + 1, 0, item);
    this.#heldBytes += item.heldBytes;
    this.#shedAudio();
    return this.#items[before]?.wire.id ?? null;
  }

  /** The id before this item, or null; what a late event says of it. */
  previousOf(id: string): string | null {
    const index = this.#indexOf(id);
    return index === undefined ? null : (this.#items[index - 1]?.wire.id ?? null);
  }

  isFirst(id: string): boolean {
    return this.#items[0]?.wire.id === id;
  }

  remove(id: string): boolean {
    const index = this.#indexOf(id);
    if (index === undefined) return false;
    const [removed] = this.#items.splice(index, 1);
    this.#heldBytes -= removed?.heldBytes ?? 0;
    return true;
  }

  #indexOf(id: string): number | undefined {
    const index = this.#items.findIndex((item) => item.wire.id === id);
    return index < 0 ? undefined : index;
  }

  #shedAudio(): void {
    let kept = 0;
    for (const item of this.#items.toReversed()) {
      kept += item.audio?.byteLength ?? 0;
      if (kept > MAX_KEPT_AUDIO_BYTES) item.audio = undefined;
    }
  }
}

/** What the brain is told of these items. Waits for speech that is still being recognised. */
export async function memoriesOf(items: readonly StoredItem[]): Promise<Memory[]> {
  await Promise.all(items.map((item) => item.heard?.catch(() => UNKNOWN_WORDS)));
  return items.flatMap(memoriesIn);
}

/** The same of one item without waiting: speech that is still being recognised is empty. */
export function memoriesIn({ wire, words }: StoredItem): Memory[] {
  switch (wire.type) {
    case "message": {
      const written = wire.content.flatMap((part) => (part.text === undefined ? [] : [part.text]));
      return [{ kind: "said", by: wire.role, text: [...written, words].filter(Boolean).join(" ") }];
    }
    case "function_call":
      return [{ kind: "call", callId: wire.call_id, name: wire.name, arguments: wire.arguments }];
    case "function_call_output":
      return [{ kind: "output", callId: wire.call_id, output: wire.output }];
    case "mcp_call": {
      const { id: callId, name } = wire;
      const output = wire.output ?? JSON.stringify({ error: wire.error?.message });
      return [
        { kind: "call", callId, name, arguments: wire.arguments },
        { kind: "output", callId, output },
      ];
    }
    case "mcp_list_tools":
    case "mcp_approval_request":
    case "mcp_approval_response":
      return [];
    default:
      return assertNever(wire);
  }
}
