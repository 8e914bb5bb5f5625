// What the user says, from the holder's frames to stored words: which frames count, when the page is asked to send
// again, which turn is which when a fresh session hears it a second time, and what becomes of speech that stops coming.

import type { Log } from "../log.ts";
import type { ItemStore } from "../store/item-store.ts";
import type { Audience } from "./audience.ts";
import { MicrophoneLine } from "./microphone-line.ts";
import type { Caller, Clock, Model, ModelEvent } from "./ports.ts";
import type { Transcript } from "./transcript.ts";
import type { TurnEvent, TurnState } from "./turn.ts";

/** Speech whose frames stop coming is never ended by the model, which counts audio and not time. */
export const SPEECH_STALL_MS = 2_000;
/** Rule 8: the page hears speech, and so long the model does not. */
export const UNHEARD_SPEECH_MS = 2_000;

export interface UserSpeechWorld {
  audience: Audience;
  transcript: Transcript;
  items: ItemStore;
  clock: Clock;
  log: Log;
  model(): Model | undefined;
  turn(): TurnState;
  happens(event: TurnEvent): void;
}

export class UserSpeech {
  readonly #world: UserSpeechWorld;
  readonly #line = new MicrophoneLine();
  /** Turns of this session that are items from before it. */
  readonly #earlier = new Map<string, string>();
  #lastFrameMs = 0;
  #callOffStall: (() => void) | undefined;
  #callOffUnheard: (() => void) | undefined;

  constructor(world: UserSpeechWorld) {
    this.#world = world;
  }

  // ------------------------------------------------------------------------------------------ from the page

