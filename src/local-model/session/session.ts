// One client's session: takes its events in order, keeps its items and settings, and answers.

import { setImmediate as nextTurn } from "node:timers/promises";
import { msToSamples } from "../../audio/format.ts";
import type { Brain } from "../brain.ts";
import type { SessionFaults } from "../faults/session-faults.ts";
import { captioner } from "../hearing/caption.ts";
import type { Hearing, Vocabulary } from "../hearing.ts";
import type { Silero } from "../vad/silero.ts";
import type { Voice } from "../voice.ts";
import { notInThisSession, unsupportedValue, WireError } from "../wire/errors.ts";
import type { ErrorBody } from "../wire/errors.ts";
import { failureBody } from "../wire/failures.ts";
import { CLIENT_EVENTS } from "../wire/event-names.ts";
import { appendedAudio, binaryFrame, parseFrame } from "../wire/frames.ts";
import type { ClientEvent } from "../wire/frames.ts";
import { newId } from "../wire/ids.ts";
import { newSession, shownSession } from "../wire/session-object.ts";
import type { EffectiveSession } from "../wire/session-object.ts";
import { updatedSession } from "../wire/session-update.ts";
import { text } from "../wire/shape.ts";
import { brainTools } from "./brain-tools.ts";
import { createItem, deleteItem, retrieveItem, truncateItem } from "./item-events.ts";
import { ItemList, memoriesIn } from "./item-list.ts";
import type { StoredItem } from "./item-list.ts";
import { McpTools } from "./mcp-tools.ts";
import type { Emit } from "./output-item.ts";
import { Responses } from "./responses.ts";
import { Transcriptions } from "./transcription.ts";
import { TurnTaking } from "./turn-taking.ts";
import { UserItems } from "./user-items.ts";

/** What all sessions share. */
export interface Engine {
  readonly hearing: Hearing;
  readonly brain: Brain;
  readonly voice: Voice;
  readonly detector: Silero;
}

export interface SessionOptions {
  readonly id: string;
  readonly engine: Engine;
  readonly kind: EffectiveSession["type"];
  readonly model: string;
  readonly expiresAtS: number;
  readonly audioPace: number;
  readonly faults: SessionFaults;
  /** Sends one server event, as JSON text. */
  send(type: string, event: string): void;
  /** Whether more is waiting to be sent than should be. */
  isSocketFull(): boolean;
  /** Is told of all audio that was appended. */
  onAudio(samples: Int16Array): void;
  /** The client asked for the end. */
  onLeave(): void;
}

/** Detection works through a long append in slices this long, and lets other sessions run between them. */
const SLICE_MS = 240;

type Handler = (event: ClientEvent) => void | Promise<void>;

