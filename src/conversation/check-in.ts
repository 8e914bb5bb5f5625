// The agent asks once whether anybody is still there, after a long silence, where its file says so.

import type { AgentDefinition } from "../define.ts";
import type { Clock } from "./ports.ts";

export class CheckIn {
  readonly #afterMs: number | undefined;
  readonly #clock: Clock;
  readonly #due: () => void;
  #hasAsked = false;
  #callOff: (() => void) | undefined;

  constructor(wanted: AgentDefinition["checkIn"], clock: Clock, due: () => void) {
    this.#afterMs = wanted?.afterMs;
    this.#clock = clock;
    this.#due = due;
  }

  /** The user has said something: the next silence may be asked about. */
  userIsHere(): void {
    this.#hasAsked = false;
  }

  /** Whether nobody speaks and nothing runs, after each change of that. */
  watch(isQuiet: boolean): void {
    if (this.#afterMs === undefined || this.#hasAsked) return;
    if (!isQuiet) {
      this.#callOff?.();
      this.#callOff = undefined;
      return;
    }
    this.#callOff ??= this.#clock.after(this.#afterMs, () => {
      this.#callOff = undefined;
      this.#hasAsked = true;
      this.#due();
    });
  }
}
