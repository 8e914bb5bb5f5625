// Finds where speech begins and ends in a stream of audio. Times are milliseconds of audio since the session
// began, never of the wall clock: a client may send faster than real time and gets the same answers.

import { SAMPLE_RATE_HZ } from "../../audio/format.ts";
import { writeFloat } from "../../audio/pcm16.ts";
import { Resampler } from "../resampler.ts";
import { newVadState, VAD_FRAME, VAD_RATE_HZ } from "./silero.ts";
import type { Silero, VadState } from "./silero.ts";

export interface TurnSettings {
  /** 0 to 1: how sure the model must be that it hears speech. */
  readonly threshold: number;
  readonly prefixPaddingMs: number;
  readonly silenceDurationMs: number;
}

/** `startMs` includes the padding before the speech, `endMs` the silence after it. */
export type TurnEvent =
  | { readonly kind: "started"; readonly startMs: number }
  | { readonly kind: "stopped"; readonly endMs: number };

const FRAME_MS = (VAD_FRAME / VAD_RATE_HZ) * 1000;
/** Frames of speech (less those that are not) that make an onset: one click of 32 ms is not somebody speaking. */
const ONSET_FRAMES = 3;
/** Speech goes on until the probability falls this far below the threshold, so that it does not flicker. */
const RELEASE_MARGIN = 0.15;
const LOWEST_RELEASE = 0.01;

export class TurnDetector {
  readonly #model: Silero;
  #state: VadState = newVadState();
  #resampler = new Resampler(SAMPLE_RATE_HZ, VAD_RATE_HZ);
  readonly #frame = new Float32Array(VAD_FRAME);
  #filled = 0;
  #frameStartMs = 0;
  #earliestStartMs = 0;
  #onset = 0;
  #onsetStartMs = 0;
  #speaking = false;
  #speechEndMs = 0;

  constructor(model: Silero) {
    this.#model = model;
  }

  get speaking(): boolean {
    return this.#speaking;
  }

  /** Forgets everything; the next sample is number `atMs` of the session's audio. */
  reset(atMs: number): void {
    this.#state = newVadState();
    this.#resampler = new Resampler(SAMPLE_RATE_HZ, VAD_RATE_HZ);
    this.#filled = 0;
    this.#frameStartMs = atMs;
    this.endTurn(atMs);
  }

  /** Forgets the turn, not the sound of the room: used after a commit or clear by the client. */
  endTurn(atMs: number): void {
    this.#onset = 0;
    this.#speaking = false;
    this.#earliestStartMs = atMs;
  }

  /** Takes the next 24 kHz samples and tells what they began or ended, in order. */
  push(samples: Int16Array, settings: TurnSettings): TurnEvent[] {
    const wide = new Float32Array(samples.length);
    writeFloat(samples, wide);
    const narrow = this.#resampler.push(wide);
    const events: TurnEvent[] = [];
    for (let taken = 0; taken < narrow.length;) {
      const part = narrow.subarray(taken, taken + VAD_FRAME - this.#filled);
      this.#frame.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
      if (this.#filled < VAD_FRAME) break;
      this.#filled = 0;
      const event = this.#decide(this.#model.speechProbability(this.#state, this.#frame), settings);
      if (event) events.push(event);
      this.#frameStartMs += FRAME_MS;
    }
    return events;
  }

  #decide(probability: number, settings: TurnSettings): TurnEvent | undefined {
    const frameEndMs = this.#frameStartMs + FRAME_MS;
    const isSpeech = probability >= settings.threshold;
    if (!this.#speaking) {
      if (isSpeech && this.#onset === 0) this.#onsetStartMs = this.#frameStartMs;
      this.#onset = isSpeech ? this.#onset + 1 : Math.max(0, this.#onset - 1);
      if (this.#onset < ONSET_FRAMES) return undefined;
      this.#speaking = true;
      this.#onset = 0;
      this.#speechEndMs = frameEndMs;
      const startMs = Math.max(this.#earliestStartMs, this.#onsetStartMs - settings.prefixPaddingMs);
      return { kind: "started", startMs: Math.max(0, Math.round(startMs)) };
    }
    const release = Math.max(LOWEST_RELEASE, settings.threshold - RELEASE_MARGIN);
    if (probability >= release) this.#speechEndMs = frameEndMs;
    const endMs = this.#speechEndMs + settings.silenceDurationMs;
    if (frameEndMs < endMs) return undefined;
    this.endTurn(endMs);
    return { kind: "stopped", endMs: Math.round(endMs) };
  }
}
