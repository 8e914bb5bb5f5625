// Every fault once, at a moment of its own, and some random ones: what `npm run chaos` does at length. Real time, real
// workerd, a local model that fails on demand; the page's own classes talk.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAULTS } from "./faults.ts";
import type { FaultName } from "./faults.ts";
import { Lane } from "./lane.ts";
import { planOf, runPlan } from "./run.ts";
import type { Moment, Outcome, Plan } from "./run.ts";
import { isClean, wrong } from "./tables.ts";

const LANES = 5;
/** Two turns of the script, or five, and what breaks in them. */
const RUN_TIMEOUT_MS = 240_000;

/** The moment at which each fault is met here; `npm run chaos` meets them at all. */
const MOMENT: Record<FaultName, Moment> = {
  drop: "mid-sentence",
  close_1011: "thinking",
  close_1001: "speaking",
  half_open: "mid-sentence",
  server_error: "tool running",
  expired: "listening",
  down: "mid-sentence",
  fails_again: "thinking",
  slow_settings: "connecting",
  failed_answer: "listening",
  lost_words: "listening",
  slow_words: "listening",
  text_answer: "listening",
  twice: "listening",
  page_cut: "mid-sentence",
  page_offline: "speaking",
  crash: "mid-sentence",
  kill: "mid-sentence",
};

/** Lanes nobody uses at the moment, and who waits for one. */
const idle: Lane[] = [];
const lanes: Lane[] = [];
const waiting: ((lane: Lane) => void)[] = [];

beforeAll(async () => {
  lanes.push(...(await Promise.all(Array.from({ length: LANES }, () => Lane.start()))));
  idle.push(...lanes);
});

afterAll(async () => {
  await Promise.all(lanes.map((lane) => lane.close()));
});

async function onALane(plan: Plan): Promise<Outcome> {
  const lane = idle.pop() ?? (await new Promise<Lane>((resolve) => waiting.push(resolve)));
  try {
    return await runPlan(lane, plan);
  } finally {
    const next = waiting.shift();
    if (next === undefined) idle.push(lane);
    else next(lane);
  }
}

describe.concurrent("whatever breaks, nothing is lost", { timeout: RUN_TIMEOUT_MS }, () => {
  test.for(Object.keys(FAULTS) as FaultName[])("CH1 %s", async (fault) => {
    const moment = MOMENT[fault];
    const turn = moment === "connecting" ? 0 : 1;
    const plan: Plan = {
      seed: 1,
      turns: 2,
      breaks: [{ turn, moment, fault, afterMs: 300 }],
      interrupting: new Set(),
    };
    const outcome = await onALane(plan);
    expect(outcome.broke.map((one) => one.moment)).toEqual([moment]);
    expect(wrong(outcome), outcome.rows.join("\n")).toBe("");
  });

  test.for(["drop", "crash"] as const)("CH1 %s while the turn's words are still coming", async (fault) => {
    const outcome = await onALane({
      seed: 1,
      turns: 2,
      breaks: [
        { turn: 1, moment: "listening", fault: "slow_words", afterMs: 0 },
        { turn: 1, moment: "speaking", fault, afterMs: 0 },
      ],
      interrupting: new Set(),
    });
    expect(outcome.missed).toEqual([]);
    expect(wrong(outcome), outcome.rows.join("\n")).toBe("");
  });

  test.for([1, 2])("CH2 random faults, seed %i", async (seed) => {
    const outcome = await onALane(planOf(seed, Object.keys(FAULTS) as FaultName[]));
    expect(outcome.broke.length).toBeGreaterThan(0);
    expect(isClean(outcome), `${wrong(outcome)}\n${outcome.rows.join("\n")}`).toBe(true);
  });
});
