// How long each fault was felt: from when it happened to when the page is well again.

import { browserClock } from "../../src/browser/clock.ts";

const WELL: ReadonlySet<string> = new Set(["listening", "thinking", "speaking", "asleep"]);

export interface Felt {
  /** Undefined where the page showed nothing of it. */
  feltMs: number | undefined;
}

interface Pending {
  readonly record: Felt;
  readonly fromMs: number;
  isFelt: boolean;
}

export class Recoveries {
  #pending: Pending[] = [];
  #isWell = true;

  broke(record: Felt): void {
    // What comes while the page is unwell already keeps it so: it has its own beginning and the same end.
    this.#pending.push({ record, fromMs: browserClock.now(), isFelt: !this.#isWell });
  }

  /** The page changed. */
  is(state: string): void {
    const wasWell = this.#isWell;
    this.#isWell = WELL.has(state);
    if (wasWell && !this.#isWell) {
      // What broke last is taken to be the reason.
      const reason = this.#pending.findLast(({ isFelt }) => !isFelt);
      if (reason !== undefined) reason.isFelt = true;
    }
    if (!this.#isWell) return;
    for (const { record, fromMs, isFelt } of this.#pending) {
      if (isFelt) record.feltMs = Math.round(browserClock.now() - fromMs);
    }
    this.#pending = this.#pending.filter(({ isFelt }) => !isFelt);
  }

  get areOver(): boolean {
    return this.#pending.every(({ isFelt }) => !isFelt);
  }

  /** What the page has not shown until now it will not show. */
  turnEnded(): void {
    this.#pending = this.#pending.filter(({ isFelt }) => isFelt);
  }
}
