// The relay: carries out what `turn.ts` decides, between the callers, the model, the rows and the tools. A plain
// class over its ports: no socket, no binding and no clock of the platform is named here.

import { assertNever } from "../assert.ts";
import { toBrowserError, toSleepReason } from "../errors.ts";
import type { Failure } from "../errors.ts";
import { CLOSE } from "../protocol/close.ts";
import type { UsageRow } from "../store/usage-store.ts";
import { AnswerCalls } from "./answer-calls.ts";
import { Audience } from "./audience.ts";
import { ContextBudget } from "./context-budget.ts";
import type { Heard } from "./playback-ledger.ts";
import { continuation, greetingInstructions, modelSetup } from "./model-setup.ts";
import { Playout } from "./playout.ts";
import type { Caller, ModelEvent, ModelItem } from "./ports.ts";
import { Reception } from "./reception.ts";
import type { Requests } from "./reception.ts";
import { resumeFrom } from "./resume.ts";
import { Transcript } from "./transcript.ts";
import { nextTurn, shownState } from "./turn.ts";
import type { TurnCommand, TurnEvent, TurnState } from "./turn.ts";
import { Upstream } from "./upstream.ts";
import type { SessionEvent } from "./upstream.ts";
import { UserSpeech } from "./user-speech.ts";
import { Wakefulness } from "./wakefulness.ts";
import { welcome } from "./welcome.ts";
import type { ConversationWorld } from "./world.ts";

export class Conversation implements Requests {
  readonly reception: Reception;
  readonly #world: ConversationWorld;
  readonly #audience = new Audience();
  readonly #transcript: Transcript;
  readonly #playout: Playout;
  readonly #calls: AnswerCalls;
  readonly #upstream: Upstream;
  readonly #user: UserSpeech;
  readonly #wakefulness: Wakefulness;
  #turn: TurnState = { phase: "asleep" };
  #mayGreet = false;
  /** The answer that is owed had begun to sound when its session broke. */
  #hasBrokenOff = false;
  /** The stored items end with a turn that was never answered: found while replaying. */
  #owedByRows = false;

