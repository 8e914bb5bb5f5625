// Turns that the user begins and ends by hand. A press is a stretch of the microphone's stream: what lies in it goes
// to the model, whenever it arrives and to whichever session, and at its end the turn is committed (rules PT1 to PT11).

import { bytesToMs, BYTES_PER_SAMPLE, msToSamples } from "../audio/format.ts";
import type { LostTurn, MicrophoneLine } from "./microphone-line.ts";
import type { Clock, Model, NewId } from "./ports.ts";
import { holds, isComplete, newPress, type Press } from "./press.ts";
import type { Transcript } from "./transcript.ts";
import type { TurnEvent } from "./turn.ts";

/** The API refuses to commit less; nobody says a word in it either. */
export const LEAST_TURN_MS = 100;
/** A press whose frames stop coming for so long ends with what there is: nothing else would ever end it. */
export const PRESS_STALL_MS = 5_000;
/**
 * A commit that was not answered in this time will not be. Longer than it takes to find out that an upstream is dead
 * (15 s of silence, and 3 s to answer), for then the next session hears the turn.
 */
export const COMMIT_TIMEOUT_MS = 20_000;

export interface PushToTalkWorld {
  line: MicrophoneLine;
  transcript: Transcript;
  clock: Clock;
  newId: NewId;
  model(): Model | undefined;
  isLive(): boolean;
  /** The page has lost its network, and may be back in a moment. */
  isAway(): boolean;
  happens(event: TurnEvent): void;
  /** A press begins, which may turn out to be without words. */
  began(itemId: string): void;
  /** The hold was too short to be a turn. */
  tooShort(): void;
  /** The session took no turn: what was said is lost. */
  notHeard(): void;
}

export class PushToTalk {
  readonly #world: PushToTalkWorld;
  #presses: Press[] = [];
  #lastFrameMs = 0;
  /** The last press that ended because its frames stopped coming: its page may still hold the button. */
  #cutShort: { streamId: string | undefined; saidFrom: number; to: number } | undefined;
  #callOffStall: () => void = () => undefined;

  constructor(world: PushToTalkWorld) {
    this.#world = world;
  }

  /** The item of the turn that is being spoken; it lives through a lost session. */
  get itemId(): string | undefined {
    return this.#held?.itemId;
  }

