// What responses and transcriptions use: a row each, and the sums for the pages.

import type { UsageRow, UsageStore } from "../store/usage-store.ts";
import type { Audience } from "./audience.ts";
import type { Clock } from "./ports.ts";

export interface SpendingWorld {
  audience: Audience;
  usage: UsageStore;
  clock: Clock;
}

export class Spending {
  readonly #world: SpendingWorld;

  constructor(world: SpendingWorld) {
    this.#world = world;
  }

  used(row: UsageRow): void {
    const { audience, clock, usage } = this.#world;
    usage.add(row, clock.now());
    const { source: _source, ...turn } = row;
    audience.broadcast({ type: "usage", totals: usage.totals(), turn });
  }
}
