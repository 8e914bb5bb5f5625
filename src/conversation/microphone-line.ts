// The one microphone that is heard: which sample of the page's stream is expected next, what of it is safe, and where
// on the stream the session's audio clock points. The page keeps the audio; here are only numbers (rule MI1).

import { bytesToMs, BYTES_PER_SAMPLE, msToSamples, SAMPLE_RATE_HZ } from "../audio/format.ts";
import { KEPT_AUDIO_MS } from "../protocol/messages.ts";

/**
 * What is behind the newest sample by this much, and belongs to no turn, was silence: the model's padding before
 * speech (300 ms), its own delay and the way there fit in it.
 */
export const SAFE_MARGIN_SAMPLES = SAMPLE_RATE_HZ;
/** A turn heard again may begin a little earlier or later than the first time. */
const SAME_TURN_SAMPLES = SAMPLE_RATE_HZ;
/** A turn whose words are stored, heard by a later session: it begins this near to where it began before, ... */
const REPEAT_SAMPLES = msToSamples(600);
/** ... and before the silence that ended it, for the next turn's padding may reach into that. */
const TURN_SILENCE_SAMPLES = msToSamples(500);
/** So much a page keeps, and so much can be heard twice. */
const MAX_REPEATED_SAMPLES = msToSamples(KEPT_AUDIO_MS);
/**
 * Words that have not come so long after their turn will hardly come: the turn holds nothing back any more. Longer than
 * it takes to find out that an upstream is dead (15 s of silence, and 3 s to answer), for then it is to be heard again.
 */
export const WORDS_TIMEOUT_MS = 25_000;
/** A turn that should have been heard again, and the stream is so far beyond it: it is not in there. */
const MISSED_SAMPLES = msToSamples(WORDS_TIMEOUT_MS);
/** At most one `ack` a second. */
export const ACK_INTERVAL_MS = 1_000;
/** A page that does not answer `resend` in this time does not know it: its frames count as they come. */
export const RESENDING_TIMEOUT_MS = 2_000;

/** From this sample of the session on, the stream stood here. */
interface Mark {
  sessionSample: number;
  streamSample: number;
}

/** A turn that was complete in a lost session, but whose words had not come. */
interface Unheard {
  itemId: string;
  startSample: number | undefined;
  endSample: number | undefined;
  answered: boolean;
  /** Its words are stored: where it is heard again it is no turn. */
  isStored: boolean;
}

/** A turn that is to be heard again, and of which it is known where it lies. */
export interface LostTurn {
  itemId: string;
  start: number;
  end: number;
  answered: boolean;
}

interface Stretch {
  start: number;
  end: number;
}

export class MicrophoneLine {
  #streamId: string | undefined;
  #next = 0;
  #safe = 0;
  #askedMs: number | undefined;
  /** The page of this stream has been asked before: frames of it may be under way. */
  #wasAsked = false;
  /** A session that has heard nothing of what is not safe: its page was away when it was asked. */
  #isFresh = false;
  #sessionSamples = 0;
  #marks: Mark[] = [];
  #contiguous = false;
  /** Turns whose words are not stored yet, by where they begin. */
  readonly #turns = new Map<string, number>();
  /** Where the complete ones of them end, and when they did. */
  readonly #ends = new Map<string, { sample: number; atMs: number }>();
  /** Turns whose words are stored, though an older one keeps them from being safe: this session's, and earlier ones'. */
  #settled: Stretch[] = [];
  #settledBefore: Stretch[] = [];
  /** The end of the last turn whose words are stored: its tail must not be heard as another turn. */
  #stored = 0;
  #unheard: Unheard[] = [];
  /** From here on the page hears a voice that the model may not have heard. */
  #held: number | undefined;
  #lastAckMs = 0;

  get streamId(): string | undefined {
    return this.#streamId;
  }

  /** The sample that comes next. */
  get next(): number {
    return this.#next;
  }

