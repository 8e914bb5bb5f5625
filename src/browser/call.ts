// One browser's stay in a conversation: which phase it is in, what the user may do, what each message from
// the conversation means for the page. Sockets, devices and the document are other people's business.

import { MAX_TYPED_CHARS } from "../protocol/messages.ts";
import type { ConversationMessage, ConversationState, SleepReason } from "../protocol/messages.ts";
import { AgentVoice } from "./agent-voice.ts";
import type { CallDeps, CallSocket } from "./call-deps.ts";
import { factsAfter, NO_FACTS, type FactMessage } from "./call-facts.ts";
import { EchoTest } from "./echo-test.ts";
import { isAnswering, isAwake, type CallState, type CallStatus } from "./call-status.ts";
import type { StoredConversation } from "./conversation-memory.ts";
import { Errands } from "./errands.ts";
import type { MicrophoneProblem } from "./microphone.ts";
import { NoticeBoard } from "./notice-board.ts";
import { OutgoingText } from "./outgoing-text.ts";
import { isAnswerOwed } from "./owed-answer.ts";
import { Pressing } from "./pressing.ts";
import type { SocketListener } from "./socket.ts";
import type { PlayedReport } from "./speaker.ts";
import { Stay } from "./stay.ts";
import { Talk } from "./talk.ts";
import { isUserTurn } from "./transcript.ts";
import { errorNotice, microphoneWords, noticeWords } from "./words.ts";

