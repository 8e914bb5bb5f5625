// The one microphone that is heard: which sample of the page's stream is expected next, what of it is safe, and where
// on the stream the session's audio clock points. The page keeps the audio; here are only numbers (rule MI1).

import { bytesToMs, BYTES_PER_SAMPLE, msToSamples, SAMPLE_RATE_HZ } from "../audio/format.ts";

/**
 * What is behind the newest sample by this much, and belongs to no turn, was silence: the model's padding before
 * speech (300 ms), its own delay and the way there fit in it.
 */
export const SAFE_MARGIN_SAMPLES = SAMPLE_RATE_HZ;
/** A turn heard again may begin a little earlier or later than the first time. */
const SAME_TURN_SAMPLES = SAMPLE_RATE_HZ;
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
  answered: boolean;
}

export class MicrophoneLine {
  #streamId: string | undefined;
  #next = 0;
  #safe = 0;
  #askedMs: number | undefined;
  #sessionSamples = 0;
  #marks: Mark[] = [];
  #contiguous = false;
  /** Turns whose words are not stored yet, by where they begin. */
  readonly #turns = new Map<string, number>();
  #unheard: Unheard[] = [];
  #lastAckMs = 0;

  get streamId(): string | undefined {
    return this.#streamId;
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
    this.#turns.clear();
  }

  /** Counts a frame. False when it is to be dropped: the page has been asked to go back and has not yet. Hot path. */
  frame(bytes: number, nowMs: number): boolean {
    if (this.#askedMs !== undefined) {
      if (nowMs - this.#askedMs < RESENDING_TIMEOUT_MS) return false;
      this.#askedMs = undefined;
    }
    if (!this.#contiguous) {
      this.#contiguous = true;
      this.#marks.push({ sessionSample: this.#sessionSamples, streamSample: this.#next });
    }
    const samples = bytes / BYTES_PER_SAMPLE;
    this.#sessionSamples += samples;
    this.#next += samples;
    return true;
  }

  /** What to ask the page for: all that is not safe for a fresh session, what comes next for one that goes on. */
  askFrom(fresh: boolean, nowMs: number): number {
    const from = fresh ? this.#safe : this.#next;
    // Of a stream that has not begun nothing is under way that could be taken for something else.
    if (from > 0 || this.#next > 0) this.#askedMs = nowMs;
    return from;
  }

  /** The page says where its frames go on. True when it had been asked. */
  goesOn(fromSample: number): boolean {
    const wasAsked = this.#askedMs !== undefined;
    this.#askedMs = undefined;
    this.#next = fromSample;
    this.#contiguous = false;
    return wasAsked;
  }

  /** A fresh session has heard nothing: its clock begins anew, and so do its turns. */
  freshSession(): void {
    this.#sessionSamples = 0;
    this.#marks = [];
    this.#contiguous = false;
    this.#turns.clear();
  }

  /** A turn began, by the session's clock. */
  turnBegan(itemId: string, startMs: number): void {
    this.#turns.set(itemId, this.#streamSample(msToSamples(startMs)));
  }

  /** Its words are stored, or it was nothing. True when that moved what is safe. */
  turnSettled(itemId: string): boolean {
    this.#turns.delete(itemId);
    return this.#advanceSafe();
  }

  /** What was being said is forgotten by the session: the stream goes back to where it began. */
  dropTurns(): void {
    for (const start of this.#turns.values()) this.#next = Math.min(this.#next, start);
    this.#turns.clear();
    this.#contiguous = false;
  }

  /** The session is lost before this turn's words came: it will be heard again. */
  turnUnheard(itemId: string, answered: boolean): void {
    this.#unheard.push({ itemId, startSample: this.#turns.get(itemId), answered });
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
    return this.#unheard.splice(0).map(({ itemId }) => itemId);
  }

  /** What to tell the page of its stream, at most once a second; undefined when it is not due. */
  ackDue(nowMs: number): { streamId: string; receivedSamples: number; safeSamples: number } | undefined {
    if (this.#streamId === undefined || nowMs - this.#lastAckMs < ACK_INTERVAL_MS) return undefined;
    this.#lastAckMs = nowMs;
    this.#advanceSafe();
    return { streamId: this.#streamId, receivedSamples: this.#next, safeSamples: this.#safe };
  }

  #advanceSafe(): boolean {
    let safe = this.#next - SAFE_MARGIN_SAMPLES;
    for (const start of this.#turns.values()) safe = Math.min(safe, start);
    for (const { startSample } of this.#unheard) safe = Math.min(safe, startSample ?? safe);
    if (safe <= this.#safe) return false;
    this.#safe = safe;
    return true;
  }

  #streamSample(sessionSample: number): number {
    const mark =
      this.#marks.findLast((candidate) => candidate.sessionSample <= sessionSample) ?? this.#marks[0];
    return mark === undefined
      ? this.#next
      : mark.streamSample + Math.max(0, sessionSample - mark.sessionSample);
  }
}

/** For logs: how much of a stream a number of samples is. */
export function samplesMs(samples: number): number {
  return Math.round(bytesToMs(samples * BYTES_PER_SAMPLE));
}