  /** How much audio this session was sent, in ms. */
  get sessionMs(): number {
    return bytesToMs(this.#sessionSamples * BYTES_PER_SAMPLE);
  }

  /** The first sample that may be asked for again. */
  get safe(): number {
    return this.#safe;
  }

  /** Another stream, or the same one again: what the next frame should be, and everything before it is safe. */
  begin(streamId: string | undefined, safe: number): void {
    if (streamId === this.#streamId) return;
    this.#streamId = streamId;
    this.#next = safe;
    this.#safe = safe;
    this.#contiguous = false;
    this.#askedMs = undefined;
    this.#wasAsked = false;
    this.#stored = 0;
    this.#settled = [];
    this.#settledBefore = [];
    this.#held = undefined;
    this.#forgetTurns();
  }

  /** Counts a frame. False when it is to be dropped: the page has been asked to go back and has not yet. Hot path. */
  frame(bytes: number, nowMs: number): boolean {
    if (this.#isAwaited(nowMs)) return false;
    this.#isFresh = false;
    if (!this.#contiguous) {
      this.#contiguous = true;
      this.#marks.push({ sessionSample: this.#sessionSamples, streamSample: this.#next });
    }
    const samples = bytes / BYTES_PER_SAMPLE;
    this.#sessionSamples += samples;
    this.#next += samples;
    return true;
  }

  /** Counts a frame that the session is not sent: outside of a press nobody listens. Hot path. */
  skip(bytes: number, nowMs: number): boolean {
    if (this.#isAwaited(nowMs)) return false;
    this.#contiguous = false;
    this.#next += bytes / BYTES_PER_SAMPLE;
    return true;
  }

  /** What to ask the page for: all that is not safe for a fresh session, what comes next for one that goes on. */
  askFrom(fresh: boolean, nowMs: number): number {
    const from = fresh || this.#isFresh ? this.#safe : this.#next;
    // A page sends nothing before it is asked: of a stream that begins nothing can be under way.
    if (from > 0 || this.#next > 0 || this.#wasAsked) this.#askedMs = nowMs;
    this.#wasAsked = true;
    return from;
  }

  /** The page says where its frames go on. True when it had been asked. */
  goesOn(fromSample: number): boolean {
    const wasAsked = this.#askedMs !== undefined;
    this.#askedMs = undefined;
    this.#isFresh = false;
    this.#next = fromSample;
    this.#contiguous = false;
    return wasAsked;
  }

  /** A fresh session has heard nothing: its clock begins anew, and so do its turns. */
  freshSession(): void {
    this.#isFresh = true;
    this.#settledBefore.push(...this.#settled.splice(0));
    this.#sessionSamples = 0;
    this.#marks = [];
    this.#contiguous = false;
    this.#forgetTurns();
  }

  /** The page hears a voice: whether what comes now is heard is not known before `release`. */
  hold(): void {
    this.#held ??= Math.max(this.#safe, this.#next - SAFE_MARGIN_SAMPLES);
  }

  release(): void {
    this.#held = undefined;
  }

  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  /** A turn began, by the session's clock. */
  turnBegan(itemId: string, startMs: number): void {
    this.#turns.set(itemId, this.#streamSample(msToSamples(startMs)));
  }

  /** A turn that is spoken from this sample of the stream on: it is safe when it is settled. */
  keep(itemId: string, fromSample: number): void {
    this.#turns.set(itemId, fromSample);
  }

  /** The turn is complete, and so long. */
  turnEnded(itemId: string, audioMs: number, nowMs: number): void {
    const start = this.#turns.get(itemId);
    if (start !== undefined) this.#ends.set(itemId, { sample: start + msToSamples(audioMs), atMs: nowMs });
  }

  /** Its words are stored, or it was nothing. True when that moved what is safe. */
  turnSettled(itemId: string): boolean {
    const start = this.#turns.get(itemId);
    const end = this.#ends.get(itemId)?.sample;
    if (start !== undefined && end !== undefined) {
      this.#stored = Math.max(this.#stored, Math.min(this.#next, end));
      this.#settled.push({ start, end });
      while (this.#settled.length > 1 && this.#settled[0]!.end < end - MAX_REPEATED_SAMPLES) {
        this.#settled.shift();
      }
    }
    this.#turns.delete(itemId);
    this.#ends.delete(itemId);
    return this.#advanceSafe();
  }

  /** Whether a turn that has just begun is one whose words are stored, heard once more by a later session. */
  isRepeat(startMs: number): boolean {
    // Without a stream nothing is sent twice.
    if (this.#streamId === undefined) return false;
    if (this.#unheard[0]?.isStored === true) {
      this.#unheard.shift();
      return true;
    }
    const at = this.#streamSample(msToSamples(startMs));
    const farFrom = (start: number | undefined): number => Math.abs(at - (start ?? Infinity));
    const unheard = Math.min(...this.#unheard.map(({ startSample }) => farFrom(startSample)));
    return this.#settledBefore.some(({ start, end }) => {
      const far = farFrom(start);
      return far < REPEAT_SAMPLES && far < unheard && at < end - TURN_SILENCE_SAMPLES;
    });
  }

  /** What was being said is forgotten by the session. `goesBack`: the stream goes back to where it began. */
  dropTurns(goesBack: boolean): void {
    for (const [itemId, start] of this.#turns) {
      // A turn that is complete only waits for its words.
      if (this.#ends.has(itemId)) continue;
      if (goesBack) this.#next = Math.min(this.#next, start);
      this.#turns.delete(itemId);
    }
    this.#contiguous = false;
  }

  /** The session is lost before this turn's words came: it will be heard again. `turnId` is the session's name of it. */
  turnUnheard(itemId: string, answered: boolean, turnId = itemId): void {
    const startSample = this.#turns.get(turnId);
    const endSample = this.#ends.get(turnId)?.sample;
    this.#unheard.push({ itemId, startSample, endSample, answered, isStored: false });
  }

  /** The same of a turn of which it is known where it lies. */
  expect({ itemId, start, end, answered }: LostTurn): void {
    this.#unheard.push({ itemId, startSample: start, endSample: end, answered, isStored: false });
  }

  /** After a crash nobody knows where turns began, but they come in order: this one's words are stored. */
  turnStored(itemId: string): void {
    this.#unheard.push({
      itemId,
      startSample: undefined,
      endSample: undefined,
      answered: true,
      isStored: true,
    });
  }

  /** Whether the turn is one of this session whose words may still come. */
  knows(turnId: string): boolean {
    return this.#turns.has(turnId);
  }

  /** Whether the turn is expected to be heard again. */
  awaits(itemId: string): boolean {
    return this.#unheard.some((unheard) => unheard.itemId === itemId);
  }

  /** Turns that were to be heard again, and lie before what the page still has or far behind what it sends. */
  takeMissed(fromSample = this.#next - MISSED_SAMPLES): string[] {
    const isMissed = ({ startSample }: Unheard): boolean =>
      startSample !== undefined && startSample < fromSample - SAME_TURN_SAMPLES;
    const missed = this.#unheard.filter(isMissed);
    if (missed.length > 0) this.#unheard = this.#unheard.filter((unheard) => !isMissed(unheard));
    return missed.map(({ itemId }) => itemId);
  }

  /** The earlier item that a turn which has just begun is, if it was heard before. */
  heardAgain(itemId: string): { itemId: string; answered: boolean } | undefined {
    const start = this.#turns.get(itemId) ?? 0;
    const at = this.#unheard.findIndex(
      ({ startSample }) => startSample === undefined || Math.abs(startSample - start) < SAME_TURN_SAMPLES,
    );
    return at === -1 ? undefined : this.#unheard.splice(at, 1)[0];
  }

  /** Turns nobody will hear again. */
  takeUnheard(): string[] {
    return this.#unheard
      .splice(0)
      .filter(({ isStored }) => !isStored)
      .map(({ itemId }) => itemId);
  }

  /** Turns to be heard again of which it is known where they lie: nobody has to find them. */
  takeLost(): LostTurn[] {
    const lost = this.#unheard.filter(isPlaced);
    this.#unheard = this.#unheard.filter((unheard) => !isPlaced(unheard));
    return lost.map(({ itemId, startSample: start, endSample: end, answered }) => ({
      itemId,
      start,
      end,
      answered,
    }));
  }

  /** The others: only somebody who listens would find them. */
  takeUnplaced(): string[] {
    const unplaced = this.#unheard.filter((unheard) => !isPlaced(unheard) && !unheard.isStored);
    this.#unheard = this.#unheard.filter(isPlaced);
    return unplaced.map(({ itemId }) => itemId);
  }

  /** What to tell the page of its stream, at most once a second; undefined when it is not due. */
  ackDue(nowMs: number): { streamId: string; receivedSamples: number; safeSamples: number } | undefined {
    if (this.#streamId === undefined || nowMs - this.#lastAckMs < ACK_INTERVAL_MS) return undefined;
    this.#lastAckMs = nowMs;
    for (const [turnId, { atMs }] of this.#ends) {
      if (nowMs - atMs > WORDS_TIMEOUT_MS) this.turnSettled(turnId);
    }
    this.#advanceSafe();
    return { streamId: this.#streamId, receivedSamples: this.#next, safeSamples: this.#safe };
  }

  /** The page has been asked to go back and has not yet. */
  #isAwaited(nowMs: number): boolean {
    if (this.#askedMs === undefined) return false;
    if (nowMs - this.#askedMs < RESENDING_TIMEOUT_MS) return true;
    this.#askedMs = undefined;
    return false;
  }

  #advanceSafe(): boolean {
    let safe = Math.max(this.#stored, this.#next - SAFE_MARGIN_SAMPLES);
    if (this.#held !== undefined) safe = Math.min(safe, this.#held);
    for (const start of this.#turns.values()) safe = Math.min(safe, start);
    for (const { startSample } of this.#unheard) safe = Math.min(safe, startSample ?? safe);
    if (safe <= this.#safe) return false;
    this.#safe = safe;
    // A session that was sent more than was needed may still come to them.
    this.#settledBefore = this.#settledBefore.filter(({ end }) => end > safe - MAX_REPEATED_SAMPLES);
    return true;
  }

  #forgetTurns(): void {
    this.#turns.clear();
    this.#ends.clear();
  }

  #streamSample(sessionSample: number): number {
    const mark =
      this.#marks.findLast((candidate) => candidate.sessionSample <= sessionSample) ?? this.#marks[0];
    return mark === undefined
      ? this.#next
      : mark.streamSample + Math.max(0, sessionSample - mark.sessionSample);
  }
}

function isPlaced(unheard: Unheard): unheard is Unheard & { startSample: number; endSample: number } {
  return unheard.startSample !== undefined && unheard.endSample !== undefined;
}

/** How much of a stream a number of samples is. */
export function samplesMs(samples: number): number {
  return Math.round(bytesToMs(samples * BYTES_PER_SAMPLE));
}