export class Call implements SocketListener {
  readonly notices = new NoticeBoard(() => this.#changed());
  /** The talk button where the user says with it when they speak. */
  readonly press: Pressing;
  readonly #deps: CallDeps;
  readonly #socket: CallSocket;
  readonly #talk: Talk;
  readonly #voice: AgentVoice;
  readonly #stay = new Stay(() => this.#changed());
  readonly #texts = new OutgoingText();
  readonly #errands: Errands;
  readonly #echoTest: EchoTest;
  #facts = NO_FACTS;
  /** The user wants silence and sleep, and the conversation does not sleep yet: it may not even have been told. */
  #hasStopped = false;
  /** The socket was lost while the conversation was awake for this page. */
  #mayBeOwed = false;

  constructor(deps: CallDeps) {
    this.#deps = deps;
    this.#socket = deps.socket(this);
    this.#errands = new Errands(deps.api, this.#stay, deps.transcript, this.notices);
    const { microphone, speaker, clock, streamId } = deps;
    const onChange = (): void => this.#changed();
    this.#voice = new AgentVoice(speaker, clock, (message) => void this.#socket.send(message));
    this.#talk = new Talk({
      microphone,
      uplink: this.#socket,
      clock,
      streamId,
      onChange,
      onHeard: (frame, number) => this.#voice.heard(frame, number),
      isDeaf: () => this.#isDeaf,
      onFloorGone: () => this.#floorGone(),
    });
    this.#echoTest = new EchoTest({ microphone, speaker, clock, onChange });
    const [talk, voice, notices] = [this.#talk, this.#voice, this.notices];
    const open = (): Promise<void> => this.#openTalk();
    this.press = new Pressing({ talk, voice, notices, open, onChange, goOn: () => this.#begin() });
  }

  get status(): CallStatus {
    return {
      state: this.#stay.state,
      microphone: this.#talk.state,
      muted: this.#talk.muted,
      isPressed: this.press.isPressed,
      isDeaf: this.#talk.isDeaf,
      echoTest: this.#echoTest.state,
      notice: this.notices.notice,
      ...this.#facts,
      droppedFrames: this.#talk.droppedFrames,
    };
  }

  // ---------------------------------------------------------------------------------- what the user does

  /** The page was loaded: attach to the conversation it left, without a microphone. */
  resume(): void {
    const conversation = this.#deps.memory.load();
    if (conversation !== null) this.#attach(conversation);
    else this.#changed();
  }

  /** The big button. Called inside a gesture. */
  async toggleTalk(): Promise<void> {
    this.#voice.prepare();
    const { is } = this.#talk.state;
    if (is !== "on" && is !== "opening") return await this.press.open();
    this.#echoTest.abort();
    this.#talk.close();
    this.#stop();
  }

  /** Another manner of taking turns, once the conversation says so. False when it could not be told. */
  choosePolicy(policy: string): boolean {
    return this.#socket.send({ type: "settings", policy });
  }

  /** Whether the agent hears itself here. Called inside a gesture; in the middle of something it says when. */
  async testEcho(): Promise<void> {
    const isBusy = this.press.isPressed || this.#voice.isInTheAir || isAnswering(this.#stay.state);
    if (isBusy || this.#talk.state.is === "opening") return this.notices.say(noticeWords.testLater, "echo");
    await this.#echoTest.run(this.#talk.state.is === "on");
  }

  toggleMute(): void {
    this.#talk.setMuted(!this.#talk.muted);
  }

  /** A typed turn. Called inside a gesture, for the answer is spoken. False when it was not taken. */
  typeText(text: string): boolean {
    const typed = text.trim();
    if (typed === "" || typed.length > (this.#facts.limits?.maxTextChars ?? MAX_TYPED_CHARS)) return false;
    this.#voice.prepare();
    const message = { type: "text", text: typed, id: this.#deps.newId() } as const;
    if (!this.#texts.add(message)) {
      this.notices.say(noticeWords.textsWaiting);
      return false;
    }
    this.#goOn();
    if (this.#facts.settings?.typingInterrupts === true) this.#voice.typedOver();
    this.#talk.typed();
    if (this.#stay.state.phase === "live") this.#socket.send(message);
    else void this.#ensureAttached();
    return true;
  }

  /** Silence first, here and now; the conversation learns of it on the way. */
  interrupt(): void {
    this.#voice.interrupt();
  }

  approve(callId: string, approved: boolean): void {
    this.#socket.send({ type: "approval", callId, approved });
  }

  /** Erases the conversation for good and leaves the page as it was found. */
  async startOver(): Promise<void> {
    if (!(await this.#errands.erase())) return;
    this.#leave({ phase: "idle" });
    this.#deps.transcript.reset([], false);
  }

  async showEarlier(): Promise<void> {
    await this.#errands.showEarlier();
  }

  async retry(): Promise<void> {
    const what = this.notices.notice?.retry;
    this.notices.clear();
    if (what === "echo") await this.testEcho();
    else if (what === "microphone") await this.toggleTalk();
    else if (what === "connection") await this.#ensureAttached();
    else if (what === "sound") this.#voice.prepare();
  }

  /** The network, the tab or the page came back. */
  nudge(): void {
    this.#socket.nudge();
  }

  // ------------------------------------------------------------------------------------ what the devices do

  onMicrophoneFrame(samples: ArrayBuffer): void {
    this.#echoTest.frame(new Int16Array(samples));
    this.#talk.onFrame(samples);
  }

  onMicrophoneLost(problem: MicrophoneProblem): void {
    this.#echoTest.abort();
    this.#talk.close({ is: "failed", problem });
    this.#stop();
    this.#sayMicrophoneProblem(problem);
  }

  onPlayed(report: PlayedReport): void {
    if (!this.#echoTest.played(report)) this.#voice.played(report, this.#stay.live !== null);
  }

  onSpeakerLevel(level: number): void {
    this.#voice.level(level);
  }

  // ------------------------------------------------------------------------------------- what the socket does

  onFrame(samples: ArrayBuffer): void {
    this.#voice.frame(samples);
  }

  onDown(refused: boolean): void {
    this.#talk.detached();
    const { conversation, live } = this.#stay;
    if (conversation === null) return;
    if (live !== null) this.#mayBeOwed = live.floor && live.is !== "asleep";
    this.#stay.become({ phase: "reconnecting", conversation });
    // A socket that never opened may mean that the conversation is no more; one question tells.
    if (refused) void this.#askWhetherThere(conversation);
  }

  onMessage(message: ConversationMessage): void {
    const { transcript } = this.#deps;
    switch (message.type) {
      case "welcome":
        this.#welcome(message);
        break;
      case "state":
        this.#conversationIs(message.state, message.reason);
        break;
      case "floor":
        this.#floorIs(message.held);
        break;
      case "item":
        this.#texts.seen(message.item);
        if (isUserTurn(message.item)) this.#talk.userTurn();
        transcript.change(message);
        break;
      case "item_removed":
      case "caption":
      case "tool":
        transcript.change(message);
        break;
      case "audio":
      case "audio_end":
      case "flush":
      case "resume":
        if (message.type === "audio") this.#echoTest.abort();
        this.#voice.message(message);
        break;
      case "usage":
      case "settings":
      case "turn":
        this.#learn(message);
        break;
      case "ack":
        this.#talk.safe(message.streamId, message.safeSamples);
        break;
      case "resend":
        this.#talk.resend(message.fromSample);
        break;
      case "error":
        errorNotice(this.notices, message);
        break;
      default:
      // `pong` only shows that somebody lives. What a newer conversation says beyond the union is ignored as well.
    }
  }

  // ------------------------------------------------------------------------------------------------ inside

  #welcome(message: ConversationMessage & { type: "welcome" }): void {
    const conversation = this.#stay.conversation;
    if (conversation === null) return;
    if (message.state === "ended") return this.#leave({ phase: "ended" });
    this.#learn(message);
    this.#deps.transcript.welcome(message.items, message.hasEarlier);
    for (const item of message.items) this.#texts.seen(item);
    this.#stay.welcomed(conversation, message.state, message.reason, message.floor);
    this.#noticeState(message.state);
    this.#talk.attached(message.settings.muted, message.state, message);
    for (const text of this.#texts.waiting) this.#socket.send(text);
    this.#fetchAnswer(message);
    // Pressed while nobody could be told; otherwise the answer would play on.
    if (this.#hasStopped) this.#socket.send({ type: "stop" });
    this.#voice.attached(message.items);
  }

  /** Without a microphone nothing else wakes a conversation that fell asleep over its answer to a page that was away. */
  #fetchAnswer(welcome: ConversationMessage & { type: "welcome" }): void {
    const mayBeOwed = this.#mayBeOwed && !welcome.floorTaken && this.#texts.waiting.length === 0;
    this.#mayBeOwed = false;
    if (!mayBeOwed || this.#hasStopped || this.#talk.state.is === "on") return;
    if (isAnswerOwed(welcome)) this.#socket.send({ type: "start" });
  }

  #learn(message: FactMessage): void {
    this.#facts = factsAfter(this.#facts, message);
    const { settings } = this.#facts;
    this.#talk.setPushToTalk(settings?.pushToTalk === true);
    this.#voice.setMayHold(settings?.pushToTalk !== true && settings?.halfDuplex !== true);
    this.#changed();
  }

  /** What the microphone hears now is the agent, or the test's own phrase. Asked for every frame. */
  get #isDeaf(): boolean {
    const { settings } = this.#facts;
    if (this.#echoTest.isRunning) return true;
    return settings?.halfDuplex === true && !settings.pushToTalk && this.#voice.isInTheAir;
  }

  async #openTalk(): Promise<void> {
    this.#begin();
    this.notices.clear();
    if (await this.#talk.open()) await this.#ensureAttached();
    else if (this.#talk.state.is === "failed") this.#sayMicrophoneProblem(this.#talk.state.problem);
  }

  #conversationIs(is: ConversationState, reason: SleepReason | undefined): void {
    if (is === "ended") return this.#leave({ phase: "ended" });
    if (this.#stay.live === null) return;
    this.#stay.conversationIs(is, reason);
    this.#noticeState(is);
    this.#talk.conversationIs(is, reason);
  }

  #floorIs(held: boolean): void {
    const { live } = this.#stay;
    if (live === null) return;
    const lost = live.floor && !held;
    this.#stay.floorIs(held);
    if (held) this.#talk.floorHeld();
    if (lost) this.#floorGone();
  }

  #floorGone(): void {
    // Its answers go to the other page now; what is still queued here would be heard twice.
    this.#voice.flush();
    const { live } = this.#stay;
    const isInUse = live !== null && live.is !== "asleep" && !this.#hasStopped;
    if (this.#talk.state.is === "on" || isInUse) this.#talk.floorLost();
  }

  #stop(): void {
    // A conversation that sleeps will not say again that it does.
    this.#hasStopped = this.#stay.live?.is !== "asleep";
    this.#socket.send({ type: "stop" });
    if (this.#hasStopped) this.#voice.stop();
    else this.#voice.flush();
  }

  /** The user is about to talk. */
  #begin(): void {
    this.#echoTest.abort();
    this.#goOn();
  }

  #goOn(): void {
    this.#hasStopped = false;
    this.#voice.goOn();
  }

  /** Makes a conversation where there is none. Where there is one, the socket is already on its way. */
  async #ensureAttached(): Promise<void> {
    const { phase } = this.#stay.state;
    if (phase !== "idle" && phase !== "ended") return;
    if (phase === "ended") this.#deps.transcript.reset([], false);
    const created = await this.#errands.create();
    if (created === null) return;
    if (created.ok) {
      this.#deps.memory.save(created.conversation);
      this.#attach(created.conversation);
    } else {
      const retry = this.#talk.state.is === "on" ? "microphone" : "connection";
      this.#leave({ phase: "idle" });
      this.notices.say(created.message, retry);
    }
  }

  #attach(conversation: StoredConversation): void {
    this.#stay.become({ phase: "connecting", conversation });
    this.#socket.open(conversation);
  }

  async #askWhetherThere(conversation: StoredConversation): Promise<void> {
    if (await this.#errands.isGone(conversation)) this.#leave({ phase: "ended" });
  }

  /** Lets go of everything this page has of the conversation but what is on the screen. */
  #leave(state: CallState & { phase: "idle" | "ended" }): void {
    const conversation = this.#stay.conversation;
    this.#goOn();
    this.#socket.close();
    this.#talk.detached();
    this.#talk.close();
    this.#voice.leave();
    if (conversation !== null) this.#deps.memory.forget(conversation);
    this.#facts = { ...NO_FACTS, limits: this.#facts.limits };
    this.#talk.setPushToTalk(false);
    for (const text of this.#texts.takeBack()) this.#deps.onTextReturned(text);
    this.#stay.become(state);
  }

  #sayMicrophoneProblem(problem: MicrophoneProblem): void {
    this.notices.say(microphoneWords(problem), "microphone");
  }

  #noticeState(is: ConversationState): void {
    if (isAwake(is)) this.notices.passed("model");
    if (is === "asleep") this.#goOn();
  }

  #changed(): void {
    this.#deps.onChange(this.status);
  }
}