  /** The holder's frame. Hot path: numbers, and once a second an `ack`. */
  frame(frame: Uint8Array): void {
    const { clock, audience } = this.#world;
    const now = clock.now();
    this.#lastFrameMs = now;
    // A page that can send again waits with us for the session; what others send is kept by the session itself.
    if (this.#line.streamId !== undefined && !this.#isLive()) return;
    if (!this.#line.frame(frame.byteLength, now)) return;
    this.#world.model()?.appendAudio(frame);
    const ack = this.#line.ackDue(now);
    if (ack !== undefined) audience.holder?.send({ type: "ack", ...ack });
  }

  /** A page has taken the floor: its stream is the one that counts. */
  begin(caller: Caller): void {
    const { streamId, safeSamples } = this.#world.items.conversation();
    const known = caller.streamId !== undefined && caller.streamId === streamId;
    this.#line.begin(caller.streamId, known ? safeSamples : 0);
    if (this.#isLive()) this.#ask(false);
  }

  /** True when the page had been asked to go back: a burst follows. */
  resending(fromSample: number): boolean {
    return this.#line.goesOn(fromSample);
  }

  /** The page says nothing more for a while: what was said so far is a turn. */
  muted(): void {
    if (this.#isSpeaking()) this.#world.model()?.commitAudio();
  }

  activity(active: boolean): void {
    this.#callOffUnheard?.();
    this.#callOffUnheard = undefined;
    if (!active || !this.#isLive() || this.#isSpeaking()) return;
    this.#callOffUnheard = this.#world.clock.after(UNHEARD_SPEECH_MS, () => {
      this.#callOffUnheard = undefined;
      if (this.#isLive() && !this.#isSpeaking()) this.#world.model()?.probe();
    });
  }

  /** What is being said is forgotten: the floor goes to another page, or its frames stopped coming. */
  drop(): void {
    if (!this.#isSpeaking()) return;
    this.#world.model()?.clearAudio();
    this.#world.transcript.dropSpoken();
    this.#line.dropTurns();
    this.#world.happens({ type: "speech_dropped" });
  }

  // --------------------------------------------------------------------------------------------- the session

  /** A session is live that has heard nothing: the page sends what is not safe. */
  sessionReady(): void {
    this.#earlier.clear();
    this.#line.freshSession();
    this.#ask(true);
  }

  /**
   * The session is lost, and what it heard with it. Turns without words are heard again where the page can send
   * again. `owed`: the last of them may have no answer yet. True when that one will be heard again.
   */
  sessionLost(owed: boolean): boolean {
    this.#quiet();
    const without = this.#world.transcript.sessionOver();
    for (const [index, itemId] of without.entries()) {
      if (this.#line.streamId === undefined) this.#world.transcript.giveUp(itemId);
      else this.#line.turnUnheard(itemId, !(owed && index === without.length - 1));
    }
    this.#earlier.clear();
    return owed && without.length > 0 && this.#line.streamId !== undefined;
  }

  /** The conversation sleeps, or ends: nothing is heard again. */
  sessionOver(): void {
    this.sessionLost(false);
    for (const itemId of this.#line.takeUnheard()) this.#world.transcript.giveUp(itemId);
  }

  /** Turns that a crash left without words may be among what the page sends again. */
  recover(): void {
    const { items, transcript } = this.#world;
    for (const itemId of items.userTurnsWithoutWords()) {
      if (transcript.isOpen(itemId)) continue;
      transcript.reopen(itemId);
      this.#line.turnUnheard(itemId, false);
    }
  }

  // ------------------------------------------------------------------------------------------ from the model

  event(event: UserEvent): void {
    const { transcript, happens } = this.#world;
    switch (event.type) {
      case "speech_started": {
        happens({ type: "speech_started" });
        this.#line.turnBegan(event.itemId, event.startMs);
        const before = this.#line.heardAgain(event.itemId);
        if (before === undefined) transcript.beginUser(event.itemId);
        else {
          this.#earlier.set(event.itemId, before.itemId);
          if (before.answered) this.#answered.add(before.itemId);
          transcript.beginAgain(before.itemId);
        }
        this.#watchStall();
        return;
      }
      case "speech_stopped":
        return happens({ type: "speech_stopped" });
      case "user_turn": {
        const itemId = this.#itemId(event.itemId);
        // The answer is asked for before the row is written: what leaves after a write waits for the disk.
        happens({ type: "user_turn", answered: this.#answered.delete(itemId) });
        return transcript.commitUser(itemId, event.audioMs);
      }
      case "user_caption":
        return transcript.caption(this.#itemId(event.itemId), event.delta);
      case "user_transcript":
        transcript.userWords(this.#itemId(event.itemId), event.text);
        return this.#settled(event.itemId);
      case "user_transcript_failed":
        this.#world.log.warn("transcription_failed", { itemId: event.itemId, code: event.code });
        transcript.userWordsFailed(this.#itemId(event.itemId));
        return this.#settled(event.itemId);
    }
  }

  /** Heard-again turns whose answer was given before. */
  readonly #answered = new Set<string>();

  #itemId(sessionItemId: string): string {
    return this.#earlier.get(sessionItemId) ?? sessionItemId;
  }

  /** Its words are stored: so is how far the stream is safe, for after a crash. */
  #settled(sessionItemId: string): void {
    this.#earlier.delete(sessionItemId);
    const moved = this.#line.turnSettled(sessionItemId);
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

  #watchStall(): void {
    this.#callOffStall?.();
    this.#callOffStall = this.#world.clock.after(SPEECH_STALL_MS, () => {
      if (!this.#isSpeaking()) return;
      const sinceMs = this.#world.clock.now() - this.#lastFrameMs;
      if (sinceMs < SPEECH_STALL_MS) return this.#watchStall();
      if (this.#line.streamId === undefined) this.#world.model()?.commitAudio();
      else {
        this.drop();
        this.#ask(false);
      }
    });
  }

  #quiet(): void {
    this.#callOffStall?.();
    this.#callOffUnheard?.();
    this.#callOffUnheard = undefined;
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

export type UserEvent = Extract<
  ModelEvent,
  {
    type:
      | "speech_started"
      | "speech_stopped"
      | "user_turn"
      | "user_caption"
      | "user_transcript"
      | "user_transcript_failed";
  }
>;
