// `npm run chaos`: many conversations while things break at random moments. Every count must be zero; a run that went
// wrong prints its seed, and `--seed` runs it again.

import { parseArgs } from "node:util";
import { FAULTS } from "./faults.ts";
import type { FaultName } from "./faults.ts";
import { Lane } from "./lane.ts";
import { planOf, runPlan } from "./run.ts";
import type { Outcome } from "./run.ts";
import { faultTable, isClean, momentTable, totals, wrong } from "./tables.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "200" },
    lanes: { type: "string", default: "6" },
    /** The first seed; the others follow it. */
    seed: { type: "string", default: "1" },
    /** With what the page saw and the Worker printed, where a run went wrong. */
    trace: { type: "boolean", default: false },
    /** Only these faults. */
    faults: { type: "string", default: Object.keys(FAULTS).join(",") },
  },
});
/** Every third lane rotates all the time. */
const ROTATES_EVERY = 3;
/** Rotation is due from five minutes before the end: with such a session every quiet moment is one. */
const ROTATING_LIFETIME_MS = 302_000;

const faults = values.faults.split(",") as FaultName[];
const first = Number(values.seed);
const seeds = Array.from({ length: Number(values.runs) }, (_, index) => first + index);
const outcomes: Outcome[] = [];
const began = performance.now();

await Promise.all(
  Array.from({ length: Math.min(Number(values.lanes), seeds.length) }, async (_, index) => {
    const rotating = index % ROTATES_EVERY === ROTATES_EVERY - 1;
    const lane = await Lane.start(rotating ? { sessionLifetimeMs: ROTATING_LIFETIME_MS } : {});
    try {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        const plan = planOf(seed, faults, rotating);
        const outcome = await runPlan(lane, plan);
        outcomes.push(outcome);
        const broke = outcome.broke.map(
          ({ fault, moment, recoveredMs }) => `${fault} (${moment}, ${recoveredMs} ms)`,
        );
        console.log(
          `seed ${seed}${rotating ? " rotating" : ""}: ${isClean(outcome) ? "clean" : wrong(outcome)}; ${broke.join(", ")}`,
        );
        if (isClean(outcome)) continue;
        console.log(
          [...outcome.rows, "", ...(values.trace ? outcome.trace : [])].map((row) => `    ${row}`).join("\n"),
        );
      }
    } finally {
      await lane.close();
    }
  }),
);

console.log(
  `\n${faultTable(outcomes)}\n\n${momentTable(outcomes)}\n\n${totals(outcomes)}, ${Math.round((performance.now() - began) / 1000)} s`,
);
process.exitCode = outcomes.every(isClean) ? 0 : 1;
process.exit();
