// One client's session: takes its events in order, keeps its items and settings, and answers.

import { setImmediate as nextTurn } from "node:timers/promises";
import { msToSamples, samplesToMs } from "../../audio/format.ts";
import type { Brain } from "../brain.ts";
import { captioner } from "../hearing/caption.ts";
import type { Hearing, Vocabulary } from "../hearing.ts";
import type { Silero } from "../vad/silero.ts";
import type { Voice } from "../voice.ts";
import { badAudio, missingParameter, unsupportedValue, WireError } from "../wire/errors.ts";
import type { ErrorBody } from "../wire/errors.ts";
import { binaryFrame, parseFrame } from "../wire/frames.ts";
import type { ClientEvent } from "../wire/frames.ts";
import { newId } from "../wire/ids.ts";
import { newSession } from "../wire/session-object.ts";
import type { EffectiveSession } from "../wire/session-object.ts";
import { updatedSession } from "../wire/session-update.ts";
import { text } from "../wire/shape.ts";
import { decodePcm } from "./input-audio.ts";
import { createItem, deleteItem, retrieveItem, truncateItem } from "./item-events.ts";
import { ItemList, memoryOf, storedItem } from "./item-list.ts";
import type { StoredItem } from "./item-list.ts";
import type { Emit } from "./output-item.ts";
import { brainTools } from "./response.ts";
import { Responses } from "./responses.ts";
import { transcribe } from "./transcription.ts";
import { TurnTaking } from "./turn-taking.ts";

/** What all sessions share. */
export interface Engine {
  readonly hearing: Hearing;
  readonly brain: Brain;
  readonly voice: Voice;
  readonly detector: Silero;
}

export interface SessionOptions {
  readonly engine: Engine;
  readonly model: string;
  readonly expiresAtS: number;
  readonly audioPace: number;
  /** Sends one server event, as JSON text. */
  send(event: string): void;
}

/** Detection works through a long append in slices this long, and lets other sessions run between them. */
const SLICE_MS = 240;

type Handler = (event: ClientEvent) => void | Promise<void>;

