// `npm run chaos`: many conversations while things break at random moments. Every count must be zero; a run that went
// wrong prints its seed, and `--seed` runs it again.

import { parseArgs } from "node:util";
import { FAULTS } from "./faults.ts";
import type { FaultName } from "./faults.ts";
import { Lane } from "./lane.ts";
import { isRotating, planOf, runPlan } from "./run.ts";
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
/** Every third lane begins with the seeds that rotate all the time; whoever has done one kind helps with the other. */
const ROTATING_LANE_EVERY = 3;

const faults = values.faults.split(",") as FaultName[];
const first = Number(values.seed);
const seeds = Array.from({ length: Number(values.runs) }, (_, index) => first + index);
const steady = seeds.filter((seed) => !isRotating(seed));
const rotating = seeds.filter(isRotating);
const outcomes: Outcome[] = [];
const began = performance.now();

await Promise.all(
  Array.from({ length: Math.min(Number(values.lanes), seeds.length) }, async (_, index) => {
    const kinds = [steady, rotating];
    if (index % ROTATING_LANE_EVERY === ROTATING_LANE_EVERY - 1) kinds.reverse();
    for (const kind of kinds) if (kind.length > 0) await runAll(kind, kind === rotating);
  }),
);

console.log(
  `\n${faultTable(outcomes)}\n\n${momentTable(outcomes)}\n\n${totals(outcomes)}, ${Math.round((performance.now() - began) / 1000)} s`,
);
process.exitCode = outcomes.every(isClean) ? 0 : 1;
process.exit();

/** On a lane of its own, until none is left. */
async function runAll(left: number[], isRotatingLane: boolean): Promise<void> {
  const lane = await Lane.start({ rotating: isRotatingLane });
  try {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const outcome = await runPlan(lane, planOf(seed, faults));
      outcomes.push(outcome);
      tell(outcome, isRotatingLane);
    }
  } finally {
    await lane.close();
  }
}

function tell(outcome: Outcome, isRotatingLane: boolean): void {
  const { seed, broke, missed, rows, trace } = outcome;
  const what = [
    ...broke.map(
      ({ fault, moment, feltMs }) =>
        `${fault} (${moment}, ${feltMs === undefined ? "not felt" : `${feltMs} ms`})`,
    ),
    ...missed.map(({ fault, moment }) => `${fault} (${moment}, met nobody)`),
  ];
  const verdict = isClean(outcome) ? "clean" : wrong(outcome);
  console.log(`seed ${seed}${isRotatingLane ? " rotating" : ""}: ${verdict}; ${what.join(", ")}`);
  if (isClean(outcome)) return;
  console.log([...rows, "", ...(values.trace ? trace : [])].map((row) => `    ${row}`).join("\n"));
}
