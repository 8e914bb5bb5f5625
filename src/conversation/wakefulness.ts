// How awake a conversation has to be: asleep after a quiet while, in memory while a session is wanted or a tool runs.
// Woken by what a page took for a voice it sleeps again soon, unless somebody turns out to be there.

import type { AgentDefinition } from "../define.ts";
import { CheckIn } from "./check-in.ts";
import type { Clock } from "./ports.ts";
import { isQuiet } from "./turn.ts";
import type { TurnState } from "./turn.ts";

/**
 * Woken by a page's own detector, a live session waits so long for a turn of the user: the voice that woke it is sent
 * at once, and ends within this where it was one. A slammed door must not cost a minute of session.
 */
export const DOUBTFUL_WAKE_MS = 8_000;

/**
 * Quiet time runs on over rebuilds, but so much of it is left after each: what was said meanwhile has to come through.
 * Less than a good session lasts, so that one that ends idle again and again is not dialled for ever.
 */
export const AFTER_REBUILD_MS = 8_000;

export interface WakefulnessWorld {
  agent: AgentDefinition;
  clock: Clock;
  /** It has been quiet for long enough. */
  sleep(): void;
  /** It has been quiet for so long that the agent may ask about it. */
  checkIn(): void;
  /** Told when the object has to stay in memory, and when it no longer has to. */
  busy(isBusy: boolean): void;
}

export class Wakefulness {
  readonly #world: WakefulnessWorld;
  #callOffSleep: (() => void) | undefined;
  /** How long it had been quiet when the session was lost; less than now, while that is measured. */
  #quietMs = 0;
  #quietSinceMs = 0;
  readonly #checkIn: CheckIn;
  #isBusy = false;
  /** Nothing but a page's detector says that somebody is there. */
  #isDoubtful = false;

  constructor(world: WakefulnessWorld) {
    this.#world = world;
    this.#checkIn = new CheckIn(world.agent.checkIn, world.clock, () => world.checkIn());
  }

  /** A page said `start` to a conversation in state `turn`. A press on a button while it doubts ends the doubt. */
  started(turn: TurnState, byVoice: boolean): void {
    if (turn.phase === "asleep") this.#isDoubtful = byVoice;
    else if (!byVoice) this.userIsHere();
  }

  /** The user has spoken or typed, or has pressed a button. */
  userIsHere(): void {
    if (this.#isDoubtful) this.#callOff();
    this.#isDoubtful = false;
    this.#checkIn.userIsHere();
  }

  /** Looks at the state after every change of it. True when nobody speaks and nothing runs. */
  watch(turn: TurnState, toolsRun: boolean): boolean {
    const quiet = isQuiet(turn) && !toolsRun;
    if (quiet) this.#sleepLater();
    // Another session on its way is no sign of life.
    else if (turn.phase === "awake" && !toolsRun && isQuiet({ ...turn, live: true })) this.#suspend();
    else this.#callOff();
    this.#checkIn.watch(quiet);
    if (turn.phase !== "awake") this.#isDoubtful = false;
    const isBusy = turn.phase === "awake" || (turn.phase === "asleep" && toolsRun);
    if (isBusy !== this.#isBusy) {
      this.#isBusy = isBusy;
      this.#world.busy(isBusy);
    }
    return quiet;
  }

  #sleepLater(): void {
    if (this.#callOffSleep !== undefined) return;
    const { agent, clock } = this.#world;
    const { quietMs } = agent.limits;
    const wholeMs = this.#isDoubtful ? Math.min(DOUBTFUL_WAKE_MS, quietMs) : quietMs;
    const leastMs = Math.min(AFTER_REBUILD_MS, wholeMs);
    this.#quietSinceMs = clock.now();
    this.#callOffSleep = clock.after(Math.max(leastMs, wholeMs - this.#quietMs), () => {
      this.#callOff();
      this.#world.sleep();
    });
  }

  #suspend(): void {
    if (this.#callOffSleep === undefined) return;
    this.#quietMs += this.#world.clock.now() - this.#quietSinceMs;
    this.#callOffSleep();
    this.#callOffSleep = undefined;
  }

  #callOff(): void {
    this.#callOffSleep?.();
    this.#callOffSleep = undefined;
    this.#quietMs = 0;
  }
}
