// Counts the conversations a deployment starts in a UTC day. The rate-limit binding is approximate and per
// location; money needs an exact count, and one small object that is asked once per conversation gives it.

import { DurableObject } from "cloudflare:workers";
import type { Env } from "./env.ts";

const DAY_MS = 86_400_000;

export class DailyCapObject extends DurableObject<Env> {
  /** Takes one of today's `cap` places; false when none is left. */
  take(cap: number): boolean {
    const day = Math.floor(Date.now() / DAY_MS);
    const stored = this.ctx.storage.kv.get<{ day: number; count: number }>("today");
    const count = stored?.day === day ? stored.count : 0;
    if (count >= cap) return false;
    this.ctx.storage.kv.put("today", { day, count: count + 1 });
    return true;
  }
}
