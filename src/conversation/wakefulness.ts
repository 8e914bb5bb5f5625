// How awake a conversation has to be: asleep after a quiet while, in memory while a session is wanted or a tool runs.

import type { Clock } from "./ports.ts";
import { isQuiet } from "./turn.ts";
import type { TurnState } from "./turn.ts";

export interface WakefulnessWorld {
  quietMs: number;
  clock: Clock;
  /** It has been quiet for `quietMs`. */
  sleep(): void;
  /** Told when the object has to stay in memory, and when it no longer has to. */
  busy(isBusy: boolean): void;
}

export class Wakefulness {
  readonly #world: WakefulnessWorld;
  #callOffSleep: (() => void) | undefined;
  #isBusy = false;

  constructor(world: WakefulnessWorld) {
    this.#world = world;
  }

  /** Looks at the state after every change of it. True when nobody speaks and nothing runs. */
  watch(turn: TurnState, toolsRun: boolean): boolean {
    const quiet = isQuiet(turn) && !toolsRun;
    if (!quiet) this.#callOff();
    else {
      this.#callOffSleep ??= this.#world.clock.after(this.#world.quietMs, () => {
        this.#callOffSleep = undefined;
        this.#world.sleep();
      });
    }
    const isBusy = turn.phase === "awake" || (turn.phase === "asleep" && toolsRun);
    if (isBusy !== this.#isBusy) {
      this.#isBusy = isBusy;
      this.#world.busy(isBusy);
    }
    return quiet;
  }

  #callOff(): void {
    this.#callOffSleep?.();
    this.#callOffSleep = undefined;
  }
}
