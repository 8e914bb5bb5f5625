// The relay: carries out what `turn.ts` decides, between the callers, the model, the rows and the tools. A plain
// class over its ports: no socket, no binding and no clock of the platform is named here.

import { assertNever } from "../assert.ts";
import { MAX_FRAME_BYTES } from "../audio/format.ts";
import type { AgentDefinition, Notes } from "../define.ts";
import { toBrowserError, toSleepReason } from "../errors.ts";
import type { Failure } from "../errors.ts";
import type { Log } from "../log.ts";
import { CLOSE } from "../protocol/close.ts";
import { MAX_TYPED_CHARS, PROTOCOL_VERSION, WELCOME_ITEMS } from "../protocol/messages.ts";
import type { ItemStore } from "../store/item-store.ts";
import type { UsageRow, UsageStore } from "../store/usage-store.ts";
import type { ToolRegistry } from "../tools/registry.ts";
import { failedOutcome } from "../tools/runner.ts";
import type { ToolOutcome } from "../tools/runner.ts";
import { Audience } from "./audience.ts";
import type { Heard } from "./playback-ledger.ts";
import { greetingInstructions, modelSetup } from "./model-setup.ts";
import { Playout } from "./playout.ts";
import type { Caller, Clock, Model, ModelEvent, ModelItem, NewId, OpenModel } from "./ports.ts";
import { Reception } from "./reception.ts";
import type { Requests } from "./reception.ts";
import { resumeFrom } from "./resume.ts";
import { ToolRuns } from "./tool-runs.ts";
import { Transcript } from "./transcript.ts";
import type { StoredCall } from "./transcript.ts";
import { nextTurn, shownState } from "./turn.ts";
import type { TurnCommand, TurnEvent, TurnState } from "./turn.ts";

export interface ConversationWorld {
  conversationId: string;
  agent: AgentDefinition;
  registry: ToolRegistry;
  items: ItemStore;
  usage: UsageStore;
  notes: Notes;
  openModel: OpenModel;
  clock: Clock;
  newId: NewId;
  log: Log;
}

export class Conversation implements Requests {
  readonly reception: Reception;
  readonly #world: ConversationWorld;
  readonly #audience = new Audience();
  readonly #transcript: Transcript;
  readonly #playout: Playout;
  readonly #tools: ToolRuns;
  #turn: TurnState = { phase: "asleep" };
  #model: Model | undefined;
  /** The model has been told the stored items: from here on each new one is told as it comes. */
  #replayed = false;
  #answerOwed = false;
  #mayGreet = false;
  /** Calls this session knows of: its own, and the replayed ones. */
  readonly #knownCalls = new Set<string>();
  /** Calls of the running answer: they run when it is done. */
  #calls: StoredCall[] = [];

