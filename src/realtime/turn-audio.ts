// How long the user's turns were, by the upstream's own clock: it counts milliseconds of audio it was sent, padding
// and closing silence included, and that is what it bills.

import { bytesToMs } from "../audio/format.ts";

interface Turn {
  startMs: number;
  /** Undefined until the upstream says so: a turn that is committed before that ends with what was sent. */
  endMs: number | undefined;
}

export class TurnAudio {
  readonly #turns = new Map<string, Turn>();
  #sentBytes = 0;
  /** Where the upstream's buffer begins: after the last commit, or clear. */
  #bufferStartMs = 0;
  #unreportedMs = 0;

  /** A frame went out. Hot path. */
  sent(bytes: number): void {
    this.#sentBytes += bytes;
  }

  started(itemId: string, startMs: number): void {
    this.#turns.set(itemId, { startMs, endMs: undefined });
  }

  stopped(itemId: string, endMs: number): void {
    const turn = this.#turns.get(itemId);
    if (turn !== undefined) turn.endMs = Math.max(turn.startMs, endMs);
  }

  /** The turn is complete; its audio belongs to the next response. One that nobody announced is all that was buffered. */
  committed(itemId: string): number {
    const turn = this.#turns.get(itemId) ?? { startMs: this.#bufferStartMs, endMs: undefined };
    turn.endMs ??= Math.max(turn.startMs, this.#sentMs);
    this.#turns.set(itemId, turn);
    this.#bufferStartMs = turn.endMs;
    const ms = this.ms(itemId);
    this.#unreportedMs += ms;
    return ms;
  }

  cleared(): void {
    this.#bufferStartMs = this.#sentMs;
  }

  /** Length of a turn; 0 for one that has not ended. */
  ms(itemId: string): number {
    const turn = this.#turns.get(itemId);
    return turn?.endMs === undefined ? 0 : turn.endMs - turn.startMs;
  }

  /** Audio of all turns committed since the last call. */
  takeUnreported(): number {
    const ms = this.#unreportedMs;
    this.#unreportedMs = 0;
    return ms;
  }

  /** Its transcription is over: nobody asks again. */
  forget(itemId: string): void {
    this.#turns.delete(itemId);
  }

  get #sentMs(): number {
    return bytesToMs(this.#sentBytes);
  }
}
