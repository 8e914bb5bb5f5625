// What the user says, from the holder's frames to stored words: which frames count, when the page is asked to send
// again, which turn is which when a fresh session hears it a second time, and what becomes of speech that stops coming.

import type { Policy } from "../define.ts";
import type { Log } from "../log.ts";
import type { ErrorCode } from "../protocol/messages.ts";
import type { ItemStore } from "../store/item-store.ts";
import type { SpeechStore } from "../store/speech-store.ts";
import type { AgentSpeech } from "./agent-speech.ts";
import type { Audience } from "./audience.ts";
import { ClosedMicrophone } from "./closed-microphone.ts";
import { Interruption } from "./interruption.ts";
import { MicrophoneLine, samplesMs } from "./microphone-line.ts";
import { NothingSaid } from "./nothing-said.ts";
import type { Caller, Clock, Model, ModelEvent, NewId } from "./ports.ts";
import { PushToTalk } from "./push-to-talk.ts";
import type { Receipts } from "./receipts.ts";
import { spokenWords } from "./spoken-words.ts";
import { StalledSpeech } from "./stalled-speech.ts";
import type { Transcript } from "./transcript.ts";
import { TurnsAgain } from "./turns-again.ts";
import { UnheardSpeech } from "./unheard-speech.ts";
import type { TurnEvent, TurnState } from "./turn.ts";

/** A page's detector says that a voice has ended after so long without it. */
const ACTIVITY_END_MS = 500;

export interface UserSpeechWorld {
  audience: Audience;
  transcript: Transcript;
  items: ItemStore;
  speech: SpeechStore;
  agent: AgentSpeech;
  receipts: Receipts;
  clock: Clock;
  newId: NewId;
  log: Log;
  policy(): Policy;
  model(): Model | undefined;
  turn(): TurnState;
  /** The page has lost its network, and may be back in a moment. */
  isAway(caller: Caller): boolean;
  happens(event: TurnEvent): void;
  /** Somebody has said or pressed something. */
  userIsHere(): void;
}

export class UserSpeech {
  readonly #world: UserSpeechWorld;
  readonly #line = new MicrophoneLine();
  readonly #again: TurnsAgain;
  readonly #interruption: Interruption;
  readonly #nothing: NothingSaid;
  readonly #stall: StalledSpeech;
  readonly #press: PushToTalk;
  readonly #closed: ClosedMicrophone;
  /** When the user fell silent, as the page's detector or the model's clock tells it. */
  #spokenMs: number | undefined;
  /** The speech that is no turn yet, as the session calls it. */
  #spoken: string | undefined;
  readonly #unheard: UnheardSpeech;