  constructor(world: ConversationWorld) {
    this.#world = world;
    const { clock, newId, items, registry, notes, log, conversationId } = world;
    this.reception = new Reception(this.#audience, this, clock, log);
    this.#transcript = new Transcript(items, this.#audience, clock, newId);
    this.#playout = new Playout(this.#audience, clock, {
      playing: () => this.#happens({ type: "playing" }),
      played: () => this.#happens({ type: "played" }),
      stalled: () => this.#happens({ type: "interrupt" }),
      heard: (itemId, heard) => this.#heard(itemId, heard),
      flushed: () => this.#happens({ type: "cut" }),
    });
    this.#tools = new ToolRuns({
      conversationId,
      registry,
      notes,
      clock,
      log,
      status: (call, status) =>
        this.#audience.broadcast({ type: "tool", callId: call.callId, name: call.name, status }),
      done: (call, outcome, awaited) => this.#toolDone(call, outcome, awaited),
    });
  }

  get state(): TurnState {
    return this.#turn;
  }

  get callers(): number {
    return this.#audience.size;
  }

  // ------------------------------------------------------------------------------------------ what pages ask

  welcome(caller: Caller): void {
    const { conversationId, items, usage, agent } = this.#world;
    const { items: stored, hasEarlier } = items.pageItems(WELCOME_ITEMS);
    caller.send({
      type: "welcome",
      protocol: PROTOCOL_VERSION,
      conversationId,
      state: shownState(this.#turn),
      ...(this.#turn.phase === "asleep" && this.#turn.reason ? { reason: this.#turn.reason } : {}),
      items: [...stored, ...this.#transcript.unstored()],
      hasEarlier,
      floor: caller.holdsFloor,
      settings: {
        policy: items.conversation().policy,
        policies: Object.keys(agent.policies),
        voice: agent.voice,
        voices: [agent.voice],
        muted: false,
      },
      usage: usage.totals(),
      limits: { maxFrameBytes: MAX_FRAME_BYTES, maxTextChars: MAX_TYPED_CHARS },
    });
  }

  start(caller: Caller): void {
    // What still plays on another page would go on there unheard by the new one.
    if (!caller.holdsFloor) this.#happens({ type: "interrupt" });
    this.#audience.give(caller);
    this.#mayGreet = true;
    this.#happens({ type: "wanted" });
  }

  stop(): void {
    this.#happens({ type: "sleep", reason: "stopped" });
  }

  typed(caller: Caller, text: string, sentId: string | undefined): void {
    // A page that is not sure its words arrived sends them again with the same id.
    if (sentId !== undefined && this.#world.items.hasSentId(sentId)) return;
    if (this.#audience.holder === undefined) this.#audience.give(caller);
    const id = this.#transcript.typed(text, sentId);
    this.#tell({ kind: "message", id, role: "user", text });
    this.#answerOwed = true;
    this.#happens({ type: "typed" });
    this.#happens({ type: "wanted" });
  }

  interrupt(): void {
    this.#happens({ type: "interrupt" });
  }

  playback(itemId: string, playedMs: number, done: boolean): void {
    this.#playout.report(itemId, playedMs, done);
  }

  approve(callId: string, approved: boolean): void {
    this.#tools.approve(callId, approved);
  }

  microphone(frame: Uint8Array): void {
    this.#model?.appendAudio(frame);
  }

  /** With the holder goes its speaker; with the last page, the reason to keep an upstream. */
  left(hadFloor: boolean): void {
    if (this.#audience.size === 0) this.#happens({ type: "sleep", reason: "nobody_here" });
    else if (hadFloor) this.#happens({ type: "interrupt" });
  }

  // -------------------------------------------------------------------------------------------- the turn

  #happens(event: TurnEvent): void {
    const before = shownState(this.#turn);
    const { state, commands } = nextTurn(this.#turn, event);
    this.#turn = state;
    // State first: the page must not show "speaking" behind audio it already plays.
    const after = shownState(state);
    if (after !== before) {
      const reason = state.phase === "asleep" && state.reason !== undefined ? { reason: state.reason } : {};
      this.#audience.broadcast({ type: "state", state: after, ...reason });
      if (after === "asleep") this.#world.log.info("asleep", { reason: reason.reason });
    }
    for (const command of commands) this.#carryOut(command);
  }

  #carryOut(command: TurnCommand): void {
    switch (command) {
      case "dial":
        return this.#dial();
      case "hang_up":
        return this.#hangUp();
      case "greet":
        this.#world.items.setGreeted();
        return this.#model?.answer({ instructions: greetingInstructions(this.#world.agent.greeting ?? "") });
      case "answer":
        return this.#model?.answer({});
      case "cancel_answer":
        this.#playout.dropRest();
        return this.#model?.cancelAnswer();
      case "flush":
        return this.#playout.flush();
      default:
        return assertNever(command);
    }
  }

  #dial(): void {
    const { agent, registry, items, openModel, log } = this.#world;
    this.#replayed = false;
    this.#answerOwed = false;
    log.info("dialling");
    const model = openModel(modelSetup(agent, registry, items.conversation().policy), {
      // Rule 10: a session that was left behind may still speak; only the current one counts.
      event: (event) => {
        if (this.#model === model) this.#fromModel(event);
      },
      audio: (itemId, pcm) => {
        if (this.#model === model) this.#playout.audio(itemId, pcm);
      },
    });
    this.#model = model;
  }

  #hangUp(): void {
    const model = this.#model;
    this.#model = undefined;
    this.#replayed = false;
    this.#calls = [];
    this.#knownCalls.clear();
    model?.close();
    this.#playout.answerDone(true);
    this.#transcript.sessionOver();
  }

  // ------------------------------------------------------------------------------------------- the model

  #fromModel(event: ModelEvent): void {
    switch (event.type) {
      case "configured":
        return this.#replay();
      case "ready":
        return this.#ready(event.expiresAtMs);
      case "speech_started":
        this.#happens({ type: "speech_started" });
        return this.#transcript.beginUser(event.itemId);
      case "speech_stopped":
        return this.#happens({ type: "speech_stopped" });
      case "user_turn":
        // The answer is asked for before the row is written: what leaves after a write waits for the disk.
        this.#happens({ type: "user_turn" });
        return this.#transcript.commitUser(event.itemId, event.audioMs);
      case "user_caption":
        return this.#transcript.caption(event.itemId, event.delta);
      case "user_transcript":
        this.#transcript.userWords(event.itemId, event.text);
        return this.#used({ source: "transcription", ...event.usage });
      case "user_transcript_failed":
        this.#world.log.warn("transcription_failed", { itemId: event.itemId, code: event.code });
        return this.#transcript.userWordsFailed(event.itemId);
      case "assistant_started":
        this.#playout.open(event.itemId);
        return this.#transcript.beginAssistant(event.itemId);
      case "assistant_caption":
        if (this.#playout.dropping) return;
        return this.#transcript.caption(event.itemId, event.delta, this.#playout.receivedMs(event.itemId));
      case "assistant_audio_ended":
        return this.#playout.ended(event.itemId);
      case "assistant_done":
        // Of a cancelled answer the flush decides what remains.
        if (this.#playout.dropping) return;
        return this.#transcript.assistantDone(
          event.itemId,
          event.text,
          this.#playout.receivedMs(event.itemId),
        );
      case "tool_call":
        return this.#called(event);
      case "answer_done":
        return this.#answerDone(event);
      case "refused":
        return this.#world.log.warn("upstream_refused", { code: event.code });
      case "lost":
        return this.#lost(event.failure);
      default:
        return assertNever(event);
    }
  }

  #replay(): void {
    const { items, agent } = this.#world;
    // A call that was cut off by a crash must not run twice, and must not stay without its one output.
    for (const row of items.callsWithoutOutput()) {
      if (row.call_id === null || this.#tools.isRunning(row.call_id)) continue;
      const call = {
        itemId: row.id,
        callId: row.call_id,
        name: row.tool_name ?? "",
        argumentsJson: row.text,
      };
      this.#transcript.toolOutput(
        { ...call, startedAt: row.started_at },
        failedOutcome("The call was interrupted."),
      );
    }
    const { items: told, answerOwed } = resumeFrom(items.newestRows(agent.limits.replayItems));
    this.#answerOwed = answerOwed;
    this.#replayed = true;
    for (const item of told) if (item.kind === "tool_call") this.#knownCalls.add(item.callId);
    this.#model?.replay(told);
  }

  #ready(expiresAtMs: number): void {
    const { agent, items, log } = this.#world;
    log.info("awake", { expiresAtMs });
    const greet =
      agent.greeting !== undefined &&
      this.#mayGreet &&
      !items.conversation().greeted &&
      items.nextPosition() === 0;
    this.#happens({ type: "ready", first: this.#answerOwed ? "answer" : greet ? "greet" : "listen" });
  }

  #tell(item: ModelItem): void {
    if (this.#replayed) this.#model?.addItem(item);
  }

  #called(event: Extract<ModelEvent, { type: "tool_call" }>): void {
    // A call whose arguments were cut off by a cancel was never made.
    if (!event.complete) return;
    const { itemId, callId, name, argumentsJson } = event;
    const call: StoredCall = { itemId, callId, name, argumentsJson, startedAt: this.#world.clock.now() };
    this.#transcript.toolCall(call);
    this.#knownCalls.add(callId);
    this.#calls.push(call);
  }

  #answerDone(event: Extract<ModelEvent, { type: "answer_done" }>): void {
    const calls = this.#calls;
    this.#calls = [];
    const cancelled = event.outcome === "cancelled" || this.#playout.dropping;
    this.#playout.answerDone(cancelled || event.outcome === "failed");
    let awaited = 0;
    for (const call of calls) {
      if (!cancelled && event.outcome === "completed") awaited += this.#tools.start(call) ? 1 : 0;
      else this.#toolDone(call, failedOutcome("The user interrupted before this ran."), undefined);
    }
    this.#happens({ type: "answer_done", calls: awaited });
    if (event.usage !== undefined) this.#used({ source: "response", ...event.usage });
    if (event.outcome === "failed" || event.outcome === "incomplete") {
      this.#world.log.warn("answer_not_completed", { outcome: event.outcome, code: event.code });
    }
    if (event.outcome === "failed") {
      this.#audience.broadcast({
        type: "error",
        code: "answer_failed",
        message: "The answer failed. Please say it again.",
        retryable: true,
      });
    }
  }

  /** `awaited` is undefined for a call that never ran: nothing waits for it. */
  #toolDone(call: StoredCall, outcome: ToolOutcome, awaited: boolean | undefined): void {
    const id = this.#transcript.toolOutput(call, outcome);
    // A call that outlived its session was not replayed, for it had no output: now it has both halves.
    if (!this.#knownCalls.has(call.callId)) {
      const { itemId, callId, name, argumentsJson } = call;
      this.#tell({ kind: "tool_call", id: itemId, callId, name, argumentsJson });
    }
    this.#tell({ kind: "tool_output", id, callId: call.callId, output: outcome.output });
    if (awaited === undefined) return;
    this.#answerOwed = true;
    this.#happens({ type: "tool_done", awaited });
  }

  #heard(itemId: string, heard: Heard): void {
    this.#transcript.cut(itemId, heard);
    if (heard.part === "some") this.#model?.cutItem(itemId, heard.ms);
    else if (heard.part === "nothing") this.#model?.removeItem(itemId);
  }

  #used(row: UsageRow): void {
    const { usage, clock } = this.#world;
    usage.add(row, clock.now());
    const { source: _source, ...turn } = row;
    this.#audience.broadcast({ type: "usage", totals: usage.totals(), turn });
  }

  #lost(failure: Failure): void {
    const { kind, ...values } = failure;
    this.#world.log.warn("upstream_lost", { kind, ...values });
    this.#audience.broadcast({ type: "error", ...toBrowserError(failure) });
    this.#happens({ type: "sleep", reason: toSleepReason(failure) });
  }

  // ------------------------------------------------------------------------------------------------- the end

  /** Erased or expired: tools are aborted, pages told and closed. Nothing is written any more. */
  end(): void {
    this.#tools.end();
    this.#playout.abandon();
    this.#happens({ type: "end" });
    this.#audience.closeAll(CLOSE.ended.code, CLOSE.ended.reason);
  }
}
