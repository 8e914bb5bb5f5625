// The client's own work on the conversation: creating, reading, cutting and deleting items.

import {
  missingParameter,
  noSuchItem,
  notTruncatable,
  truncatedPastEnd,
  unknownApprovalRequest,
  unknownCall,
} from "../wire/errors.ts";
import { newCallId, newId } from "../wire/ids.ts";
import { checkItem } from "../wire/items.ts";
import { integer, text } from "../wire/shape.ts";
import type { Check } from "../wire/shape.ts";
import { encodePcm } from "../wire/pcm-text.ts";
import { storedItem } from "./item-list.ts";
import type { ItemList, StoredItem } from "./item-list.ts";
import type { Emit } from "./output-item.ts";

type Body = Readonly<Record<string, unknown>>;

/**
 * Puts the item in and returns its acknowledgement, to be called once. `hear` starts hearing audio inside the item; it
 * may throw a `WireError` for bad audio.
 */
export function createItem(
  items: ItemList,
  body: Body,
  emit: Emit,
  hear: (item: StoredItem) => void,
): () => void {
  const wire = checkItem(body["item"], "item", { itemId: () => newId("item"), callId: newCallId });
  if (wire.type === "function_call_output" && !items.hasCall(wire.call_id)) throw unknownCall(wire.call_id);
  if (wire.type === "mcp_approval_response" && !items.hasApprovalRequest(wire.approval_request_id)) {
    throw unknownApprovalRequest(wire.approval_request_id);
  }
  const after = body["previous_item_id"];
  const item = storedItem(wire);
  const previous = items.insert(
    item,
    after === undefined || after === null ? undefined : text(after, "previous_item_id"),
  );
  try {
    hear(item);
  } catch (error) {
    items.remove(item.wire.id);
    throw error;
  }
  return () => {
    emit("conversation.item.added", { previous_item_id: previous, item: item.wire });
    emit("conversation.item.done", { previous_item_id: previous, item: item.wire });
  };
}

export function retrieveItem(items: ItemList, body: Body, emit: Emit): void {
  const id = required(body, "item_id", text);
  const item = items.find(id);
  if (!item) throw noSuchItem("retrieve", id);
  emit("conversation.item.retrieved", { item: asRetrieved(item) });
}

export function deleteItem(items: ItemList, body: Body, emit: Emit): void {
  const id = required(body, "item_id", text);
  if (!items.remove(id)) throw noSuchItem("delete", id);
  emit("conversation.item.deleted", { item_id: id });
}

/** Cuts the assistant's audio to what was heard. The whole transcript goes; the model keeps the words up to there. */
export function truncateItem(items: ItemList, body: Body, emit: Emit): void {
  const id = required(body, "item_id", text);
  const index = required(body, "content_index", integer(0));
  const endMs = required(body, "audio_end_ms", integer(0));
  const item = items.find(id);
  if (!item) throw noSuchItem("truncate", id);
  const { wire } = item;
  if (wire.type !== "message" || wire.role !== "assistant" || item.audioMs === 0 || index !== 0) {
    throw notTruncatable();
  }
  // Milliseconds are whole here: the last, begun one may be asked for.
  const audioMs = Math.ceil(item.audioMs);
  if (endMs > audioMs) throw truncatedPastEnd(audioMs, endMs);
  const transcript = wire.content.map((part) => part.transcript ?? "").join(" ") || item.words;
  item.words = transcript.slice(0, Math.round((transcript.length * endMs) / Math.max(1, audioMs)));
  item.audio = item.audio?.slice(0, Math.round((item.audio.length * endMs) / Math.max(1, audioMs)));
  item.audioMs = Math.min(item.audioMs, endMs);
  item.isCut = true;
  item.wire = { ...wire, content: [{ type: "output_audio" }] };
  emit("conversation.item.truncated", { item_id: id, content_index: index, audio_end_ms: endMs });
}

function asRetrieved(item: StoredItem): unknown {
  const { wire, audio, transcript } = item;
  if (wire.type !== "message") return wire;
  const base64 = audio && audio.length > 0 ? { audio: encodePcm(audio) } : {};
  const heard = transcript === undefined ? {} : { transcript };
  const content = wire.content.map((part) => {
    if (part.type === "input_audio") return { ...part, ...heard, ...base64 };
    return part.type === "output_audio" ? { ...part, ...base64 } : part;
  });
  return { ...wire, content };
}

function required<Value>(body: Body, key: string, check: Check<Value>): Value {
  if (body[key] === undefined) throw missingParameter(key);
  return check(body[key], key);
}