  constructor(world: ConversationWorld) {
    this.#world = world;
    const { clock, newId, items, registry, notes, log, conversationId } = world;
    this.reception = new Reception(this.#audience, this, clock, log);
    this.#transcript = new Transcript(items, this.#audience, clock, newId);
    this.#playout = new Playout(this.#audience, clock, {
      playing: () => this.#happens({ type: "playing" }),
      played: () => this.#happens({ type: "played" }),
      stalled: () => this.#happens({ type: "interrupt" }),
      brokenOff: (itemId, receivedMs) => {
        this.#transcript.brokenOff(itemId, receivedMs);
        this.#hasBrokenOff = true;
      },
      heard: (itemId, heard) => this.#heard(itemId, heard),
      flushed: () => this.#happens({ type: "cut" }),
    });
    this.#wakefulness = new Wakefulness({
      quietMs: world.agent.limits.quietMs,
      clock,
      sleep: () => this.#happens({ type: "sleep" }),
      busy: (isBusy) => world.busy(isBusy),
    });
    this.#upstream = new Upstream({
      open: (listener) =>
        world.openModel(modelSetup(world.agent, registry, items.conversation().policy), listener),
      listener: {
        history: () => this.#history(),
        event: (event) => this.#fromModel(event),
        audio: (itemId, pcm) => this.#playout.audio(itemId, pcm),
        lost: (failure) => this.#lost(failure),
        gone: (failure) => this.#gone(failure),
        rotated: () => this.#user.sessionReady(),
      },
      budget: new ContextBudget(
        world.agent.limits.contextTokens,
        world.agent.instructions + JSON.stringify(registry.describe()),
      ),
      clock,
      random: world.random,
      log,
    });
    this.#user = new UserSpeech({
      audience: this.#audience,
      transcript: this.#transcript,
      items,
      clock,
      log,
      model: () => this.#upstream.model,
      turn: () => this.#turn,
      happens: (event) => this.#happens(event),
    });
    this.#calls = new AnswerCalls({
      conversationId,
      registry,
      notes,
      clock,
      log,
      items,
      transcript: this.#transcript,
      tell: (item) => this.#upstream.tell(item),
      status: (call, status) =>
        this.#audience.broadcast({ type: "tool", callId: call.callId, name: call.name, status }),
      done: (awaited) => this.#happens({ type: "tool_done", awaited }),
    });
  }

  get state(): TurnState {
    return this.#turn;
  }

  get callers(): number {
    return this.#audience.size;
  }

  /** Memory was lost while a session was wanted, and pages are still attached: they get one again (rule RB7). */
  recover(): void {
    if (this.#audience.size > 0) this.#happens({ type: "wanted", toolsRunning: 0 });
  }

  // ------------------------------------------------------------------------------------------ what pages ask

  welcome(caller: Caller): void {
    const unstored = this.#transcript.unstored();
    const floor = { held: caller.holdsFloor, taken: this.#audience.holder !== undefined };
    caller.send(welcome(this.#world, this.#turn, floor, unstored, (callId) => this.#calls.isWaiting(callId)));
  }

  start(caller: Caller): void {
    // What still plays on another page would go on there unheard by the new one.
    if (!caller.holdsFloor) this.#speakerGone();
    this.#audience.give(caller);
    this.#user.begin(caller);
    this.#mayGreet = true;
    this.#happens({ type: "wanted", toolsRunning: this.#calls.awaited });
  }

  stop(): void {
    this.#world.items.setNothingOwed();
    this.#happens({ type: "sleep", reason: "stopped" });
  }

  typed(caller: Caller, text: string, sentId: string | undefined): void {
    // A page that is not sure its words arrived sends them again with the same id.
    if (sentId !== undefined && this.#world.items.hasSentId(sentId)) return;
    if (this.#audience.holder === undefined) this.#audience.give(caller);
    this.#hasBrokenOff = false;
    const id = this.#transcript.typed(text, sentId);
    this.#upstream.tell({ kind: "message", id, role: "user", text });
    this.#happens({ type: "typed" });
    this.#happens({ type: "wanted", toolsRunning: this.#calls.awaited });
  }

  interrupt(): void {
    this.#happens({ type: "interrupt" });
  }

  playback(caller: Caller, itemId: string, playedMs: number, done: boolean): void {
    this.#playout.report(caller, itemId, playedMs, done);
  }

  approve(callId: string, approved: boolean): void {
    this.#calls.approve(callId, approved);
  }

  activity(active: boolean): void {
    this.#user.activity(active);
  }

  muted(): void {
    this.#user.muted();
  }

  resending(fromSample: number): boolean {
    return this.#user.resending(fromSample);
  }

  microphone(frame: Uint8Array): void {
    this.#user.frame(frame);
  }

  replaced(ghost: Caller, caller: Caller): void {
    this.#playout.handOver(ghost, caller);
  }

  /** With the holder goes its speaker; with the last page, the reason to keep an upstream. */
  left(hadFloor: boolean): void {
    if (this.#audience.size === 0) this.#happens({ type: "sleep", reason: "nobody_here" });
    else if (hadFloor) this.#speakerGone();
  }

  /** Half a sentence of a page that is gone is not a turn, and what it plays is heard no further. */
  #speakerGone(): void {
    this.#user.drop();
    this.#happens({ type: "speaker_gone" });
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
    this.#upstream.quiet(this.#wakefulness.watch(this.#turn, this.#calls.running));
  }

  #carryOut(command: TurnCommand): void {
    switch (command) {
      case "dial":
        return this.#upstream.open();
      case "hang_up":
        this.#upstream.close();
        this.#calls.drop();
        this.#sessionOver();
        this.#hasBrokenOff = false;
        return this.#user.sessionOver();
      case "greet":
        this.#upstream.model?.answer({
          instructions: greetingInstructions(this.#world.agent.greeting ?? ""),
        });
        return this.#world.items.setGreeted();
      case "answer":
        // One that answers by itself is not asked.
        if (this.#upstream.model?.abilities.needsCreate === true) {
          this.#upstream.model.answer(this.#hasBrokenOff ? continuation(this.#world.agent) : {});
        }
        this.#hasBrokenOff = false;
        return;
      case "cancel_answer":
        this.#playout.dropRest();
        // One that cannot be stopped is left to talk to nobody.
        if (this.#upstream.model?.abilities.cancels === true) this.#upstream.model.cancelAnswer();
        return;
      case "flush":
        return this.#playout.flush();
      default:
        return assertNever(command);
    }
  }

  /** The session is over, wanted or not: nothing more comes of what ran on it. */
  #sessionOver(): void {
    this.#calls.sessionOver();
    this.#playout.sourceLost();
  }

  // ------------------------------------------------------------------------------------------- the model

  #fromModel(event: SessionEvent): void {
    switch (event.type) {
      case "ready":
        return this.#ready();
      case "speech_started":
      case "speech_stopped":
      case "user_turn":
        this.#hasBrokenOff = false;
        return this.#user.event(event);
      case "user_caption":
      case "user_transcript_failed":
        return this.#user.event(event);
      case "user_transcript":
        this.#user.event(event);
        return this.#used({ source: "transcription", ...event.usage });
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
        return this.#calls.called(event);
      case "answer_done":
        return this.#answerDone(event);
      case "refused":
        return this.#world.log.warn("upstream_refused", { code: event.code });
      default:
        return assertNever(event);
    }
  }

  /** What a fresh session is told: the rows, after every crashed call has got its output. */
  #history(): ModelItem[] {
    const { items, agent } = this.#world;
    // What is still being settled of the last session must be in the rows before they are told.
    this.#playout.settleNow();
    this.#calls.settleCrashed();
    this.#user.recover();
    const { items: told, answerOwed } = resumeFrom(
      items.newestRows(agent.limits.replayItems),
      items.conversation().owedFrom,
    );
    this.#owedByRows = answerOwed;
    this.#calls.replayed(told);
    return told;
  }

  #ready(): void {
    const { agent, items } = this.#world;
    const greet =
      agent.greeting !== undefined &&
      this.#mayGreet &&
      !items.conversation().greeted &&
      items.nextPosition() === 0;
    this.#happens({ type: "ready", owed: this.#owedByRows, greet });
    this.#user.sessionReady();
  }

  #answerDone(event: Extract<ModelEvent, { type: "answer_done" }>): void {
    const cancelled = event.outcome === "cancelled" || this.#playout.dropping;
    this.#playout.answerDone(cancelled || event.outcome === "failed");
    // An answer that was cut short by its length has made its calls all the same.
    const runs = !cancelled && event.outcome !== "failed";
    if (!runs) this.#calls.drop();
    this.#happens({ type: "answer_done", calls: runs ? this.#calls.start() : 0 });
    if (event.usage !== undefined) this.#used({ source: "response", ...event.usage });
    if (event.outcome === "failed" || event.outcome === "incomplete") {
      this.#world.log.warn("answer_not_completed", { outcome: event.outcome, code: event.code });
    }
    if (event.outcome === "failed") {
      this.#world.items.setNothingOwed();
      this.#audience.broadcast({
        type: "error",
        code: "answer_failed",
        message: "The answer failed. Please say it again.",
        retryable: true,
      });
    }
  }

  #heard(itemId: string, heard: Heard): void {
    this.#transcript.cut(itemId, heard, (rest) => {
      if (rest === "all") this.#upstream.model?.removeItem(itemId);
      else if (this.#upstream.model?.abilities.truncates === true) {
        this.#upstream.model.cutItem(itemId, rest.ms, rest.text);
      }
    });
  }

  #used(row: UsageRow): void {
    const { usage, clock } = this.#world;
    usage.add(row, clock.now());
    const { source: _source, ...turn } = row;
    this.#audience.broadcast({ type: "usage", totals: usage.totals(), turn });
  }

  /** Another session follows: what was said meanwhile waits, what the speaker has plays on. */
  #lost(failure: Failure): void {
    this.#sessionOver();
    const turn = this.#turn;
    const owed = turn.phase === "awake" && (turn.owed || turn.answering === "answer");
    const heardAgain = this.#user.sessionLost(owed);
    // A complete call of an answer whose end never came is a call all the same.
    this.#happens({ type: "lost", calls: this.#calls.start(), heardAgain });
    this.#audience.broadcast({ type: "error", ...toBrowserError(failure) });
  }

  #gone(failure: Failure): void {
    this.#audience.broadcast({ type: "error", ...toBrowserError(failure) });
    this.#happens({ type: "sleep", reason: toSleepReason(failure) });
  }

  // ------------------------------------------------------------------------------------------------- the end

  /** Erased or expired: tools are aborted, pages told and closed. Nothing is written any more. */
  end(): void {
    this.#calls.end();
    this.#playout.abandon();
    this.#happens({ type: "end" });
    this.#audience.closeAll(CLOSE.ended.code, CLOSE.ended.reason);
  }
}
