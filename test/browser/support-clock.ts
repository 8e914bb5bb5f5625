// Time that moves when told; whatever falls due runs in order.

import type { Clock } from "../../src/browser/clock.ts";

export interface ManualClock extends Clock {
  pass(ms: number): void;
}

export function manualClock(): ManualClock {
  let nowMs = 0;
  const due = new Set<{ atMs: number; run: () => void }>();
  return {
    now: () => nowMs,
    after: (ms, run) => {
      const order = { atMs: nowMs + ms, run };
      due.add(order);
      return () => void due.delete(order);
    },
    pass: (ms) => {
      const untilMs = nowMs + ms;
      for (;;) {
        const [next] = [...due].filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs);
        if (next === undefined) break;
        due.delete(next);
        nowMs = next.atMs;
        next.run();
      }
      nowMs = untilMs;
    },
  };
}