export class Session {
  readonly #options: SessionOptions;
  readonly #items = new ItemList();
  readonly #mcp: McpTools;
  readonly #responses: Responses;
  readonly #transcriptions: Transcriptions;
  readonly #turns: TurnTaking;
  readonly #user: UserItems;
  readonly #inbox: (string | Buffer)[] = [];
  #waitingBytes = 0;
  #settings: EffectiveSession;
  /** Acknowledgements that wait for the end of the response. */
  #late: (() => void)[] = [];
  #firstAudioMs = 0;
  #isWorking = false;
  #closed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { engine, faults, kind, audioPace, isSocketFull } = options;
    const { brain, voice, hearing, detector } = engine;
    const emit = this.#emit;
    const items = this.#items;
    this.#settings = newSession(kind, options.id, options.model, options.expiresAtS);
    const mcp = new McpTools({ emit, items, isOpen: () => !this.#closed, onListed: () => this.#prepare() });
    this.#mcp = mcp;
    this.#transcriptions = new Transcriptions({
      emit,
      faults,
      caption: captioner(brain.properNames),
      isWanted: () => !this.#closed,
    });
    this.#user = new UserItems({
      emit,
      items,
      hearing,
      vocabulary: (about) => this.#vocabulary(about),
      transcribe: (item) => this.#transcribe(item),
    });
    this.#responses = new Responses({
      items,
      brain,
      voice,
      mcp,
      audioPace,
      faults,
      emit,
      isSocketFull,
      conversationId: newId("conv"),
      session: () => this.#settings,
      hear: (item, path) => this.#user.hearContent(item, path),
      onStart: () => this.#turns.responseStarted(),
      onFirstAudio: () => {
        this.#firstAudioMs = this.#turns.heardMs;
      },
      onEnd: (spokenMs) => {
        for (const acknowledge of this.#late.splice(0)) acknowledge();
        this.#turns.responseEnded(spokenMs === 0 ? 0 : this.#firstAudioMs + spokenMs);
      },
    });
    this.#turns = new TurnTaking(detector, {
      emit,
      detection: () => this.#settings.audio.input.turn_detection,
      wordsIn: (samples) => this.#user.glance(samples),
      onTurn: (itemId, samples) => this.#user.addTurn(itemId, samples),
      onAnswerDue: () => this.#responses.answerTurn(),
      onInterruption: () => this.#responses.interrupt(),
      onIdle: (itemId, samples) => this.#user.addSilence(itemId, samples),
    });
    emit("session.created", { session: shownSession(this.#settings) });
  }

  /** Frames that wait to be handled, for back-pressure. */
  get waitingFrames(): number {
    return this.#inbox.length;
  }

  /** Their length; a character counts as a byte, for events are ASCII but for their texts. */
  get waitingBytes(): number {
    return this.#waitingBytes;
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
    this.#waitingBytes += frame.length;
    if (!this.#isWorking) void this.#work();
  }

  /** Sends an `error` event of the service's own. */
  reportFailure(code: string): void {
    this.#fail(failureBody(code));
  }

  /** Ends what the model is saying as a failure of the service. */
  failResponses(code: string): void {
    this.#responses.failAll(code);
  }

  /** Stops everything; nothing is sent afterwards. */
  close(): void {
    this.#closed = true;
    this.#inbox.length = 0;
    this.#waitingBytes = 0;
    this.#responses.abandonAll();
  }

  readonly #emit: Emit = (type, fields) => {
    if (this.#closed) return;
    this.#options.send(type, JSON.stringify({ type, event_id: newId("event"), ...fields }));
  };

  #fail(error: ErrorBody): void {
    this.#emit("error", { error });
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let frame = this.#inbox.shift(); frame !== undefined; frame = this.#inbox.shift()) {
      this.#waitingBytes -= frame.length;
      // Most events are done when this returns; waiting for those too would reorder them with timers.
      const pending = this.#take(frame);
      if (pending) await pending;
    }
    this.#isWorking = false;
  }

  #take(frame: string | Buffer): Promise<void> | undefined {
    let eventId: string | null = null;
    const report = (error: unknown): void => {
      if (error instanceof WireError) this.#fail(error.body(eventId));
      else this.#fail({ ...failureBody("server_error"), event_id: eventId });
    };
    try {
      if (typeof frame !== "string") throw binaryFrame();
      const event = parseFrame(frame);
      eventId = event.eventId;
      const { faults, kind } = this.#options;
      for (const fault of faults.due(event.type)) faults.onStrike(fault);
      const type = CLIENT_EVENTS.find((each) => each === event.type);
      if (!type) throw unsupportedValue("type", event.type, CLIENT_EVENTS);
      if (kind === "transcription" && event.type.startsWith("response.")) {
        throw notInThisSession(event.type, kind);
      }
      return this.#handlers[type](event)?.catch(report);
    } catch (error) {
      report(error);
      return undefined;
    }
  }

  readonly #handlers: Readonly<Record<(typeof CLIENT_EVENTS)[number], Handler>> = {
    "session.update": ({ body }) => {
      const before = this.#settings;
      this.#settings = updatedSession(before, body["session"], this.#responses.spoke);
      this.#emit("session.updated", { session: shownSession(this.#settings) });
      if (this.#settings.tools === before.tools) return;
      this.#mcp.configure(this.#settings.tools);
      this.#prepare();
    },
    "input_audio_buffer.append": ({ body }) => {
      const samples = appendedAudio(body);
      this.#options.onAudio(samples);
      return this.#append(samples);
    },
    "input_audio_buffer.commit": () => this.#turns.commit(),
    "input_audio_buffer.clear": () => this.#turns.clear(),
    "conversation.item.create": ({ body }) => {
      const acknowledge = createItem(this.#items, body, this.#emit, (item) =>
        this.#user.hearContent(item, "item"),
      );
      const isLate = this.#responses.isActive && this.#options.faults.lasting("late-acks") !== undefined;
      if (isLate) this.#late.push(acknowledge);
      else acknowledge();
    },
    "conversation.item.retrieve": ({ body }) => retrieveItem(this.#items, body, this.#emit),
    "conversation.item.truncate": ({ body }) => truncateItem(this.#items, body, this.#emit),
    "conversation.item.delete": ({ body }) => deleteItem(this.#items, body, this.#emit),
    "response.create": ({ body }) => this.#responses.create(body["response"]),
    "response.cancel": ({ body }) => {
      const id = body["response_id"];
      this.#responses.cancel(id === undefined || id === null ? undefined : text(id, "response_id"));
    },
    // The service lists these two as well, left over from its other kinds of session. What they do in this kind is
    // not documented: the first is taken at its word, the second belongs to translation.
    "session.close": () => this.#options.onLeave(),
    "session.input_audio_buffer.append": ({ type }) => {
      throw notInThisSession(type, this.#options.kind);
    },
  };

  #append(samples: Int16Array): void | Promise<void> {
    const slice = msToSamples(SLICE_MS);
    if (samples.length <= slice) return this.#turns.append(samples);
    return (async () => {
      for (let at = 0; at < samples.length && !this.#closed; at += slice) {
        await this.#turns.append(samples.slice(at, at + slice));
        await nextTurn();
      }
    })();
  }

  #transcribe(item: StoredItem): void {
    const { audio, include } = this.#settings;
    if (!audio.input.transcription) return;
    void this.#transcriptions.transcribe(
      item,
      audio.input.transcription,
      include !== null && include.length > 0,
    );
  }

  #prepare(): void {
    this.#options.engine.hearing.prepare(this.#vocabulary());
  }

  /** What to expect now; the item that is about to be heard says nothing yet, and must not look like an answer. */
  #vocabulary(about?: StoredItem): Vocabulary {
    const memories = this.#items.all.filter((item) => item !== about).flatMap(memoriesIn);
    return this.#options.engine.brain.vocabulary(brainTools(this.#settings.tools, this.#mcp), memories);
  }
}
