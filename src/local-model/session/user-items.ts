// The items of the user: turns that were spoken, silences that were noticed, and audio inside items the client made.
// Each is heard as soon as it exists, for the transcript and the answer both need the words.

import { msToSamples, samplesToMs } from "../../audio/format.ts";
import type { Hearing, Vocabulary } from "../hearing.ts";
import { badAudio } from "../wire/errors.ts";
import { newId } from "../wire/ids.ts";
import { IDLE_NOTE } from "./idle-timeout.ts";
import { decodePcm } from "../wire/pcm-text.ts";
import type { ItemList, StoredItem } from "./item-list.ts";
import { storedItem } from "./item-list.ts";
import type { Emit } from "./output-item.ts";

/** Speech that may not be over is heard in part; longer than this, its last part tells how it ends. */
const LONGEST_GLANCE_MS = 8000;

interface Ports {
  readonly emit: Emit;
  readonly items: ItemList;
  readonly hearing: Hearing;
  /** What to expect; the item that is about to be heard says nothing yet. */
  vocabulary(about?: StoredItem): Vocabulary;
  /** Starts the transcription of a committed item, if the session has one. */
  transcribe(item: StoredItem): void;
}

export class UserItems {
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** A committed turn becomes an item. */
  addTurn(itemId: string, samples: Int16Array): void {
    const item = spokenItem(itemId, samples);
    this.#commit(item);
    this.#hear(item, samples);
    this.#ports.transcribe(item);
  }

  /** A silence becomes an item without words, after a note that says why. */
  addSilence(itemId: string, samples: Int16Array): void {
    const note = storedItem({
      id: newId("item"),
      type: "message",
      status: "completed",
      role: "system",
      content: [{ type: "input_text", text: IDLE_NOTE }],
    });
    this.#show(this.#ports.items.insert(note), note);
    const item = spokenItem(itemId, samples);
    item.heard = Promise.resolve("");
    this.#commit(item);
    this.#ports.transcribe(item);
  }

  /** Hears the audio inside an item the client sent at `path`. Throws a `WireError` for bad audio. */
  hearContent(item: StoredItem, path: string): void {
    if (item.wire.type !== "message") return;
    const parts = item.wire.content.flatMap(({ audio }, index) =>
      audio === undefined ? [] : [{ audio, index }],
    );
    if (parts.length === 0) return;
    const pieces = parts.map(({ audio, index }) => {
      const samples = decodePcm(audio);
      if (!samples) throw badAudio(`${path}.content[${index}].audio`);
      return samples;
    });
    const samples = joined(pieces);
    item.audio = samples;
    // The audio stays with the item for `retrieve`; other events show the item without it.
    const content = item.wire.content.map(({ audio: _, ...part }) =>
      part.type === "input_audio" ? { ...part, transcript: part.transcript ?? null } : part,
    );
    item.wire = { ...item.wire, content };
    this.#hear(item, samples);
  }

  /** The words so far of a turn that may not be over; none when the engine fails. */
  glance(samples: Int16Array): Promise<string> {
    const { hearing, vocabulary } = this.#ports;
    return hearing.hear(samples.slice(-msToSamples(LONGEST_GLANCE_MS)), vocabulary(), this).catch(() => "");
  }

  #commit(item: StoredItem): void {
    const previous = this.#ports.items.insert(item);
    const { id } = item.wire;
    this.#ports.emit("input_audio_buffer.committed", { previous_item_id: previous, item_id: id });
    this.#show(previous, item);
  }

  #show(previous: string | null, { wire }: StoredItem): void {
    this.#ports.emit("conversation.item.added", { previous_item_id: previous, item: wire });
    this.#ports.emit("conversation.item.done", { previous_item_id: previous, item: wire });
  }

  #hear(item: StoredItem, samples: Int16Array): void {
    item.audioMs = samplesToMs(samples.length);
    item.heard = this.#ports.hearing.hear(samples, this.#ports.vocabulary(item), this).then((words) => {
      item.words = words;
      return words;
    });
    // Whoever needs the words sees the failure; without a reader it must not end the process.
    item.heard.catch(() => {});
  }
}

function spokenItem(id: string, samples: Int16Array): StoredItem {
  const content = [{ type: "input_audio", transcript: null }] as const;
  const item = storedItem({ id, type: "message", status: "completed", role: "user", content });
  item.audio = samples;
  item.audioMs = samplesToMs(samples.length);
  return item;
}

export function joined(pieces: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
