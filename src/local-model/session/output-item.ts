// One item a response generates, told event by event: the ladder of a message that is spoken or written, and of a
// function call. Whatever ends it, its open steps are closed in the documented order.

import { encodePcm } from "./input-audio.ts";
import type { ItemList, StoredItem } from "./item-list.ts";
import { storedItem } from "./item-list.ts";
import { samplesToMs } from "../../audio/format.ts";
import { newCallId, newId, obfuscation } from "../wire/ids.ts";
import type { FunctionCallItem, ItemStatus, MessageItem } from "../wire/items.ts";

export type Emit = (type: string, fields: Readonly<Record<string, unknown>>) => void;

export interface OutputPlace {
  readonly emit: Emit;
  readonly responseId: string;
  readonly outputIndex: number;
  /** Undefined for a response outside the conversation: its items are nobody's. */
  readonly items: ItemList | undefined;
}

export interface OutputItem {
  readonly stored: StoredItem;
  /** Ends the item; further calls do nothing. */
  close(status: "completed" | "incomplete"): void;
}

function open(place: OutputPlace, stored: StoredItem): void {
  place.emit("response.output_item.added", {
    response_id: place.responseId,
    output_index: place.outputIndex,
    item: stored.wire,
  });
  if (!place.items) return;
  const previous = place.items.insert(stored);
  place.emit("conversation.item.added", { previous_item_id: previous, item: stored.wire });
}

function finish(place: OutputPlace, stored: StoredItem, status: ItemStatus): void {
  stored.wire = { ...stored.wire, status } as StoredItem["wire"];
  if (place.items?.find(stored.wire.id)) {
    const previous = place.items.previousOf(stored.wire.id);
    // As on the wire: null when the item before it is the first of the conversation, although `added` named it.
    const shown = previous !== null && place.items.isFirst(previous) ? null : previous;
    place.emit("conversation.item.done", { previous_item_id: shown, item: stored.wire });
  }
  place.emit("response.output_item.done", {
    response_id: place.responseId,
    output_index: place.outputIndex,
    item: stored.wire,
  });
}

/** A message of the assistant. Text goes out as it comes; audio, when the response is spoken, follows its words. */
export class OutputMessage implements OutputItem {
  readonly stored: StoredItem;
  readonly #place: OutputPlace;
  readonly #isSpoken: boolean;
  readonly #ids: Readonly<Record<string, unknown>>;
  readonly #audio: Int16Array[] = [];
  #samples = 0;
  #text = "";
  #closed = false;

  constructor(place: OutputPlace, isSpoken: boolean, phase: MessageItem["phase"]) {
    this.#place = place;
    this.#isSpoken = isSpoken;
    const id = newId("item");
    this.stored = storedItem({
      id,
      type: "message",
      status: "in_progress",
      role: "assistant",
      content: [],
      ...(phase ? { phase } : {}),
    });
    this.#ids = {
      response_id: place.responseId,
      item_id: id,
      output_index: place.outputIndex,
      content_index: 0,
    };
    open(place, this.stored);
    place.emit("response.content_part.added", {
      ...this.#ids,
      part: isSpoken ? { type: "audio", transcript: "" } : { type: "text", text: "" },
    });
  }

  get samples(): number {
    return this.#samples;
  }

  get text(): string {
    return this.#text;
  }

  /** The next words. */
  write(delta: string): void {
    this.#text += delta;
    if (this.#isSpoken && !this.stored.isCut) this.stored.words = this.#text;
    const type = this.#isSpoken ? "response.output_audio_transcript.delta" : "response.output_text.delta";
    this.#place.emit(type, { ...this.#ids, delta, obfuscation: obfuscation() });
  }

  /** The next audio. The item counts it at once, so that it can be truncated while it is still being spoken. */
  play(samples: Int16Array): void {
    this.#audio.push(samples);
    this.#samples += samples.length;
    if (!this.stored.isCut) this.stored.audioMs = samplesToMs(this.#samples);
    this.#place.emit("response.output_audio.delta", { ...this.#ids, delta: encodePcm(samples) });
  }

  close(status: "completed" | "incomplete"): void {
    if (this.#closed) return;
    this.#closed = true;
    const { emit } = this.#place;
    const text = this.#text;
    if (this.#isSpoken) {
      emit("response.output_audio.done", this.#ids);
      emit("response.output_audio_transcript.done", { ...this.#ids, transcript: text });
      emit("response.content_part.done", { ...this.#ids, part: { type: "audio", transcript: text } });
    } else {
      emit("response.output_text.done", { ...this.#ids, text });
      emit("response.content_part.done", { ...this.#ids, part: { type: "text", text } });
    }
    // A truncation during the response has already decided what remains.
    if (!this.stored.isCut) {
      const content = this.#isSpoken
        ? { type: "output_audio", transcript: text }
        : { type: "output_text", text };
      this.stored.wire = { ...this.stored.wire, content: [content] } as MessageItem;
      this.stored.audio = joined(this.#audio, this.#samples);
    }
    finish(this.#place, this.stored, status);
  }
}

/** A call of one of the session's tools. The arguments go out in pieces, as a model would write them. */
export class OutputCall implements OutputItem {
  readonly stored: StoredItem;
  readonly #place: OutputPlace;
  #closed = false;

  /** Characters per delta. */
  static readonly #PIECE = 8;

  constructor(place: OutputPlace, name: string) {
    this.#place = place;
    this.stored = storedItem({
      id: newId("item"),
      type: "function_call",
      status: "in_progress",
      name,
      call_id: newCallId(),
      arguments: "",
    });
    open(place, this.stored);
  }

  /** All of the arguments, as JSON text. */
  write(text: string): void {
    const call = this.stored.wire as FunctionCallItem;
    const ids = {
      response_id: this.#place.responseId,
      item_id: call.id,
      output_index: this.#place.outputIndex,
      call_id: call.call_id,
    };
    for (let at = 0; at < text.length; at += OutputCall.#PIECE) {
      const delta = text.slice(at, at + OutputCall.#PIECE);
      this.#place.emit("response.function_call_arguments.delta", {
        ...ids,
        delta,
        obfuscation: obfuscation(),
      });
    }
    this.stored.wire = { ...call, arguments: text };
    this.#place.emit("response.function_call_arguments.done", { ...ids, name: call.name, arguments: text });
  }

  close(status: "completed" | "incomplete"): void {
    if (this.#closed) return;
    this.#closed = true;
    finish(this.#place, this.stored, status);
  }
}

function joined(pieces: readonly Int16Array[], length: number): Int16Array {
  const all = new Int16Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
