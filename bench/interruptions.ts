// Speaks over the agent, and types over it, at random positions, in a real browser with the real Worker and the local model, over networks
// of some kinds: how far what is stored as heard is from what left the player, and how soon there was silence.

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runDev } from "../test/browser/run-dev.ts";
import { interruptedCall } from "./interruptions/interrupted-call.ts";
import type { CallResult, Condition, Interruption } from "./interruptions/interrupted-call.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "25" },
    seed: { type: "string", default: "20261122" },
    details: { type: "boolean", default: false },
    /** Only the networks whose name begins so. */
    only: { type: "string", default: "" },
  },
});

const ALL: readonly Condition[] = [
  { name: "this machine", jitterMs: 0, stallMs: 0, pace: 5 },
  { name: "100 ms of jitter", jitterMs: 100, stallMs: 0, pace: 5 },
  { name: "300 ms of jitter", jitterMs: 300, stallMs: 0, pace: 5 },
  { name: "a stall of 500 ms", jitterMs: 0, stallMs: 500, pace: 5 },
  // Nothing is ahead at the page: it runs dry again and again.
  { name: "300 ms of jitter, audio no faster than speech", jitterMs: 300, stallMs: 0, pace: 1 },
  { name: "typed, 300 ms of jitter", jitterMs: 300, stallMs: 0, pace: 5, isTyped: true },
];
const CONDITIONS = ALL.filter(({ name }) => name.startsWith(values.only));
const countEach = Math.ceil(Number(values.count) / CONDITIONS.length);
const seed = Number(values.seed);

interface Row {
  name: string;
  results: CallResult;
}

const toolFile = fileURLToPath(new URL("interruptions/story-tool.ts", import.meta.url));
const server = await runDev({}, { limits: {}, toolFile, faults: true });
const rows: Row[] = [];
try {
  for (const condition of CONDITIONS) {
    const ownSeed = seed + 10 * ALL.indexOf(condition);
    await fetch(`${server.localModelUrl}/faults`, {
      method: "POST",
      body: `{"fault":"pace:${condition.pace}"}`,
    });
    const results = await interruptedCall(server.url, condition, countEach, ownSeed);
    const { interruptions, unknown, underruns, latencyMs } = results;
    console.log(
      `${condition.name}, seed ${ownSeed}: ${interruptions.length} of ${countEach} interruptions, ` +
        `${unknown.length} of unknown position${unknown.length === 0 ? "" : ` (stored as heard: ${unknown.join("; ")})`}; ${underruns} underruns; the context reports ${latencyMs.toFixed(1)} ms of latency`,
    );
    if (values.details) for (const one of interruptions) console.log(detailsOf(one));
    rows.push({ name: condition.name, results });
  }
} finally {
  await server.stop();
}

const all = rows.flatMap(({ results }) => results.interruptions);
const total: Row = {
  name: "all",
  results: {
    interruptions: all,
    wireMs: rows.flatMap(({ results }) => results.wireMs),
    unknown: [],
    underruns: 0,
    latencyMs: 0,
  },
};
const positions = all.map(({ audibleMs }) => audibleMs);
console.log(
  `\nInterrupted at ${Math.round(Math.min(...positions))} to ${Math.round(Math.max(...positions))} ms of the answers.\n`,
);
console.log(
  "| network | interruptions | error of `heardMs`: mean, median, max (ms) | words stored too few: median, max | words stored that had not ended |\n|---|---|---|---|---|",
);
for (const row of [...rows, total]) console.log(heardRow(row));
console.log(
  "\n| from the onset, median, max (ms) | last sound | the page decides | and its player | the model heard it, as the page learns | `flush` | wire, there and back |\n|---|---|---|---|---|---|---|",
);
for (const row of rows) console.log(stoppingRow(row));

function heardRow({ name, results: { interruptions } }: Row): string {
  const errors = interruptions.map(({ heardMs, audibleMs }) => Math.abs(heardMs - audibleMs));
  const early = interruptions.map((one) => one.wordsSpoken - one.wordsStored);
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const late = early.filter((words) => words < 0).length;
  return `| ${name} | ${interruptions.length} | ${mean.toFixed(1)}, ${median(errors).toFixed(1)}, ${Math.max(...errors).toFixed(1)} | ${median(early)}, ${Math.max(...early)} | ${late} |`;
}

function stoppingRow({ name, results: { interruptions, wireMs } }: Row): string {
  const times = (of: (one: Interruption) => number | undefined): string =>
    both(interruptions.flatMap((one) => of(one) ?? []));
  const cells = [
    times(({ silentMs }) => silentMs),
    `${times(({ holdMs }) => holdMs)} (${interruptions.filter(({ holdMs }) => holdMs !== undefined).length} of ${interruptions.length})`,
    times(({ playerMs }) => playerMs),
    times(({ speechMs }) => speechMs),
    times(({ flushMs }) => flushMs),
    both(wireMs),
  ];
  return `| ${name} | ${cells.join(" | ")} |`;
}

function detailsOf(one: Interruption): string {
  const rounded = Object.entries(one).map(([name, value]) => [
    name,
    typeof value === "number" ? Math.round(value * 10) / 10 : value,
  ]);
  return `  ${JSON.stringify(Object.fromEntries(rounded))}`;
}

function both(of: readonly number[]): string {
  return of.length === 0 ? "–" : `${Math.round(median(of))}, ${Math.round(Math.max(...of))}`;
}

function median(of: readonly number[]): number {
  const sorted = of.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
