// Whether what is said over the agent is meant to stop it. The page has fallen silent by itself; here it is decided
// whether that was right: enough voice is an interruption, less of it waits for its words, and a cough, a "mm-hm" or
// the agent's own voice come back is no turn at all.

import type { Policy } from "../define.ts";
import type { HeardMark } from "./heard-lately.ts";
import { SpeechMeter } from "./speech-meter.ts";
import type { Frames } from "./speech-meter.ts";
import { ECHO_MIN_WORDS, isBackchannel, isEcho, spokenWords } from "./spoken-words.ts";
import type { Clock } from "./ports.ts";
import type { TurnEvent, TurnState } from "./turn.ts";

/**
 * So long a finished turn waits for its words, which most transcriptions need less than half of; what has no words by
 * then is a turn, for a question must not be lost to a slow transcription.
 */
export const WORDS_WAIT_MS = 1_500;
/** So long one waits that has stopped the agent and most of which came after: was it noise? */
export const CUT_WORDS_WAIT_MS = 500;
/** A room and a device's buffers give back what was played a little later. */
export const ECHO_TAIL_MS = 300;
/** A turn detector takes so much of the silence for speech; an echo has ended with the sound. */
const DETECTOR_PADDING_MS = 100;
/** When less than this is left to hear, "yes" answers what was asked. */
export const BACKCHANNEL_REST_MS = 1_000;
/**
 * While less of the greeting has been played the page does not know the room yet, and what echoes is a word of it. Later
 * a word that the greeting said may be what it asked for.
 */
export const ECHO_OF_A_WORD_MS = 1_500;
/** The page is told of echo, and a cut answer goes on, at most so often: what echoes once echoes again. */
export const ECHO_NOTICE_MS = 60_000;

/** Why words over the agent are no turn. */
type NoTurn = "noise" | "backchannel" | "echo";

export interface InterruptionWorld {
  clock: Clock;
  policy(): Policy;
  turn(): TurnState;
  happens(event: TurnEvent): void;
  agent: {
    /** The beginning of a greeting, which nothing interrupts. */
    readonly isProtected: boolean;
    /** What of its speech has not been heard, in ms. */
    readonly unheardMs: number;
    /** When it was sounding last, in ms since the epoch. */
    readonly lastSoundMs: number;
    /** How far its words were heard by now, and what was heard since such a moment. */
    mark(): HeardMark;
    since(mark: HeardMark): string;
    /** How much of each item was played. */
    readonly playout: { playedMs(itemId: string): number };
    /** It is stopped by what may turn out to be nothing. `isRunning`: its answer is not done. */
    stopped(isRunning: boolean): void;
    /** What stopped it was nothing: whether there is something to go on with. */
    goesOn(): boolean;
  };
  /** The turn is none: everybody forgets it. */
  forget(itemId: string): void;
  /** The page may go on with what it holds. */
  resume(): void;
  /** The agent's own voice was heard: the page says so. */
  echoHeard(): void;
}

/** Speech that may turn out to be nothing. */
interface Doubt {
  itemId: string;
  /** It began under the greeting's protection: a turn, but no interruption. */
  isProtected: boolean;
  /** It began so early in the greeting that a single word of it may be the greeting's. */
  mayBeOneWord: boolean;
}

/** A turn that is complete and waits for its words. */
interface Held {
  /** It has not stopped the agent. */
  doubt: Doubt | undefined;
  /** From where on the agent's words may be in it; undefined where it cannot be their echo. */
  echoFrom: HeardMark | undefined;
  /** It has stopped the agent. */
  hasCut: boolean;
  /** Its frames. */
  heard: Frames;
  callOff: () => void;
}

export class Interruption {
  readonly #world: InterruptionWorld;
  readonly #meter = new SpeechMeter();
  #doubt: Doubt | undefined;
  readonly #held = new Map<string, Held>();
  /** The speech heard last, from and to, in ms since the epoch. */
  #fromMs = 0;
  #toMs = 0;
  #mark: HeardMark = new Map();
  /** The answer that ran when this speech began was stopped by it. */
  #hasCut = false;
  /** When it was stopped: what is silenced then still counts as playing until the page has said so. */
  #cutMs = Number.POSITIVE_INFINITY;
  /** When the microphone was heard last while the beginning of a greeting was protected. */
  #protectedMs = Number.NEGATIVE_INFINITY;
  /** What is being said was heard by an earlier session. */
  #again: string | undefined;
  #lastEchoMs = Number.NEGATIVE_INFINITY;