  constructor(world: UserSpeechWorld) {
    this.#world = world;
    const { agent, audience, clock } = world;
    this.#unheard = new UnheardSpeech(clock, this.#line, () => {
      if (this.#isLive() && !this.#isSpeaking()) world.model()?.probe();
    });
    this.#again = new TurnsAgain({ ...world, line: this.#line });
    this.#closed = new ClosedMicrophone(agent);
    this.#nothing = new NothingSaid(world.receipts, world.turn);
    this.#stall = new StalledSpeech(clock, () => this.#stalled());
    this.#interruption = new Interruption({
      ...world,
      happens: (event) => this.#happens(event),
      forget: (sessionItemId) => this.#forget(sessionItemId),
      resume: () => audience.holder?.send({ type: "resume" }),
      echoHeard: () =>
        this.#complain(
          "echo_heard",
          "Your microphone hears the agent. Headphones help, or half-duplex.",
          false,
        ),
    });
    this.#press = new PushToTalk({
      ...world,
      line: this.#line,
      began: (itemId) => this.#nothing.began(itemId),
      isLive: () => this.#isLive(),
      isAway: () => audience.holder !== undefined && world.isAway(audience.holder),
      tooShort: () => this.#complain("turn_too_short", "Hold the button while you speak.", false),
      notHeard: () => this.#complain("answer_failed", "That was not heard. Please say it again.", true),
    });
  }

  // ------------------------------------------------------------------------------------------ from the page

  /** The holder's frame. Hot path: numbers, and once a second an `ack`. */
  frame(frame: Uint8Array): void {
    const { clock, audience } = this.#world;
    const now = clock.now();
    this.#stall.frame(now);
    // A page that can send again waits with us for the session; what others send is kept by the session itself.
    if (this.#line.streamId !== undefined && !this.#isLive()) return;
    const policy = this.#world.policy();
    if (policy.turnDetection === null) {
      if (!this.#press.frame(frame, now)) return;
    } else {
      const at = this.#line.next;
      if (!this.#line.frame(frame.byteLength, now)) return;
      const heard = policy.halfDuplex ? this.#closed.hears(frame, now, at) : frame;
      this.#interruption.frame(heard);
      this.#world.model()?.appendAudio(heard);
    }
    const ack = this.#line.ackDue(now);
    if (ack === undefined) return;
    audience.holder?.send({ type: "ack", ...ack });
    this.#again.giveUp(this.#line.takeMissed());
  }

  /** A page has taken the floor: its stream is the one that counts. */
  begin(caller: Caller): void {
    const { streamId, safeSamples } = this.#world.items.conversation();
    const known = caller.streamId !== undefined && caller.streamId === streamId;
    // Only its own stream can bring a turn again.
    if (caller.streamId !== this.#line.streamId) {
      this.#again.giveUp();
      this.#closed.begin();
    }
    this.#line.begin(caller.streamId, known ? safeSamples : 0);
    if (this.#isLive()) this.#ask(false);
  }

  /** True when the page had been asked to go back: a burst follows. */
  resending(fromSample: number): boolean {
    this.#press.goesOn(fromSample);
    const wasAsked = this.#line.goesOn(fromSample);
    this.#again.giveUp(this.#line.takeMissed(fromSample));
    return wasAsked;
  }

  /** A button that is held while the user speaks. `atSample`: where the page's stream stands. */
  pressed(action: "begin" | "end" | "cancel", atSample: number | undefined): void {
    if (action === "begin") this.#press.begin(atSample);
    else if (action === "end") this.#press.end(atSample);
    else this.#press.cancel(atSample);
  }

  /** Turns are taken in another way from now on: half a turn of the old way ends nowhere. */
  policyChanged(): void {
    this.#press.stop();
    if (this.#world.policy().turnDetection !== null) return;
    this.#unheard.forget();
    // The page sends nothing twice of this: what comes next is the first press.
    this.drop(false);
  }

  /** The page says nothing more for a while: what was said so far is a turn. */
  muted(): void {
    if (this.#press.itemId !== undefined) this.#press.end(undefined);
    else if (this.#isSpeaking()) this.#world.model()?.commitAudio();
  }

  /** `echoFrom`: since this sample of its stream the page has heard nothing but the agent. */
  activity(active: boolean, echoFrom?: number): void {
    if (this.#world.policy().turnDetection === null) return;
    if (!active && echoFrom !== undefined) this.#interruption.wasEcho(samplesMs(this.#line.next - echoFrom));
    else if (!active) this.#spokenMs = this.#world.clock.now() - ACTIVITY_END_MS;
    // Its end is no answer: a word may be over before anybody notices that nobody listens.
    if (active && this.#isLive() && !this.#isSpeaking()) this.#unheard.began();
    if (!active) this.#unheard.ended();
  }

  /** What is being said is forgotten: the floor goes to another page, or its frames stopped coming. */
  drop(isSaidAgain = true): void {
    this.#press.cancel();
    this.#interruption.dropped();
    this.#stall.rest();
    if (!this.#isSpeaking()) return;
    // Its commit may be under way. Where it is said again, nobody knows whether the session gives it another name.
    if (!isSaidAgain && this.#spoken !== undefined) this.#again.forgot(this.#spoken);
    this.#world.model()?.clearAudio();
    this.#world.transcript.dropSpoken();
    this.#line.dropTurns(isSaidAgain);
    this.#world.happens({ type: "speech_dropped" });
  }

  // --------------------------------------------------------------------------------------------- the session

  /** A session is live that has heard nothing: the page sends what is not safe. */
  sessionReady(): void {
    this.#again.sessionReady();
    // Nobody's detector would find them among what is sent again.
    if (this.#world.policy().turnDetection === null) this.#press.takeOver(this.#line.takeLost());
    this.#line.freshSession();
    this.#press.sessionReady();
    this.#unheard.sessionReady();
    this.#ask(true);
  }

  /**
   * The session is lost, and what it heard with it. Turns without words are heard again where the page can send
   * again. `owed`: the last of them may have no answer yet. True when that one will be heard again.
   */
  sessionLost(owed: boolean): boolean {
    this.#stall.rest();
    this.#unheard.rest();
    this.#interruption.sessionOver();
    return this.#again.sessionLost(owed, this.#press.sessionLost(owed), this.#press.itemId);
  }

  /** Whether the user holds the button: what is said goes on to the next session. */
  get isPressed(): boolean {
    return this.#press.itemId !== undefined;
  }

  /** Another session has taken over: a turn whose words had not come is heard again (rule RO5). */
  sessionExchanged(): void {
    this.sessionLost(false);
    this.sessionReady();
  }

  /** The conversation sleeps, or ends. Turns without words are heard again if their page may come back to say them. */
  sessionOver(mayComeBack: boolean, owed: boolean): void {
    this.sessionLost(owed);
    const { transcript } = this.#world;
    for (const itemId of this.#press.sessionOver(mayComeBack)) transcript.giveUp(itemId);
    transcript.dropSpoken();
    if (!mayComeBack) this.#again.giveUp();
  }

  /** Turns that a crash left without words may be among what the page sends again. */
  recover(): void {
    const { audience, items } = this.#world;
    const { streamId } = items.conversation();
    const { holder } = audience;
    if (this.#line.streamId === undefined && holder?.streamId !== undefined) this.begin(holder);
    this.#again.recover();
    if (streamId !== undefined && streamId !== this.#line.streamId) this.#again.giveUp();
    // Without turn detection nobody finds a turn of which it is not known where it lies.
    else if (this.#world.policy().turnDetection === null) this.#again.giveUp(this.#line.takeUnplaced());
  }

  // ------------------------------------------------------------------------------------------ from the model

  event(event: UserEvent): void {
    const { transcript } = this.#world;
    if (event.type === "refused") return this.#refused(event);
    if (this.#again.isNone(event)) return;
    switch (event.type) {
      case "speech_started": {
        // The model had not heard yet that a button says so now.
        if (this.#world.policy().turnDetection === null) return this.#again.forgot(event.itemId);
        this.#spokenMs = undefined;
        this.#spoken = event.itemId;
        this.#line.turnBegan(event.itemId, event.startMs);
        const isAgain = this.#again.began(event.itemId);
        this.#nothing.began(this.#again.itemId(event.itemId));
        this.#interruption.began(event.itemId, this.#line.sessionMs - event.startMs, isAgain);
        this.#unheard.heard();
        if (!isAgain) transcript.beginUser(event.itemId);
        return this.#stall.began();
      }
      case "speech_stopped":
        return this.#interruption.ended(this.#silentFor(event.endMs));
      case "user_turn":
        return this.#complete(event.itemId, event.audioMs);
      case "user_caption":
        return transcript.caption(this.#again.itemId(event.itemId), event.delta);
      case "user_transcript":
        this.#words(event.itemId, event.text);
        return this.#settled(event.itemId);
      case "user_transcript_failed":
        this.#interruption.unwritten(event.itemId);
        // One that was dropped says nothing of the user.
        if (transcript.isOpen(this.#again.itemId(event.itemId))) this.#world.userIsHere();
        this.#world.log.warn("transcription_failed", { itemId: event.itemId, code: event.code });
        this.#keepSound(this.#again.itemId(event.itemId), event.pcm);
        transcript.userWordsFailed(this.#again.itemId(event.itemId));
        return this.#settled(event.itemId);
    }
  }

  #refused({ code, isCommit }: Extract<UserEvent, { type: "refused" }>): void {
    const wasPress = isCommit === true && this.#press.refused();
    // The model had ended that turn already by itself.
    if (isCommit === true && !wasPress) return;
    this.#world.log.warn("upstream_refused", { code });
  }

  #complete(sessionItemId: string, audioMs: number): void {
    const { receipts, transcript } = this.#world;
    if (sessionItemId === this.#spoken) this.#spoken = undefined;
    const press = this.#line.knows(sessionItemId) ? undefined : this.#press.told();
    if (press !== undefined) this.#again.is(sessionItemId, press.itemId);
    const itemId = this.#again.itemId(sessionItemId);
    const answered = press?.answered ?? this.#again.takeAnswered(itemId);
    this.#line.turnEnded(press === undefined ? sessionItemId : itemId, audioMs, this.#world.clock.now());
    if (!answered) receipts.committed(itemId, press === undefined ? this.#spokenMs : press.endedMs);
    // The answer is asked for before the row is written: what leaves after a write waits for the disk.
    if (press === undefined) this.#interruption.completed(sessionItemId, answered);
    else {
      this.#world.userIsHere();
      this.#happens({ type: "user_turn", answered });
    }
    transcript.commitUser(itemId, audioMs);
  }

  #words(sessionItemId: string, text: string): void {
    const { model, transcript, userIsHere } = this.#world;
    const itemId = this.#again.itemId(sessionItemId);
    if (this.#interruption.words(sessionItemId, text)) return;
    // Of noise some transcriptions make a full stop.
    const isNothing = spokenWords(text).length === 0;
    if (!isNothing) userIsHere();
    else if (this.#nothing.isAnswered(itemId)) {
      this.#forget(sessionItemId);
      this.#happens({ type: "interrupt" });
    } else if (transcript.isOpen(itemId)) model()?.removeItem(sessionItemId);
    transcript.userWords(itemId, isNothing ? "" : text);
  }

  #happens(event: TurnEvent): void {
    // What the user says now takes the place of an answer that broke off.
    if (event.type === "user_turn") this.#world.agent.giveWay();
    this.#world.happens(event);
  }

  #forget(sessionItemId: string): void {
    const { model, receipts, transcript } = this.#world;
    const itemId = this.#again.itemId(sessionItemId);
    transcript.dropTurn(itemId);
    model()?.removeItem(sessionItemId);
    receipts.dropped(itemId);
    // Its words may never come now.
    this.#settled(sessionItemId);
  }

  /** How long ago, by the audio that has come since, the user said the last word. */
  #silentFor(endMs: number | undefined): number {
    const { turnDetection } = this.#world.policy();
    if (endMs === undefined || turnDetection?.type !== "server_vad") return 0;
    const silentMs = this.#line.sessionMs - endMs + turnDetection.silenceDurationMs;
    this.#spokenMs = this.#world.clock.now() - silentMs;
    return silentMs;
  }

  #complain(code: ErrorCode, message: string, retryable: boolean): void {
    this.#world.audience.holder?.send({ type: "error", code, message, retryable });
  }

  /** Without words the next session can only be told of the turn by its sound (rule RB9). */
  #keepSound(itemId: string, pcm: Uint8Array | undefined): void {
    const { log, speech, transcript } = this.#world;
    if (pcm === undefined || !transcript.isOpen(itemId)) return;
    const droppedMs = Math.round(speech.keep(itemId, pcm));
    if (droppedMs > 0) log.warn("kept_speech_dropped", { itemId, droppedMs });
  }

  /** Its words are stored: so is how far the stream is safe, for after a crash. */
  #settled(sessionItemId: string): void {
    const itemId = this.#again.itemId(sessionItemId);
    this.#again.settled(sessionItemId);
    this.#press.settled(itemId);
    const moved = [sessionItemId, itemId].map((id) => this.#line.turnSettled(id)).includes(true);
    const { streamId, safe } = this.#line;
    if (moved && streamId !== undefined) this.#world.items.setSafe(streamId, safe);
  }

  /** Asks the holder to go on, or to send again what a fresh session has not heard. */
  #ask(fresh: boolean): void {
    const { audience, clock } = this.#world;
    const { holder } = audience;
    if (holder?.started !== true || holder.streamId === undefined) return;
    if (this.#line.streamId === undefined) this.begin(holder);
    holder.send({ type: "resend", fromSample: this.#line.askFrom(fresh, clock.now()) });
  }

  #stalled(): void {
    if (!this.#isSpeaking()) return;
    if (this.#line.streamId === undefined) this.#world.model()?.commitAudio();
    else {
      this.drop();
      this.#ask(false);
    }
  }

  #isLive(): boolean {
    const turn = this.#world.turn();
    return turn.phase === "awake" && turn.live;
  }

  #isSpeaking(): boolean {
    const turn = this.#world.turn();
    return turn.phase === "awake" && turn.userSpeaking;
  }
}

export type UserEvent = Extract<ModelEvent, { type: `user_${string}` | `speech_${string}` | "refused" }>;
