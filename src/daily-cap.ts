// Counts the conversations a deployment starts in a UTC day. The rate-limit binding is approximate and per
// location; money needs an exact count, and one small object that is asked once per conversation gives it.

import { DurableObject } from "cloudflare:workers";
import type { Env } from "./env.ts";

const DAY_MS = 86_400_000;
/** One address must not be able to use up the day for everybody else. */
export const ADDRESS_SHARE = 0.2;

export class DailyCapObject extends DurableObject<Env> {
  /**
   * Takes one of today's `cap` places for `address` (any opaque string); false when none is left, or when this address
   * has had its share. `nowMs` is the time, since the epoch.
   */
  take(cap: number, address: string, nowMs = Date.now()): boolean {
    const { kv } = this.ctx.storage;
    const day = Math.floor(nowMs / DAY_MS);
    if (kv.get<number>("day") !== day) {
      for (const key of Array.from(kv.list(), ([name]) => name)) kv.delete(key);
      kv.put("day", day);
    }
    const count = kv.get<number>("count") ?? 0;
    const taken = kv.get<number>(`address:${address}`) ?? 0;
    if (count >= cap || taken >= Math.ceil(cap * ADDRESS_SHARE)) return false;
    kv.put("count", count + 1);
    kv.put(`address:${address}`, taken + 1);
    return true;
  }
}
