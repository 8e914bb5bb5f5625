// One browser's stay in a conversation: which phase it is in, what the user may do, what each message from
// the conversation means for the page. Sockets, devices and the document are other people's business.

import {
  MAX_TYPED_CHARS,
  type ConversationMessage,
  type ConversationState,
  type Item,
  type LiveSettings,
  type PageLimits,
  type SleepReason,
  type UsageTotals,
} from "../protocol/messages.ts";
import { isAwake, type CallState, type CallStatus, type LiveState, type Notice } from "./call-status.ts";
import type { Clock } from "./clock.ts";
import type { ConversationApi } from "./conversation-api.ts";
import type { ConversationMemory, StoredConversation } from "./conversation-memory.ts";
import type { MicrophonePort, MicrophoneProblem } from "./microphone.ts";
import type { Uplink } from "./outgoing-audio.ts";
import { OutgoingReports } from "./outgoing-reports.ts";
import { OutgoingText } from "./outgoing-text.ts";
import type { ConversationSocket, SocketListener } from "./socket.ts";
import type { PlayedReport, SpeakerPort } from "./speaker.ts";
import { Talk } from "./talk.ts";
import type { Transcript } from "./transcript.ts";
import { microphoneWords } from "./words.ts";

export interface CallDeps {
  api: ConversationApi;
  memory: ConversationMemory;
  microphone: MicrophonePort;
  speaker: SpeakerPort;
  transcript: Transcript;
  socket(listener: SocketListener): Pick<ConversationSocket, "open" | "close" | "nudge" | keyof Uplink>;
  clock: Clock;
  /** What `hello` names the microphone's stream. */
  streamId: string;
  newId(): string;
  onChange(status: CallStatus): void;
  /** A typed turn that never got through goes back to where it was typed. */
  onTextReturned(text: string): void;
}

export class Call implements SocketListener {
  readonly #deps: CallDeps;
  readonly #socket: ReturnType<CallDeps["socket"]>;
  readonly #talk: Talk;
  readonly #texts = new OutgoingText();
  readonly #reports = new OutgoingReports((message) => void this.#socket.send(message));
  #state: CallState = { phase: "idle" };
  #notice: Notice | null = null;
  /** A trouble the conversation may get over by itself; its notice is then taken down again. */
  #passingNotice: Notice | null = null;
  #usage: UsageTotals | null = null;
  #settings: LiveSettings | null = null;
  #limits: PageLimits | null = null;
  #lastTurn: CallStatus["lastTurn"] = null;
  /** The user pressed stop: giving the floor back is then no news. */
  #hasStopped = false;

  constructor(deps: CallDeps) {
    this.#deps = deps;
    this.#socket = deps.socket(this);
    const { microphone, clock, streamId } = deps;
    const uplink = this.#socket;
    this.#talk = new Talk({ microphone, uplink, clock, streamId, onChange: () => this.#changed() });
  }

