// One realtime session: a socket's life from dial to close, as a `Model` for the conversation. It owns the set-up
// ladder (dial, settings echoed, items replayed, live), the id map and the response sequencer. It decides nothing
// about the dialogue.

import { bytesToMs } from "../audio/format.ts";
import { assert, assertNever } from "../assert.ts";
import type {
  AnswerOutcome,
  AnswerRequest,
  Clock,
  Model,
  ModelAbilities,
  ModelItem,
  ModelListener,
  ModelSetup,
  NewId,
} from "../conversation/ports.ts";
import type { Policy } from "../define.ts";
import type { Failure } from "../errors.ts";
import { errorName } from "../log.ts";
import type { Log } from "../log.ts";
import { DialError } from "./dial.ts";
import type { Dial, RealtimeSocket } from "./dial.ts";
import { classifyClose, classifyError, COMMIT_EVENT_ID, fatal } from "./error-class.ts";
import type { ClientEvent, RealtimeItem, ServerEvent } from "./events.ts";
import { Liveness } from "./liveness.ts";
import { itemText } from "./model-items.ts";
import { parseServerEvent } from "./parse.ts";
import { PendingAudio } from "./pending-audio.ts";
import { ResponseSequencer } from "./response-sequencer.ts";
import { SessionItems } from "./session-items.ts";
import { policyUpdate, sessionConfig } from "./session-config.ts";
import { responseUsageTotals } from "./usage.ts";
import { UserTurns } from "./user-turns.ts";

/** From the upgrade to the last acknowledged replay; a provider that needs longer is as good as gone. */
export const READY_TIMEOUT_MS = 15_000;

const ABILITIES: ModelAbilities = { truncates: true, cancels: true, needsCreate: true, replay: "items" };

export interface SessionWorld {
  dial: Dial;
  setup: ModelSetup;
  listener: ModelListener;
  transcriptionModel: string;
  /** The model whose price list counts, absent where the upstream is not the provider itself. */
  pricedModel: string | undefined;
  clock: Clock;
  newId: NewId;
  log: Log;
}

type Phase = "dialling" | "configuring" | "replaying" | "live" | "over";

export class RealtimeSession implements Model {
  readonly abilities = ABILITIES;
  readonly #world: SessionWorld;
  readonly #sequencer: ResponseSequencer;
  readonly #items: SessionItems;
  readonly #liveness: Liveness;
  readonly #pending = new PendingAudio();
  readonly #userTurns: UserTurns;
  /** Items of which it is known that they are text. */
  readonly #written = new Set<string>();
  /** Create events of the replay that are not acknowledged yet, by item id and by event id. */
  readonly #unacknowledged = new Map<string, string>();
  #phase: Phase = "dialling";
  #policy: Policy;
  #socket: RealtimeSocket | undefined;
  #callOffReady: () => void = () => undefined;
  #expiresAtMs = 0;
  #audioOutBytes = 0;