export class Session {
  readonly id = newId("sess");
  readonly #options: SessionOptions;
  readonly #items = new ItemList();
  readonly #responses: Responses;
  readonly #turns: TurnTaking;
  readonly #caption: (words: string) => string;
  readonly #inbox: (string | Buffer)[] = [];
  #settings: EffectiveSession;
  #isWorking = false;
  #closed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { brain, voice, detector } = options.engine;
    this.#settings = newSession(this.id, options.model, options.expiresAtS);
    this.#caption = captioner(brain.properNames);
    this.#responses = new Responses({
      items: this.#items,
      brain,
      voice,
      audioPace: options.audioPace,
      emit: this.#emit,
      conversationId: newId("conv"),
      session: () => this.#settings,
      hear: (item) => this.#hearContent(item),
    });
    this.#turns = new TurnTaking(detector, {
      emit: this.#emit,
      detection: () => this.#settings.audio.input.turn_detection,
      onTurn: (itemId, samples) => this.#addTurn(itemId, samples),
      onAnswerDue: () => this.#responses.answerTurn(),
      onInterruption: () => this.#responses.interrupt(),
    });
    this.#emit("session.created", { session: this.#settings });
  }

  /** Frames that wait to be handled, for back-pressure. */
  get waitingFrames(): number {
    return this.#inbox.length;
  }

  /** Numbers for the log. */
  get summary(): string {
    const { count, spokenMs } = this.#responses;
    const dropped = this.#turns.droppedMs > 0 ? `, ${Math.round(this.#turns.droppedMs)} ms dropped` : "";
    return `${this.#items.all.length} items, ${count} responses, heard ${Math.round(this.#turns.heardMs)} ms, spoke ${Math.round(spokenMs)} ms${dropped}`;
  }

  /** Takes one frame; frames are handled one after the other, whatever they wait for. */
  receive(frame: string | Buffer): void {
    if (this.#closed) return;
    this.#inbox.push(frame);
    if (!this.#isWorking) void this.#work();
  }

  /** Sends an `error` event. */
  fail(error: ErrorBody): void {
    this.#emit("error", { error });
  }

  /** Stops everything; nothing is sent afterwards. */
  close(): void {
    this.#closed = true;
    this.#inbox.length = 0;
    this.#responses.abandonAll();
  }

  readonly #emit: Emit = (type, fields) => {
    if (!this.#closed) this.#options.send(JSON.stringify({ type, event_id: newId("event"), ...fields }));
  };

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let frame = this.#inbox.shift(); frame !== undefined; frame = this.#inbox.shift()) {
      // Most events are done when this returns; waiting for those too would reorder them with timers.
      const pending = this.#take(frame);
      if (pending) await pending;
    }
    this.#isWorking = false;
  }

  #take(frame: string | Buffer): Promise<void> | undefined {
    let eventId: string | null = null;
    const report = (error: unknown): void => {
      if (error instanceof WireError) this.fail(error.body(eventId));
      else {
        const message = "The server had an error while processing your request.";
        this.fail({ type: "server_error", code: "server_error", message, param: null, event_id: eventId });
      }
    };
    try {
      if (typeof frame !== "string") throw binaryFrame();
      const event = parseFrame(frame);
      eventId = event.eventId;
      const handler = Object.hasOwn(this.#handlers, event.type) ? this.#handlers[event.type] : undefined;
      if (!handler) throw unsupportedValue("type", event.type, Object.keys(this.#handlers));
      return handler(event)?.catch(report);
    } catch (error) {
      report(error);
      return undefined;
    }
  }

  readonly #handlers: Readonly<Record<string, Handler>> = {
    "session.update": ({ body }) => {
      const before = this.#settings;
      this.#settings = updatedSession(before, body["session"], this.#responses.spoke);
      this.#emit("session.updated", { session: this.#settings });
      if (this.#settings.tools !== before.tools) this.#options.engine.hearing.prepare(this.#vocabulary());
    },
    "input_audio_buffer.append": ({ body }) => {
      if (body["audio"] === undefined) throw missingParameter("audio");
      const samples = decodePcm(text(body["audio"], "audio"));
      if (!samples) throw badAudio("audio");
      return this.#append(samples);
    },
    "input_audio_buffer.commit": () => this.#turns.commit(),
    "input_audio_buffer.clear": () => this.#turns.clear(),
    "conversation.item.create": ({ body }) => {
      createItem(this.#items, body, this.#emit, (item) => this.#hearContent(item));
    },
    "conversation.item.retrieve": ({ body }) => retrieveItem(this.#items, body, this.#emit),
    "conversation.item.truncate": ({ body }) => truncateItem(this.#items, body, this.#emit),
    "conversation.item.delete": ({ body }) => deleteItem(this.#items, body, this.#emit),
    "response.create": ({ body }) => this.#responses.create(body["response"]),
    "response.cancel": ({ body }) => {
      const id = body["response_id"];
      this.#responses.cancel(id === undefined || id === null ? undefined : text(id, "response_id"));
    },
  };

  #append(samples: Int16Array): void | Promise<void> {
    const slice = msToSamples(SLICE_MS);
    if (samples.length <= slice) return this.#turns.append(samples);
    return (async () => {
      for (let at = 0; at < samples.length && !this.#closed; at += slice) {
        this.#turns.append(samples.slice(at, at + slice));
        await nextTurn();
      }
    })();
  }

  /** The user's turn becomes an item; hearing starts at once, for the transcript and the answer both need it. */
  #addTurn(itemId: string, samples: Int16Array): void {
    const item = storedItem({
      id: itemId,
      type: "message",
      status: "completed",
      role: "user",
      content: [{ type: "input_audio", transcript: null }],
    });
    item.audio = samples;
    const previous = this.#items.insert(item);
    this.#emit("input_audio_buffer.committed", { previous_item_id: previous, item_id: itemId });
    this.#emit("conversation.item.added", { previous_item_id: previous, item: item.wire });
    this.#emit("conversation.item.done", { previous_item_id: previous, item: item.wire });
    this.#hear(item, samples);
    const { transcription } = this.#settings.audio.input;
    if (transcription) {
      void transcribe(item, transcription, this.#emit, this.#caption, () => !this.#closed);
    }
  }

  /** Hears the audio inside an item the client created. */
  #hearContent(item: StoredItem): void {
    if (item.wire.type !== "message") return;
    const audio = item.wire.content.find((part) => part.type === "input_audio")?.audio;
    if (audio === undefined) return;
    const samples = decodePcm(audio);
    if (!samples) throw badAudio("item.content[0].audio");
    item.audio = samples;
    // The audio stays with the item for `retrieve`; other events show the item without it.
    const content = item.wire.content.map(({ audio: _, ...part }) =>
      part.type === "input_audio" ? { ...part, transcript: part.transcript ?? null } : part,
    );
    item.wire = { ...item.wire, content };
    this.#hear(item, samples);
  }

  #hear(item: StoredItem, samples: Int16Array): void {
    item.audioMs = samplesToMs(samples.length);
    item.heard = this.#options.engine.hearing.hear(samples, this.#vocabulary(item)).then((words) => {
      item.words = words;
      return words;
    });
    // Whoever needs the words sees the failure; without a reader it must not end the process.
    item.heard.catch(() => {});
  }

  /** What to expect now; the item that is about to be heard says nothing yet, and must not look like an answer. */
  #vocabulary(about?: StoredItem): Vocabulary {
    const memories = this.#items.all.filter((item) => item !== about).map(memoryOf);
    return this.#options.engine.brain.vocabulary(brainTools(this.#settings.tools), memories);
  }
}
