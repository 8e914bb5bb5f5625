// How long the user's turns were, by the upstream's own clock: it counts milliseconds of audio it was sent, padding
// and closing silence included, and that is what it bills.

export class TurnAudio {
  readonly #turns = new Map<string, { startMs: number; endMs: number }>();
  #unreportedMs = 0;

  started(itemId: string, startMs: number): void {
    this.#turns.set(itemId, { startMs, endMs: startMs });
  }

  stopped(itemId: string, endMs: number): void {
    const turn = this.#turns.get(itemId);
    if (turn !== undefined) turn.endMs = Math.max(turn.startMs, endMs);
  }

  /** The turn is complete; its audio belongs to the next response. */
  committed(itemId: string): number {
    const ms = this.ms(itemId);
    this.#unreportedMs += ms;
    return ms;
  }

  /** Length of a turn; 0 for one nobody announced, as after a manual commit. */
  ms(itemId: string): number {
    const turn = this.#turns.get(itemId);
    return turn === undefined ? 0 : turn.endMs - turn.startMs;
  }

  /** Audio of all turns committed since the last call. */
  takeUnreported(): number {
    const ms = this.#unreportedMs;
    this.#unreportedMs = 0;
    return ms;
  }

  /** Its transcript is final: nobody asks again. */
  forget(itemId: string): void {
    this.#turns.delete(itemId);
  }
}