  get status(): CallStatus {
    return {
      state: this.#state,
      microphone: this.#talk.state,
      muted: this.#talk.muted,
      notice: this.#notice,
      usage: this.#usage,
      settings: this.#settings,
      limits: this.#limits,
      lastTurn: this.#lastTurn,
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
    this.#deps.speaker.prepare();
    const { is } = this.#talk.state;
    if (is === "on" || is === "opening") this.#stopTalking();
    else {
      this.#hasStopped = false;
      this.#say(null);
      if (await this.#talk.open()) await this.#ensureAttached();
      else if (this.#talk.state.is === "failed") this.#sayMicrophoneProblem(this.#talk.state.problem);
    }
  }

  toggleMute(): void {
    this.#talk.setMuted(!this.#talk.muted);
  }

  /** A typed turn. Called inside a gesture, for the answer is spoken. False when it was not taken. */
  typeText(text: string): boolean {
    const typed = text.trim();
    if (typed === "" || typed.length > (this.#limits?.maxTextChars ?? MAX_TYPED_CHARS)) return false;
    this.#hasStopped = false;
    this.#deps.speaker.prepare();
    const message = { type: "text", text: typed, id: this.#deps.newId() } as const;
    if (!this.#texts.add(message)) {
      this.#say({ text: "Your last messages have not been taken yet. Please wait a moment.", retry: null });
      return false;
    }
    if (this.#state.phase === "live") this.#socket.send(message);
    else void this.#ensureAttached();
    return true;
  }

  /** Silence first, here and now; the conversation learns of it on the way. */
  interrupt(): void {
    this.#socket.send({ type: "interrupt" });
    this.#deps.speaker.flush();
  }

  approve(callId: string, approved: boolean): void {
    this.#socket.send({ type: "approval", callId, approved });
  }

  /** Erases the conversation for good and leaves the page as it was found. */
  async startOver(): Promise<void> {
    const conversation = this.#conversation();
    if (conversation !== null && !(await this.#deps.api.erase(conversation))) {
      this.#say({ text: "The conversation could not be erased. Please try again.", retry: null });
      return;
    }
    this.#leave({ phase: "idle" });
    this.#deps.transcript.reset([], false);
  }

  async showEarlier(): Promise<void> {
    const conversation = this.#conversation();
    const [first] = this.#deps.transcript.items;
    if (conversation === null || first === undefined) return;
    const earlier = await this.#deps.api.earlier(conversation, first.id);
    if (this.#conversation() !== conversation) return;
    if (earlier === null) this.#say({ text: "Older messages could not be loaded.", retry: null });
    else this.#deps.transcript.addEarlier(earlier.items, earlier.hasEarlier);
  }

  dismissNotice(): void {
    this.#say(null);
  }

  async retry(): Promise<void> {
    const what = this.#notice?.retry;
    this.#say(null);
    if (what === "microphone") await this.toggleTalk();
    else if (what === "connection") await this.#ensureAttached();
  }

  /** The network, the tab or the page came back. */
  nudge(): void {
    this.#socket.nudge();
  }

  // ------------------------------------------------------------------------------------ what the devices do

  onMicrophoneFrame(samples: ArrayBuffer): void {
    this.#talk.onFrame(samples);
  }

  onMicrophoneLost(): void {
    this.#talk.close({ is: "failed", problem: "unplugged" });
    this.#socket.send({ type: "stop" });
    this.#sayMicrophoneProblem("unplugged");
  }

  onPlayed(report: PlayedReport): void {
    if (this.#state.phase === "live") this.#reports.report(report);
    else this.#reports.hold(report);
  }

  onSpeakerFailed(): void {
    this.#say({ text: "This browser gives the page no sound. You can still read the answers.", retry: null });
  }

  // ------------------------------------------------------------------------------------- what the socket does

  onFrame(samples: ArrayBuffer): void {
    this.#deps.speaker.push(samples);
  }

  onDown(refused: boolean): void {
    this.#talk.detached();
    const conversation = this.#conversation();
    if (conversation === null) return;
    this.#become({ phase: "reconnecting", conversation });
    // A socket that never opened may mean that the conversation is no more; one question tells.
    if (refused) void this.#askWhetherThere(conversation);
  }

  onMessage(message: ConversationMessage): void {
    const { speaker, transcript } = this.#deps;
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
        transcript.put(message.item);
        break;
      case "item_removed":
        transcript.remove(message.id);
        break;
      case "caption":
        transcript.addCaption(message.itemId, message.delta);
        break;
      case "audio":
        speaker.begin(message.itemId, message.fromMs);
        break;
      case "audio_end":
        speaker.end(message.itemId, message.totalMs);
        break;
      case "flush":
        speaker.flush();
        break;
      case "tool":
        transcript.setTool(message.callId, message.status, message.display);
        break;
      case "usage":
        this.#usage = message.totals;
        this.#changed();
        break;
      case "turn":
        this.#lastTurn = { outcome: message.outcome, latencyMs: message.latencyMs };
        this.#changed();
        break;
      case "ack":
        this.#talk.safe(message.streamId, message.safeSamples);
        break;
      case "resend":
        this.#talk.resend(message.fromSample);
        break;
      case "error":
        this.#say({ text: message.message, retry: null });
        if (message.code === "unavailable") this.#passingNotice = this.#notice;
        break;
      default:
      // `pong` only shows that somebody lives. What a newer conversation says beyond the union is ignored as well.
    }
  }

  // ------------------------------------------------------------------------------------------------ inside

  #welcome(message: ConversationMessage & { type: "welcome" }): void {
    const conversation = this.#conversation();
    if (conversation === null) return;
    if (message.state === "ended") return this.#leave({ phase: "ended" });
    const { state: is, reason, floor } = message;
    this.#settings = message.settings;
    this.#usage = message.usage;
    this.#limits = message.limits;
    this.#deps.transcript.reset(message.items, message.hasEarlier);
    for (const item of message.items) this.#texts.seen(item);
    const recovering = is === "connecting" && this.#state.phase === "reconnecting";
    this.#becomeLive({ conversation, is, reason, floor, recovering });
    this.#talk.attached(message.settings.muted, is);
    for (const text of this.#texts.waiting) this.#socket.send(text);
    this.#reports.sendWaiting();
  }

  #conversationIs(is: ConversationState, reason: SleepReason | undefined): void {
    if (is === "ended") return this.#leave({ phase: "ended" });
    if (this.#state.phase !== "live") return;
    const { conversation, floor } = this.#state;
    const recovering = is === "connecting" && (this.#state.recovering || isAwake(this.#state.is));
    this.#becomeLive({ conversation, is, reason, floor, recovering });
    this.#talk.conversationIs(is, reason);
  }

  #floorIs(held: boolean): void {
    if (this.#state.phase !== "live") return;
    const lost = this.#state.floor && !held;
    this.#become({ ...this.#state, floor: held });
    if (!lost) return;
    // Its answers go to the other page now; what is still queued here would be heard twice.
    this.#deps.speaker.flush();
    const wasUsed = this.#state.is !== "asleep" && !this.#hasStopped;
    if (this.#talk.state.is === "on" || wasUsed) this.#talk.floorLost();
  }

  #stopTalking(): void {
    this.#hasStopped = true;
    this.#talk.close();
    this.#socket.send({ type: "stop" });
    this.#deps.speaker.flush();
  }

  /** Makes a conversation where there is none. Where there is one, the socket is already on its way. */
  async #ensureAttached(): Promise<void> {
    if (this.#state.phase !== "idle" && this.#state.phase !== "ended") return;
    const connecting: CallState = { phase: "connecting", conversation: null };
    if (this.#state.phase === "ended") this.#deps.transcript.reset([], false);
    this.#become(connecting);
    const created = await this.#deps.api.create();
    if (!this.#isStill(connecting)) return;
    if (created.ok) {
      this.#deps.memory.save(created.conversation);
      this.#attach(created.conversation);
    } else {
      const retry = this.#talk.state.is === "on" ? "microphone" : "connection";
      this.#leave({ phase: "idle" });
      this.#say({ text: created.message, retry });
    }
  }

  #attach(conversation: StoredConversation): void {
    this.#become({ phase: "connecting", conversation });
    this.#socket.open(conversation);
  }

  async #askWhetherThere(conversation: StoredConversation): Promise<void> {
    const presence = await this.#deps.api.ask(conversation);
    if (presence === "gone" && this.#conversation() === conversation) this.#leave({ phase: "ended" });
  }

  /** Lets go of everything this page has of the conversation but what is on the screen. */
  #leave(state: CallState & { phase: "idle" | "ended" }): void {
    this.#socket.close();
    this.#talk.detached();
    this.#talk.close();
    this.#deps.speaker.flush();
    this.#deps.memory.forget();
    this.#reports.forget();
    this.#usage = null;
    this.#settings = null;
    this.#lastTurn = null;
    for (const text of this.#texts.takeBack()) this.#deps.onTextReturned(text);
    this.#become(state);
  }

  /** To be asked after every wait: whatever became of the call meanwhile counts, not the late answer. */
  #isStill(state: CallState): boolean {
    return this.#state === state;
  }

  #conversation(): StoredConversation | null {
    const { phase } = this.#state;
    return phase === "idle" || phase === "ended"
      ? null
      : (this.#state as { conversation: StoredConversation }).conversation;
  }

  #sayMicrophoneProblem(problem: MicrophoneProblem): void {
    this.#say({ text: microphoneWords(problem), retry: "microphone" });
  }

  #say(notice: Notice | null): void {
    this.#notice = notice;
    this.#changed();
  }

  #becomeLive({ reason, ...live }: LiveState & { reason: SleepReason | undefined }): void {
    if (isAwake(live.is) && this.#notice === this.#passingNotice) this.#notice = null;
    this.#become({ phase: "live", ...live, ...(reason === undefined ? {} : { reason }) });
  }

  #become(state: CallState): void {
    this.#state = state;
    this.#changed();
  }

  #changed(): void {
    this.#deps.onChange(this.status);
  }
}

/** Said or typed, and more than the beginning of something that may come to nothing. */
function isUserTurn({ role, kind, status }: Item): boolean {
  return role === "user" && kind === "message" && status !== "in_progress";
}