  constructor(world: InterruptionWorld) {
    this.#world = world;
  }

  /** A frame of the microphone. Hot path: numbers only. */
  frame(pcm: Uint8Array): void {
    this.#meter.frame(pcm);
    if (this.#world.agent.isProtected) this.#isStillProtected();
    else if (this.#doubt !== undefined) this.#weigh();
  }

  /** Speech began `agoMs` of audio ago. `again`: an earlier session heard it, and it had its effect then. */
  began(itemId: string, agoMs: number, again: boolean): void {
    const { agent, clock, happens, policy, turn } = this.#world;
    const before = turn();
    const speaks = before.phase === "awake" && before.playing;
    const greets = before.phase === "awake" && before.answering === "greeting";
    this.#fromMs = clock.now() - agoMs;
    // A detector tells it late.
    const isProtected = (agent.isProtected || this.#fromMs < this.#protectedMs) && (speaks || greets);
    this.#again = again ? itemId : undefined;
    const isDoubtful = again || isProtected || (speaks && policy().interruptAfterMs > 0);
    this.#toMs = Number.POSITIVE_INFINITY;
    this.#mark = agent.mark();
    this.#hasCut = false;
    this.#cutMs = Number.POSITIVE_INFINITY;
    if (speaks && !isDoubtful) this.#cuts();
    this.#doubt = undefined;
    this.#meter.begin(agoMs);
    happens({ type: "speech_started", doubtful: isDoubtful });
    if (!isDoubtful || again) return;
    this.#doubt = { itemId, isProtected, mayBeOneWord: isProtected && this.#hasJustBegun() };
    if (!agent.isProtected) this.#weigh();
  }

  /** The model hears no more of it since `agoMs` of audio. */
  ended(agoMs: number): void {
    // Not every detector says when: the microphone has been silent for so long.
    this.#toMs = this.#world.clock.now() - Math.max(agoMs, this.#meter.silentMs());
    this.#world.happens({ type: "speech_stopped" });
    if (this.#doubt !== undefined) this.#world.resume();
  }

  /** The turn is complete. `answered`: it was only heard again by a fresh session. */
  completed(itemId: string, answered: boolean): void {
    const { clock, happens } = this.#world;
    const doubt = this.#doubt?.itemId === itemId ? this.#doubt : undefined;
    if (doubt !== undefined) this.#doubt = undefined;
    const echoFrom = this.#mayEcho() ? this.#mark : undefined;
    const hasCut = this.#hasCut;
    const mayBeNone = doubt !== undefined || echoFrom !== undefined || hasCut;
    if (answered || itemId === this.#again || !mayBeNone) return happens({ type: "user_turn", answered });
    const isLate = doubt === undefined && !this.#isOverAgent();
    const callOff = clock.after(isLate ? CUT_WORDS_WAIT_MS : WORDS_WAIT_MS, () => this.unwritten(itemId));
    this.#held.set(itemId, { doubt, echoFrom, hasCut, heard: this.#meter.measured, callOff });
    happens({ type: "turn_doubted" });
  }

  /** The turn's words. True when they are the agent's. */
  words(itemId: string, text: string): boolean {
    const held = this.#held.get(itemId);
    if (held === undefined) return false;
    const why = this.#whyNone(held, text);
    if (why === undefined) this.#accept(itemId);
    else this.#drop(itemId, held, why);
    return why === "echo";
  }

  /** Nobody wrote it down, or not in time: it may have been anything but what is known to be the agent. */
  unwritten(itemId: string): void {
    const held = this.#held.get(itemId);
    if (held !== undefined && this.#meter.isNobody(held.heard)) this.#drop(itemId, held, "echo");
    else this.#accept(itemId);
  }

  /** The page has learnt its room, and knows now that the last `lastMs` of the microphone were nothing but the agent. */
  wasEcho(lastMs: number): void {
    this.#meter.wasNobody(lastMs);
  }

  /** What is being said is forgotten. */
  dropped(): void {
    this.#doubt = undefined;
  }

  /** The session is gone, and what it heard with it. */
  sessionOver(): void {
    this.#doubt = undefined;
    for (const { callOff } of this.#held.values()) callOff();
    this.#held.clear();
  }

  /**
   * What is heard now does not count for an interruption: it may be the agent itself, in a room that the page does not
   * know yet, and be over in a moment.
   */
  #isStillProtected(): void {
    this.#protectedMs = this.#world.clock.now();
    this.#meter.countFromHere();
  }

  /** Enough voice is an interruption, once nothing protects the agent. */
  #weigh(): void {
    const { happens, policy } = this.#world;
    const voicedMs = this.#meter.voicedMs();
    if (voicedMs === 0 || voicedMs < policy().interruptAfterMs) return;
    this.#doubt = undefined;
    this.#cuts();
    happens({ type: "interrupt" });
  }

  /** What speaks or is about to is stopped by what is being said. */
  #cuts(): void {
    const now = this.#world.turn();
    if (now.phase !== "awake" || !(now.playing || now.answering !== false)) return;
    this.#hasCut = true;
    this.#world.agent.stopped(now.answering !== false);
    this.#cutMs = this.#world.clock.now();
  }

  /** Under protection nothing but the greeting has been said. */
  #hasJustBegun(): boolean {
    const { playout } = this.#world.agent;
    for (const itemId of this.#mark.keys()) {
      if (playout.playedMs(itemId) >= ECHO_OF_A_WORD_MS) return false;
    }
    return true;
  }

  /** It can be the agent's voice only if it ended with that: an echo does not outlive the sound. */
  #mayEcho(): boolean {
    return this.#spokenUntilMs <= this.#lastSoundMs + ECHO_TAIL_MS + DETECTOR_PADDING_MS;
  }

  /** The agent sounded in the middle of it: of a longer turn most came after. */
  #isOverAgent(): boolean {
    return this.#lastSoundMs + ECHO_TAIL_MS >= (this.#fromMs + this.#spokenUntilMs) / 2;
  }

  get #spokenUntilMs(): number {
    return Math.min(this.#toMs, this.#world.clock.now());
  }

  get #lastSoundMs(): number {
    return Math.min(this.#world.agent.lastSoundMs, this.#cutMs);
  }

  #whyNone({ doubt, echoFrom, hasCut, heard }: Held, text: string): NoTurn | undefined {
    const { agent, policy, turn } = this.#world;
    // However it was misheard.
    if (this.#meter.isNobody(heard)) return "echo";
    // Nothing is lost with somebody's "hi" over the agent's own.
    const leastWords = doubt?.mayBeOneWord === true ? 1 : ECHO_MIN_WORDS;
    if (echoFrom !== undefined && isEcho(text, agent.since(echoFrom), leastWords)) return "echo";
    // Of noise some transcriptions make a full stop, or a mark for what they did not understand.
    if (spokenWords(text).length === 0 && (doubt !== undefined || hasCut)) return "noise";
    if (doubt === undefined) return undefined;
    const now = turn();
    const goesOn =
      now.phase === "awake" && (now.answering !== false || agent.unheardMs >= BACKCHANNEL_REST_MS);
    return goesOn && isBackchannel(text, policy().backchannels) ? "backchannel" : undefined;
  }

  #accept(itemId: string): void {
    const held = this.#take(itemId);
    if (held === undefined) return;
    const { happens } = this.#world;
    if (held.doubt?.isProtected === false) happens({ type: "interrupt" });
    happens({ type: "user_turn", doubted: true });
  }

  #drop(itemId: string, held: Held, why: NoTurn): void {
    this.#take(itemId);
    const { agent, clock, echoHeard, forget, happens, turn } = this.#world;
    forget(itemId);
    let goesOn = held.hasCut;
    if (why === "echo") {
      const isDue = clock.now() - this.#lastEchoMs >= ECHO_NOTICE_MS;
      if (isDue) this.#lastEchoMs = clock.now();
      // Where the answer does not go on, the page says why it fell silent.
      if (isDue || goesOn) echoHeard();
      goesOn &&= isDue;
    }
    const now = turn();
    // What is owed for another reason, or follows from a tool's output, is an answer like any other.
    const isOwed = now.phase === "awake" && (now.owed || now.toolsRunning > 0);
    happens({ type: "turn_dropped", goesOn: goesOn && !isOwed && agent.goesOn() });
  }

  #take(itemId: string): Held | undefined {
    const held = this.#held.get(itemId);
    held?.callOff();
    this.#held.delete(itemId);
    return held;
  }
}
