// One item a response generates, told event by event: the ladder of a message that is spoken or written, and of a
// function call. Whatever ends it, its open steps are closed in the documented order.

import { samplesToMs } from "../../audio/format.ts";
import { newCallId, newId, obfuscation } from "../wire/ids.ts";
import type { FunctionCallItem, ItemStatus, MessageItem } from "../wire/items.ts";
import { encodePcm } from "../wire/pcm-text.ts";
import { storedItem } from "./item-list.ts";
import type { ItemList, StoredItem } from "./item-list.ts";
import { joined } from "./user-items.ts";

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
  /** Sends one more delta that nobody waits for, as happens around a cancel. */
  straggle?(): void;
}

export function openItem(place: OutputPlace, stored: StoredItem): void {
  place.emit("response.output_item.added", {
    response_id: place.responseId,
    output_index: place.outputIndex,
    item: stored.wire,
  });
  if (!place.items) return;
  const previous = place.items.insert(stored);
  place.emit("conversation.item.added", { previous_item_id: previous, item: stored.wire });
}

export function finishItem(place: OutputPlace, stored: StoredItem, status: ItemStatus | undefined): void {
  if (status) stored.wire = { ...stored.wire, status } as StoredItem["wire"];
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

/** Length of a straggling delta. */
const STRAGGLER_SAMPLES = 480;

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
    openItem(place, this.stored);
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

  straggle(): void {
    if (this.#closed) return;
    if (this.#isSpoken) this.play(new Int16Array(STRAGGLER_SAMPLES));
    else this.write(" …");
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
      this.stored.audio = joined(this.#audio);
    }
    finishItem(this.#place, this.stored, status);
  }
}

/** A call of one of the session's tools. The arguments go out in pieces, as a model would write them. */
export class OutputCall implements OutputItem {
  readonly stored: StoredItem;
  readonly #place: OutputPlace;
  #closed = false;

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
    openItem(place, this.stored);
  }

  /** All of the arguments, as JSON text; or as much of it as there was room for, and then no `done` but at the close. */
  write(text: string): void {
    const call = this.stored.wire as FunctionCallItem;
    this.stored.wire = { ...call, arguments: text };
    const ids = this.#ids(call);
    for (const delta of pieces(text)) {
      const fields = { ...ids, delta, obfuscation: obfuscation() };
      this.#place.emit("response.function_call_arguments.delta", fields);
    }
  }

  close(status: "completed" | "incomplete"): void {
    if (this.#closed) return;
    this.#closed = true;
    const call = this.stored.wire as FunctionCallItem;
    const fields = { ...this.#ids(call), name: call.name, arguments: call.arguments };
    this.#place.emit("response.function_call_arguments.done", fields);
    finishItem(this.#place, this.stored, status);
  }

  #ids({ id, call_id }: FunctionCallItem): Record<string, unknown> {
    const { responseId, outputIndex } = this.#place;
    return { response_id: responseId, item_id: id, output_index: outputIndex, call_id };
  }
}

/** Characters per delta of arguments. */
const PIECE = 8;

export function pieces(text: string): string[] {
  return text.match(new RegExp(`[\\s\\S]{1,${PIECE}}`, "g")) ?? [];
}