  get #held(): Press | undefined {
    return this.#presses.find(({ state }) => state === "held");
  }

  begin(atSample: number | undefined): void {
    if (this.#held !== undefined || this.#isKnown(atSample)) {
      // Its page is there again, and so are its frames in a moment.
      if (this.#held !== undefined) this.#watch();
      return;
    }
    const { clock, happens, line, model, newId, transcript } = this.#world;
    // What an earlier press still waits for must not be cleared with the rest.
    if (!this.#presses.some(({ state }) => state === "released")) model()?.clearAudio();
    const itemId = newId("item");
    const from = line.streamId === undefined ? undefined : (this.#restOf(atSample) ?? atSample ?? line.next);
    this.#cutShort = undefined;
    const isGuess = atSample === undefined;
    this.#presses.push(newPress(itemId, clock.now(), { saidFrom: atSample, from, isGuess }));
    if (from !== undefined) line.keep(itemId, from);
    this.#world.began(itemId);
    happens({ type: "speech_started" });
    transcript.beginUser(itemId);
    this.#watch();
  }

  /** The button is let go: the turn is complete when the stream has come so far. */
  end(atSample: number | undefined): void {
    this.#cutShort = undefined;
    const press = this.#held;
    if (press === undefined) return;
    const { clock, line } = this.#world;
    press.state = "released";
    press.endedMs = clock.now();
    if (press.from !== undefined) {
      // A page that does not say where, and is not heard yet: the press was as long as it took.
      const heldSamples = msToSamples(clock.now() - press.beganMs);
      const guess = line.next > press.from ? line.next : press.from + heldSamples;
      press.to = Math.max(press.from, atSample ?? guess);
    }
    this.#commitIfComplete(press);
  }

  /** What was said is not meant, in the press that began there or in all: also when its page is gone. */
  cancel(atSample?: number): void {
    if (this.#restOf(atSample) !== undefined) this.#cutShort = undefined;
    const unfinished = this.#presses.filter(
      ({ saidFrom, state }) =>
        !isComplete(state) && (atSample === undefined || (saidFrom ?? atSample) === atSample),
    );
    if (unfinished.length === 0) return;
    for (const press of unfinished) this.#forget(press);
    // What an earlier press has said so far is not given up with this one.
    if (!this.#presses.some(({ state }) => state === "released")) this.#world.model()?.clearAudio();
    this.#dropped();
  }

  /** Turns are taken in another way from now on. */
  stop(): void {
    this.#cutShort = undefined;
    if (!this.#world.isLive()) this.#leave();
    this.cancel();
  }

  /** What is complete and waits for a session is heard by that one, however it takes turns. */
  #leave(): void {
    const { happens, line } = this.#world;
    for (const { itemId, from, to, answered } of this.#presses) {
      if (from === undefined || to === undefined) continue;
      line.expect({ itemId, start: from, end: to, answered });
      this.settled(itemId);
      happens({ type: "speech_dropped" });
    }
  }

  /** Turns of another policy that a lost session left without words: they are stretches of the stream like any other. */
  takeOver(turns: readonly LostTurn[]): void {
    const { clock } = this.#world;
    for (const { itemId, start, end, answered } of turns) {
      const state = "released";
      const press = newPress(itemId, clock.now(), { from: start, to: end, state, wasTurn: true, answered });
      this.#presses.push(press);
    }
    this.#presses.sort((a, b) => (a.from ?? 0) - (b.from ?? 0));
  }

  /** A frame of the holder. Hot path. False when the page has been asked to go back and has not yet. */
  frame(frame: Uint8Array, nowMs: number): boolean {
    const { line, model } = this.#world;
    const at = line.next;
    const end = at + frame.byteLength / BYTES_PER_SAMPLE;
    const press = this.#at(at, end) ?? this.#goOn(at, end);
    if (press === undefined) return line.skip(frame.byteLength, nowMs);
    if (!line.frame(frame.byteLength, nowMs)) return false;
    model()?.appendAudio(frame);
    press.sentMs += bytesToMs(frame.byteLength);
    this.#lastFrameMs = nowMs;
    this.#commitIfComplete(press);
    return true;
  }

  /** The page's frames go on from here: while it was not heard its stream went on, and a guess with it. */
  goesOn(fromSample: number): void {
    const press = this.#presses.find(
      ({ isGuess, sentMs, state }) => isGuess && sentMs === 0 && !isComplete(state),
    );
    if (press?.from === undefined || press.from >= fromSample) return;
    if (press.to !== undefined) press.to += fromSample - press.from;
    press.from = fromSample;
  }

  /** The session tells of a turn that nobody's speech began: it is the oldest committed one. */
  told(): { itemId: string; answered: boolean; endedMs: number | undefined } | undefined {
    const press = this.#presses.find(({ state }) => state === "committed");
    if (press === undefined) return undefined;
    press.callOffCommit();
    press.state = "told";
    return press;
  }

  /** The session has refused the oldest commit, or never answers it: there is no turn. False when none waits. */
  refused(): boolean {
    const press = this.#presses.find(({ state }) => state === "committed");
    if (press === undefined) return false;
    this.#fails(press, this.#world.notHeard);
    return true;
  }

  /** Its words are stored, or it was nothing. */
  settled(itemId: string): void {
    this.#presses.find((press) => press.itemId === itemId)?.callOffCommit();
    this.#presses = this.#presses.filter((press) => press.itemId !== itemId);
  }

  /**
   * The session is lost: what the page can send again is heard again, complete turns too. The turns that are; `owed`:
   * the last of them may have no answer yet.
   */
  sessionLost(owed: boolean): ReadonlySet<string> {
    for (const { callOffCommit } of this.#presses) callOffCommit();
    if (this.#world.line.streamId === undefined) {
      for (const press of this.#presses) if (!isComplete(press.state)) this.#forget(press);
      this.#presses = [];
      return new Set();
    }
    const committed = this.#presses.filter(({ state }) => isComplete(state));
    for (const press of committed) {
      press.state = "released";
      press.wasTurn = true;
      press.answered = !(owed && press === committed.at(-1));
    }
    for (const press of this.#presses) press.sentMs = 0;
    return new Set(this.#presses.map(({ itemId }) => itemId));
  }

  /** A fresh session has heard nothing. */
  sessionReady(): void {
    for (const { from, itemId } of this.#presses) if (from !== undefined) this.#world.line.keep(itemId, from);
    if (this.#presses.length > 0) this.#watch();
  }

  /**
   * The conversation sleeps: nothing is heard again. The complete turns among what is given up. Of half a turn the
   * sound stays with its page, which may come back still holding the button; the next session forgets it.
   */
  sessionOver(mayComeBack: boolean): string[] {
    const { line } = this.#world;
    const given = this.#presses.splice(0);
    this.#callOffStall();
    const complete = ({ to }: Press) => to !== undefined && line.next >= to;
    for (const { callOffCommit } of given) callOffCommit();
    for (const press of given) if (!mayComeBack || complete(press)) line.turnSettled(press.itemId);
    return given.filter(complete).map(({ itemId }) => itemId);
  }

  /** A page that comes back says again what may have been forgotten. */
  #isKnown(atSample: number | undefined): boolean {
    if (atSample === undefined || this.#restOf(atSample) !== undefined) return false;
    return this.#presses.some(({ saidFrom }) => saidFrom === atSample) || atSample < this.#world.line.safe;
  }

  /** Where the press that began there goes on, if its frames stopped coming. */
  #restOf(atSample: number | undefined): number | undefined {
    const cut = this.#cutShort;
    const { safe, streamId } = this.#world.line;
    if (cut === undefined || cut.saidFrom !== atSample || cut.streamId !== streamId) return undefined;
    return Math.max(cut.to, safe);
  }

  /** A press that was cut short, and whose frames come again without a word: a call is over, or a laptop open. */
  #goOn(at: number, end: number): Press | undefined {
    const cut = this.#cutShort;
    if (cut === undefined || cut.to >= end || this.#restOf(cut.saidFrom) === undefined) return undefined;
    this.begin(cut.saidFrom);
    return this.#at(at, end);
  }

  /** The press that a frame lies in. Hot path. */
  #at(at: number, end: number): Press | undefined {
    for (const press of this.#presses) if (holds(press, at, end)) return press;
    return undefined;
  }

  #commitIfComplete(press: Press): void {
    const { line } = this.#world;
    if (press.state !== "released" || (press.to !== undefined && line.next < press.to)) return;
    this.#commit(press);
  }

  #commit(press: Press): void {
    const { clock, model, notHeard, tooShort } = this.#world;
    if (press.sentMs >= LEAST_TURN_MS) {
      press.state = "committed";
      press.callOffCommit = clock.after(COMMIT_TIMEOUT_MS, () => this.refused());
      return model()?.commitAudio();
    }
    model()?.clearAudio();
    this.#fails(press, press.wasTurn ? notHeard : tooShort);
  }

  /** No turn comes of it. One that was a turn already stands without its words. */
  #fails(press: Press, tell: () => void): void {
    if (press.wasTurn) this.#world.transcript.giveUp(press.itemId);
    this.#forget(press);
    if (!press.answered) tell();
    this.#dropped();
  }

  /** A press is none. Others may still be said, or wait for their turn. */
  #dropped(): void {
    if (this.#presses.every(({ state }) => state === "told")) this.#world.happens({ type: "speech_dropped" });
  }

  #forget(press: Press): void {
    this.settled(press.itemId);
    this.#world.line.turnSettled(press.itemId);
    this.#world.transcript.dropTurn(press.itemId);
  }

  /** Frames that stop coming. */
  #watch(): void {
    const { clock } = this.#world;
    this.#lastFrameMs = clock.now();
    this.#callOffStall();
    this.#callOffStall = clock.after(PRESS_STALL_MS, () => this.#stalled());
  }

  #stalled(): void {
    const { clock, isAway, isLive, line } = this.#world;
    const press = this.#presses.find(({ state }) => !isComplete(state));
    if (press === undefined) return;
    const restMs = this.#lastFrameMs + PRESS_STALL_MS - clock.now();
    if (restMs > 0) this.#callOffStall = clock.after(restMs, () => this.#stalled());
    // What waits for a session, or for its page, is not late.
    else if (!isLive() || isAway()) this.#watch();
    else {
      press.endedMs ??= this.#lastFrameMs;
      if (press.from !== undefined && press.state === "held") {
        press.to = Math.max(press.from, line.next);
        const { streamId } = line;
        this.#cutShort = { streamId, saidFrom: press.saidFrom ?? press.from, to: press.to };
      }
      this.#commit(press);
      if (this.#presses.some(({ state }) => !isComplete(state))) this.#watch();
    }
  }
}
