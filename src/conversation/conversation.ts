// The relay: carries out what `turn.ts` decides, between the callers, the model, the rows and the tools. A plain
// class over its ports: no socket, no binding and no clock of the platform is named here.

import { assertNever } from "../assert.ts";
import { isRebuiltUnasked, toBrowserError, toSleepReason } from "../errors.ts";
import type { Failure } from "../errors.ts";
import { CLOSE } from "../protocol/close.ts";
import type { PlaybackReport } from "../protocol/messages.ts";
import { AgentSpeech } from "./agent-speech.ts";
import { Absence } from "./absence.ts";
import { AnswerCalls } from "./answer-calls.ts";
import { Asking } from "./asking.ts";
import { Audience } from "./audience.ts";
import { ContextBudget } from "./context-budget.ts";
import { LiveSettings } from "./live-settings.ts";
import { modelSetup } from "./model-setup.ts";
import type { Playout } from "./playout.ts";
import type { Caller, ModelEvent, ModelItem } from "./ports.ts";
import { Receipts } from "./receipts.ts";
import { Reception, type Requests } from "./reception.ts";
import { Retelling } from "./retelling.ts";
import { Spending } from "./spending.ts";
import { Transcript } from "./transcript.ts";
import { isOwed, mayComeBack, nextTurn, runsCalls, shownState } from "./turn.ts";
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
  readonly #absence: Absence;
  readonly #transcript: Transcript;
  readonly #agent: AgentSpeech;
  readonly #playout: Playout;
  readonly #asking: Asking;
  readonly #calls: AnswerCalls;
  readonly #upstream: Upstream;
  readonly #user: UserSpeech;
  readonly #wakefulness: Wakefulness;
  readonly #settings: LiveSettings;
  readonly #receipts: Receipts;
  readonly #retelling: Retelling;
  readonly #spending: Spending;
  #turn: TurnState = { phase: "asleep" };

  constructor(world: ConversationWorld) {
    this.#world = world;
    const { clock, newId, items, registry, log } = world;
    this.#absence = new Absence(clock, (caller) => this.#gone(caller));
    this.reception = new Reception(this.#audience, this, clock, log);
    this.#transcript = new Transcript(items, this.#audience, clock, newId);
    this.#settings = new LiveSettings(world.agent, items);
    this.#receipts = new Receipts({ audience: this.#audience, turns: world.turns, clock });
    this.#retelling = new Retelling(world.agent, items, world.speech);
    const shared = {
      ...world,
      audience: this.#audience,
      transcript: this.#transcript,
      receipts: this.#receipts,
      policy: () => this.#settings.policy,
      model: () => this.#upstream.model,
      turn: () => this.#turn,
      isAway: (caller: Caller) => this.#absence.isMissing(caller),
      happens: (event: TurnEvent) => this.#happens(event),
      userIsHere: () => this.#wakefulness.userIsHere(),
    };
    this.#spending = new Spending(shared);
    this.#agent = new AgentSpeech(shared);
    this.#playout = this.#agent.playout;
    this.#asking = new Asking({ ...shared, speech: this.#agent });
    this.#wakefulness = new Wakefulness({
      ...shared,
      checkIn: () => this.#audience.holder && this.#happens({ type: "check_in" }),
      sleep: () => this.#happens({ type: "sleep" }),
    });
    this.#upstream = new Upstream({
      open: (listener) => world.openModel(modelSetup(world.agent, registry, this.#settings.policy), listener),
      listener: {
        history: () => this.#history(),
        event: (event) => this.#fromModel(event),
        audio: (itemId, pcm) => this.#playout.audio(itemId, pcm),
        isOwed: () => isOwed(this.#turn),
        used: (usage) => this.#spending.used({ source: "response", ...usage }),
        lost: (failure, givenUp) => this.#lost(failure, givenUp),
        gone: (failure) => this.#unreachable(failure),
        rotated: () => this.#user.sessionExchanged(),
      },
      budget: new ContextBudget(
        world.agent.limits.contextTokens,
        world.agent.instructions + JSON.stringify(registry.describe()),
      ),
      clock,
      random: world.random,
      log,
    });
    this.#user = new UserSpeech({ ...shared, agent: this.#agent });
    this.#calls = new AnswerCalls({
      ...shared,
      tell: (item) => this.#upstream.tell(item),
      status: (call, status) =>
        this.#audience.broadcast({ type: "tool", callId: call.callId, name: call.name, status }),
      done: (awaited, endsTurn) => this.#toolDone(awaited, endsTurn),
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
    const isWaiting = (callId: string) => this.#calls.isWaiting(callId);
    caller.send(welcome(this.#world, this.#turn, this.#settings.shown(), floor, unstored, isWaiting));
  }

  start(caller: Caller, byVoice: boolean): void {
    // What still plays on another page would go on there unheard by the new one.
    if (!caller.holdsFloor) this.#speakerGone();
    this.#audience.give(caller);
    this.#user.begin(caller);
    this.#retelling.mayGreet = true;
    this.#wakefulness.started(this.#turn, byVoice);
    this.#happens({ type: "wanted", toolsRunning: this.#calls.awaited });
  }

  speaksUp(caller: Caller): void {
    const { holder } = this.#audience;
    if (holder !== undefined && holder !== caller) this.#absence.giveUp(holder);
  }

  stop(): void {
    this.#world.items.setNothingOwed();
    this.#happens({ type: "sleep", reason: "stopped" });
  }

  typed(caller: Caller, text: string, sentId: string | undefined): void {
    // A page that is not sure its words arrived sends them again with the same id.
    if (sentId !== undefined && this.#world.items.hasSentId(sentId)) return;
    if (this.#audience.holder === undefined) this.#audience.give(caller);
    this.#agent.giveWay();
    this.#wakefulness.userIsHere();
    const id = this.#transcript.typed(text, sentId);
    this.#upstream.tell({ kind: "message", id, role: "user", text });
    this.#receipts.committed(id, "typed");
    this.#happens({ type: "typed", waits: !this.#settings.policy.typingInterrupts });
    this.#happens({ type: "wanted", toolsRunning: this.#calls.awaited });
  }

  interrupt(): void {
    this.#agent.giveWay();
    this.#happens({ type: "interrupt" });
  }

  playback(caller: Caller, report: PlaybackReport): void {
    this.#playout.report(caller, report);
  }

  approve(callId: string, approved: boolean): void {
    this.#calls.approve(callId, approved);
  }

  activity(active: boolean, echoFrom?: number): void {
    this.#user.activity(active, echoFrom);
  }

  pressed(action: "begin" | "end" | "cancel", atSample: number | undefined): boolean {
    if (this.#settings.policy.turnDetection !== null) return action !== "begin";
    if (action === "begin") this.#happens({ type: "wanted", toolsRunning: this.#calls.awaited });
    this.#user.pressed(action, atSample);
    return true;
  }

  choosePolicy(name: string): boolean {
    const chosen = this.#settings.choose(name);
    if (chosen !== "another") return chosen === "same";
    this.#user.policyChanged();
    this.#upstream.configure(this.#settings.policy);
    this.#audience.broadcast({ type: "settings", settings: this.#settings.shown() });
    return true;
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
    this.#absence.over(ghost);
    this.#playout.handOver(ghost, caller);
  }

  left(caller: Caller, lost: boolean): void {
    const isAwake = this.#turn.phase === "awake";
    // A page without a name cannot be known again.
    if (lost && isAwake && caller.holdsFloor && caller.pageId !== undefined) this.#absence.wait(caller);
    else this.#gone(caller);
  }

  /** With the holder goes its speaker; with the last page, the reason to keep an upstream. */
  #gone(caller: Caller): void {
    if (!this.#audience.remove(caller)) return;
    if (this.#audience.size === 0) this.#happens({ type: "sleep", reason: "nobody_here" });
    else if (caller.holdsFloor) this.#speakerGone();
  }

  /** Half a sentence of a page that is gone is not a turn, and what it plays is heard no further. */
  #speakerGone(): void {
    this.#user.drop();
    this.#happens({ type: "speaker_gone" });
  }

  // -------------------------------------------------------------------------------------------- the turn

  #happens(event: TurnEvent): void {
    const before = this.#turn;
    const { state, commands } = nextTurn(before, event);
    this.#turn = state;
    this.#receipts.watch(state);
    // State first: the page must not show "speaking" behind audio it already plays.
    const after = shownState(state);
    if (after !== shownState(before)) {
      const reason = state.phase === "asleep" && state.reason !== undefined ? { reason: state.reason } : {};
      this.#audience.broadcast({ type: "state", state: after, ...reason });
      if (after === "asleep") this.#world.log.info("asleep", { reason: reason.reason });
    }
    for (const command of commands) this.#carryOut(command, before);
    this.#receipts.tell();
    this.#upstream.quiet(this.#wakefulness.watch(this.#turn, this.#calls.running));
  }

  #carryOut(command: TurnCommand, before: TurnState): void {
    switch (command) {
      case "dial":
        return this.#upstream.open();
      case "hang_up":
        this.#upstream.close();
        this.#calls.drop();
        this.#sessionOver();
        this.#agent.giveWay();
        return this.#user.sessionOver(mayComeBack(this.#turn), isOwed(before));
      case "greet":
        return this.#asking.greet(this.#settings.policy.protectGreetingMs);
      case "check_in":
        return this.#asking.checkIn();
      case "answer":
        return this.#asking.answer();
      case "cancel_answer":
        return this.#asking.cancel();
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
      case "user_caption":
      case "user_transcript_failed":
      case "refused":
        return this.#user.event(event);
      case "user_transcript":
        this.#user.event(event);
        return this.#spending.used({ source: "transcription", ...event.usage });
      case "assistant_started":
      case "assistant_caption":
      case "assistant_audio_ended":
      case "assistant_done":
        return this.#agent.event(event);
      case "assistant_text":
        return this.#inText();
      case "tool_call":
        this.#receipts.calling();
        return this.#calls.called(event);
      case "answer_done":
        return this.#answerDone(event);
      default:
        return assertNever(event);
    }
  }

  /** What a fresh session is told: the rows, after every crashed call has got its output. */
  #history(): ModelItem[] {
    // What is still being settled of the last session must be in the rows before they are told.
    this.#playout.settleNow();
    this.#calls.settleCrashed();
    this.#user.recover();
    const told = this.#retelling.tell();
    this.#calls.replayed(told);
    return told;
  }

  #ready(): void {
    this.#happens({ type: "tools_resumed", calls: this.#calls.rerun() });
    const { greets, isOwed: owed, owedTurn } = this.#retelling;
    if (owedTurn !== undefined) this.#receipts.owed(owedTurn);
    this.#happens({ type: "ready", owed, greet: greets });
    this.#user.sessionReady();
  }

  #answerDone(event: Extract<ModelEvent, { type: "answer_done" }>): void {
    const cancelled = event.outcome === "cancelled" || this.#playout.dropping;
    this.#playout.answerDone(cancelled || event.outcome === "failed");
    // An answer that was cut short by its length has made its calls all the same.
    const runs = !cancelled && event.outcome !== "failed";
    if (!runs) this.#calls.drop();
    const calls = runs ? this.#calls.start() : 0;
    this.#receipts.called(calls);
    if (event.outcome === "failed") this.#asking.failed();
    this.#happens({ type: "answer_done", calls });
    if (event.usage !== undefined) this.#spending.used({ source: "response", ...event.usage });
    if (event.outcome === "failed" || event.outcome === "incomplete") {
      this.#world.log.warn("answer_not_completed", { outcome: event.outcome, code: event.code });
    }
  }

  #toolDone(awaited: boolean, endsTurn: boolean): void {
    if (awaited) this.#receipts.output(endsTurn);
    this.#happens({ type: "tool_done", awaited, endsTurn });
    // Its output is the last row: a later session must not take it for a question.
    if (endsTurn && !isOwed(this.#turn)) this.#world.items.setNothingOwed();
  }

  /** Nobody would hear this answer: it is asked for again, of a session that is told the talk differently. */
  #inText(): void {
    const turn = this.#turn;
    // A greeting is not worth it, and what was cancelled is dropped anyhow.
    if (turn.phase !== "awake" || turn.answering !== "answer" || this.#playout.dropping) return;
    this.#upstream.repack();
  }

  /** Another session follows: what was said meanwhile waits, what the speaker has plays on. */
  #lost(failure: Failure, givenUp: boolean): void {
    this.#sessionOver();
    const heardAgain = this.#user.sessionLost(isOwed(this.#turn) && !givenUp) || givenUp;
    this.#receipts.lost();
    // A complete call of an answer whose end never came is a call all the same; of one that was stopped it is none.
    if (givenUp || !runsCalls(this.#turn) || failure.kind === "answer_failed") this.#calls.drop();
    if (givenUp) this.#asking.failed();
    this.#happens({ type: "lost", calls: this.#calls.start(), heardAgain, pressed: this.#user.isPressed });
    if (isRebuiltUnasked(failure)) return;
    this.#audience.broadcast({ type: "error", ...toBrowserError(failure) });
  }

  #unreachable(failure: Failure): void {
    this.#audience.broadcast({ type: "error", ...toBrowserError(failure) });
    this.#happens({ type: "sleep", reason: toSleepReason(failure) });
  }

  // ------------------------------------------------------------------------------------------------- the end

  /** Erased or expired: tools are aborted, pages told and closed. Nothing is written any more. */
  end(): void {
    this.#calls.end();
    this.#playout.abandon();
    this.#absence.end();
    this.#happens({ type: "end" });
    this.#audience.closeAll(CLOSE.ended.code, CLOSE.ended.reason);
  }
}