  constructor(world: SessionWorld) {
    this.#world = world;
    this.#policy = world.setup.policy;
    this.#sequencer = new ResponseSequencer((event) => this.#send(event));
    this.#items = new SessionItems((event) => this.#send(event), world.newId);
    this.#userTurns = new UserTurns({
      ...world,
      items: this.#items,
      send: (event) => this.#send(event),
      pricedModel: world.pricedModel === undefined ? undefined : world.transcriptionModel,
    });
    this.#liveness = new Liveness({
      clock: world.clock,
      probe: () => this.#send({ type: "session.update", event_id: "probe", session: { type: "realtime" } }),
      answering: () => this.#sequencer.busy,
      dead: (waitedMs) => this.#end({ kind: "silent", waitedMs }),
    });
    void this.#dial();
  }

  // ------------------------------------------------------------------------------------------ the Model port

  appendAudio(frame: Uint8Array): void {
    if (this.#phase === "live") this.#appendNow(frame);
    else this.#pending.push(frame);
  }

  commitAudio(): void {
    this.#afterPending("commit");
  }

  configure(policy: Policy): void {
    this.#policy = policy;
    if (this.#socket !== undefined) {
      this.#send({ type: "session.update", event_id: "policy", session: policyUpdate(policy) });
    }
  }

  clearAudio(): void {
    this.#afterPending("clear");
  }

  probe(): void {
    if (this.#phase === "live") this.#liveness.ask();
  }

  replay(items: ModelItem[]): void {
    assert(this.#phase === "configuring", "replay follows configured, once");
    this.#phase = "replaying";
    for (const [index, item] of items.entries()) {
      const eventId = `replay_${index}`;
      this.#unacknowledged.set(item.id, eventId);
      this.#items.create(item, eventId);
    }
    this.#goLiveWhenAcknowledged();
  }

  addItem(item: ModelItem): void {
    this.#items.create(item);
  }

  answer(request: AnswerRequest): void {
    this.#liveness.answerMoved();
    this.#sequencer.request(request);
  }

  cancelAnswer(): void {
    if (this.#sequencer.cancel()) this.#world.listener.event({ type: "answer_done", outcome: "cancelled" });
  }

  cutItem(id: string, heardMs: number, text: string): void {
    this.#items.cut(id, heardMs, text);
  }

  removeItem(id: string): void {
    this.#items.remove(id, this.#sequencer.busy);
  }

  close(): void {
    if (this.#phase === "over") return;
    this.#phase = "over";
    this.#callOffReady();
    this.#liveness.stop();
    this.#userTurns.stop();
    this.#socket?.close(1000, "");
  }

  // --------------------------------------------------------------------------------------------- set-up, end

  async #dial(): Promise<void> {
    try {
      const socket = await this.#world.dial({
        message: (text) => this.#fromUpstream(text),
        closed: (code) => this.#end(classifyClose(code)),
      });
      if (this.#over) socket.close(1000, "");
      else this.#dialled(socket);
    } catch (thrown) {
      this.#end(thrown instanceof DialError ? thrown.failure : { kind: "unreachable" });
    }
  }

  #dialled(socket: RealtimeSocket): void {
    this.#socket = socket;
    this.#phase = "configuring";
    this.#callOffReady = this.#world.clock.after(READY_TIMEOUT_MS, () =>
      this.#end({ kind: "not_ready", waitedMs: READY_TIMEOUT_MS }),
    );
    // Sent without waiting for `session.created`: the upstream handles events in order.
    const setup = { ...this.#world.setup, policy: this.#policy };
    const session = sessionConfig(setup, this.#world.transcriptionModel);
    this.#send({ type: "session.update", event_id: "setup", session });
  }

  #acknowledged(itemId: string): void {
    if (this.#unacknowledged.delete(itemId)) this.#goLiveWhenAcknowledged();
  }

  #goLiveWhenAcknowledged(): void {
    if (this.#phase !== "replaying" || this.#unacknowledged.size > 0) return;
    this.#phase = "live";
    this.#callOffReady();
    this.#liveness.start();
    for (const step of this.#pending.take()) {
      if (typeof step === "string") this.#sendStep(step);
      else this.#appendNow(step);
    }
    if (this.#pending.droppedBytes > 0) {
      this.#world.log.warn("microphone_audio_dropped", { droppedMs: bytesToMs(this.#pending.droppedBytes) });
    }
    this.#world.listener.event({ type: "ready", expiresAtMs: this.#expiresAtMs });
  }

  get #over(): boolean {
    return this.#phase === "over";
  }

  #end(failure: Failure): void {
    if (this.#over) return;
    this.close();
    this.#world.listener.event({ type: "lost", failure });
  }

  // --------------------------------------------------------------------------------------------- to upstream

  #afterPending(step: "clear" | "commit"): void {
    if (this.#phase === "live") this.#sendStep(step);
    else this.#pending.push(step);
  }

  #sendStep(step: "clear" | "commit"): void {
    if (step === "clear") this.#send({ type: "input_audio_buffer.clear" });
    else this.#send({ type: "input_audio_buffer.commit", event_id: COMMIT_EVENT_ID });
  }

  #send(event: ClientEvent): void {
    this.#socket?.send(JSON.stringify(event));
  }

  /** Hot path: base64 needs no escaping, so the frame is written into its JSON by hand. */
  #appendNow(frame: Uint8Array): void {
    this.#userTurns.audio.sent(frame.byteLength);
    this.#socket!.send(`{"type":"input_audio_buffer.append","audio":"${frame.toBase64()}"}`);
  }

  // ------------------------------------------------------------------------------------------- from upstream

  /** Rule 10: whatever arrives, this neither throws (a throwing listener kills the socket) nor waits. */
  #fromUpstream(text: string): void {
    if (this.#over) return;
    this.#liveness.seen();
    try {
      const parsed = parseServerEvent(text);
      if (parsed.kind === "audio") this.#audio(parsed.itemId, parsed.base64);
      else if (parsed.kind === "event") this.#event(parsed.event);
      else if (!parsed.readable) this.#world.log.warn("upstream_event_unreadable", { type: parsed.type });
    } catch (thrown) {
      this.#world.log.error("upstream_event_failed", { thrown: errorName(thrown) });
    }
  }

  #audio(upstreamId: string, base64: string): void {
    const id = this.#items.ours(upstreamId);
    if (id === undefined) return;
    this.#liveness.answerMoved();
    const pcm = Uint8Array.fromBase64(base64);
    this.#audioOutBytes += pcm.byteLength;
    this.#world.listener.audio(id, pcm);
  }

  #event(event: ServerEvent): void {
    const { listener } = this.#world;
    if (event.type.startsWith("response.")) this.#liveness.answerMoved();
    switch (event.type) {
      case "session.created":
        this.#expiresAtMs = (event.session.expires_at ?? 0) * 1000;
        return;
      case "session.updated":
        if (this.#phase === "configuring") listener.event({ type: "configured" });
        return;
      case "error":
        return this.#error(event.error);
      case "conversation.item.added":
        return this.#items.added(event.item.id, event.previous_item_id);
      case "conversation.item.done":
        return this.#acknowledged(event.item.id);
      case "input_audio_buffer.speech_started":
      case "input_audio_buffer.speech_stopped":
      case "input_audio_buffer.committed":
      case "input_audio_buffer.cleared":
      case "conversation.item.input_audio_transcription.delta":
      case "conversation.item.input_audio_transcription.completed":
      case "conversation.item.input_audio_transcription.failed":
      case "conversation.item.retrieved":
        return this.#userTurns.event(event);
      case "response.created":
        this.#audioOutBytes = 0;
        return this.#sequencer.created(event.response.id);
      case "response.output_item.added":
        if (event.item.type !== "message") return;
        return listener.event({ type: "assistant_started", itemId: this.#items.found(event.item.id) });
      case "response.output_text.delta":
        this.#isText(event.item_id);
        return this.#withOurs(event.item_id, (itemId) =>
          listener.event({ type: "assistant_caption", itemId, delta: event.delta }),
        );
      case "response.output_audio_transcript.delta":
        return this.#withOurs(event.item_id, (itemId) =>
          listener.event({ type: "assistant_caption", itemId, delta: event.delta }),
        );
      case "response.output_audio.done":
        return this.#withOurs(event.item_id, (itemId) =>
          listener.event({ type: "assistant_audio_ended", itemId }),
        );
      case "response.output_item.done":
        return this.#outputDone(event.item);
      case "response.done":
        return this.#responseDone(event.response);
      case "conversation.item.deleted":
        return this.#items.deleted(event.item_id);
      case "conversation.item.truncated":
        return;
      default:
        return assertNever(event);
    }
  }

  /** Told once an item: audio was asked for, and nothing of this will be heard. */
  #isText(upstreamId: string): void {
    this.#withOurs(upstreamId, (itemId) => {
      if (this.#written.has(itemId)) return;
      this.#written.add(itemId);
      this.#world.listener.event({ type: "assistant_text", itemId });
    });
  }

  #outputDone(item: RealtimeItem): void {
    const { listener } = this.#world;
    if (item.type === "message") {
      if (item.content?.some((part) => part.type === "output_text")) this.#isText(item.id);
      this.#withOurs(item.id, (itemId) =>
        listener.event({ type: "assistant_done", itemId, text: itemText(item) }),
      );
    } else if (item.type === "function_call") {
      const callId = this.#items.foundCall(item.call_id);
      if (callId === undefined) return;
      listener.event({
        type: "tool_call",
        itemId: this.#items.found(item.id),
        callId,
        name: item.name ?? "",
        argumentsJson: item.arguments ?? "",
        complete: item.status !== "incomplete",
      });
    }
  }

  #responseDone(response: Extract<ServerEvent, { type: "response.done" }>["response"]): void {
    if (!this.#sequencer.done(response.id)) return;
    this.#items.responseDone();
    const { listener, pricedModel } = this.#world;
    const error = response.status_details?.error;
    const code = error?.code ?? error?.type ?? response.status_details?.reason ?? undefined;
    const usage = responseUsageTotals(
      response.usage,
      pricedModel,
      this.#userTurns.audio.takeUnreported(),
      bytesToMs(this.#audioOutBytes),
    );
    this.#audioOutBytes = 0;
    const outcome = toOutcome(response.status);
    const failure = outcome === "failed" ? fatal(code) : undefined;
    if (failure !== undefined) return this.#end(failure);
    listener.event({ type: "answer_done", outcome, usage, ...(code === undefined ? {} : { code }) });
  }

  #error(error: Extract<ServerEvent, { type: "error" }>["error"]): void {
    const code = error.code ?? undefined;
    const eventId = error.event_id ?? undefined;
    const what = classifyError(code, error.type ?? undefined, eventId);
    if (what.action === "end") return this.#end(what.failure);
    this.#userTurns.refused(eventId);
    if (eventId === "setup") return this.#end({ kind: "setup_rejected", code: code ?? "none" });
    for (const [itemId, replayEventId] of this.#unacknowledged) {
      // One item the upstream does not take must not keep the rest of the talk from going on.
      if (replayEventId === eventId) {
        this.#world.log.warn("replayed_item_refused", { itemId, code });
        return this.#acknowledged(itemId);
      }
    }
    if (this.#sequencer.refused(eventId, code)) {
      const why = code === undefined ? {} : { code };
      this.#world.listener.event({ type: "answer_done", outcome: "failed", ...why });
    }
    if (what.action === "report") this.#world.listener.event({ type: "refused", ...what.refused });
  }

  #withOurs(upstreamId: string, use: (itemId: string) => void): void {
    const itemId = this.#items.ours(upstreamId);
    if (itemId !== undefined) use(itemId);
  }
}

function toOutcome(status: string | null | undefined): AnswerOutcome {
  return status === "cancelled" || status === "incomplete" || status === "failed" ? status : "completed";
}
