// A dead upstream looks alive: the platform reports no half-open socket (rule 8). Silence is answered with a
// question that is always acknowledged, and no answer ends the session. An answer that never comes ends it too.

import type { Clock } from "../conversation/ports.ts";

/** An upstream that has said nothing for so long is asked whether it is there. */
export const SILENT_MS = 15_000;
/** A living one acknowledges an empty `session.update` within a few hundred milliseconds. */
export const PROBE_ANSWER_MS = 3_000;
/** From asking for an answer, or from its last event, to the next: a model that thinks this long has forgotten. */
export const ANSWER_STALL_MS = 30_000;
/** How often this is looked at; coarse, so that a frame costs no timer. */
const TICK_MS = 1_000;

export interface LivenessWorld {
  clock: Clock;
  probe(): void;
  /** Whether an answer was asked for and is not done. */
  answering(): boolean;
  dead(waitedMs: number): void;
}

export class Liveness {
  readonly #world: LivenessWorld;
  #lastFrameMs = 0;
  #lastAnswerMs = 0;
  #probedMs: number | undefined;
  #callOff: () => void = () => undefined;

  constructor(world: LivenessWorld) {
    this.#world = world;
  }

  start(): void {
    this.#lastFrameMs = this.#world.clock.now();
    this.#lastAnswerMs = this.#lastFrameMs;
    this.#tick();
  }

  stop(): void {
    this.#callOff();
  }

  /** Something came. Hot path: two numbers. */
  seen(): void {
    this.#lastFrameMs = this.#world.clock.now();
    this.#probedMs = undefined;
  }

  /** An answer was asked for, or something of it came. */
  answerMoved(): void {
    this.#lastAnswerMs = this.#world.clock.now();
  }

  /** Asks now: the page hears speech, and the upstream does not. */
  ask(): void {
    if (this.#probedMs !== undefined) return;
    this.#probedMs = this.#world.clock.now();
    this.#world.probe();
  }

  #tick(): void {
    this.#callOff = this.#world.clock.after(TICK_MS, () => this.#look());
  }

  #look(): void {
    const { clock, answering, dead } = this.#world;
    const now = clock.now();
    if (this.#probedMs !== undefined && now - this.#probedMs >= PROBE_ANSWER_MS) {
      return dead(now - this.#lastFrameMs);
    }
    if (answering() && now - this.#lastAnswerMs >= ANSWER_STALL_MS) return dead(now - this.#lastAnswerMs);
    if (now - this.#lastFrameMs >= SILENT_MS) this.ask();
    this.#tick();
  }
}
