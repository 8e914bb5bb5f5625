// The playback queue behind networks that delay, bunch and stall. What it plays is compared with what was sent, sample
// by sample, and what it says was heard with what was.

import { expect, test } from "vitest";
import { FRAME_MS, FRAME_SAMPLES, msToSamples, samplesToMs } from "../../src/audio/format.ts";
import { PlaybackQueue } from "../../src/browser/worklets/playback-queue.ts";
import { CALM_MS, MAX_GROW_MS, MAX_RESERVE_MS, RESERVE_MS } from "../../src/browser/worklets/reserve.ts";

/** A quantum of a 48 kHz device, in samples of the queue. */
const STEP_SAMPLES = 64;
/** A network hands over in order: what is late holds back what follows. */
type Lateness = (frame: number) => number;

/** Even numbers from 0 up to 1 that look unordered and are the same each time. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

function jitter(mostMs: number, seed = 1): Lateness {
  const random = pseudoRandom(seed);
  return () => random() * mostMs;
}

interface Network {
  lateMs: Lateness;
  /** Frames sent per frame of time: answers come faster than they are spoken. */
  pace?: number;
}

interface Run {
  /** From the first frame's arrival to the first sound. */
  delayMs: number;
  underruns: number;
  gapMs: number;
  reserveMs: number;
}

/** One item of so many frames through a network. Each sample is never zero and tells its place in the item. */
function run(queue: PlaybackQueue, itemId: string, frames: number, { lateMs, pace = 1 }: Network): Run {
  const arrivals: number[] = [];
  for (let frame = 0; frame < frames; frame++) {
    const arrivalMs = (frame * FRAME_MS) / pace + lateMs(frame);
    arrivals.push(Math.max(arrivals.at(-1) ?? 0, arrivalMs));
  }
  const before = queue.counters;
  const output = new Float32Array(STEP_SAMPLES);
  /** What the reports said of the item last. */
  const told = { underruns: 0, gapMs: 0 };
  let heard = 0;
  let firstSoundMs = 0;
  let silent = 0;
  let next = 0;
  // A pause before it.
  queue.read(output, STEP_SAMPLES);
  queue.begin(itemId, 0);
  for (let clock = 0; heard < frames * FRAME_SAMPLES; clock += STEP_SAMPLES) {
    for (; next < frames && arrivals[next]! <= samplesToMs(clock); next++) {
      queue.push(
        Int16Array.from({ length: FRAME_SAMPLES }, (_, at) => placed(next * FRAME_SAMPLES + at) * 32_768),
      );
      if (next === frames - 1) queue.end(itemId);
    }
    queue.read(output, STEP_SAMPLES);
    for (const sample of output) {
      if (sample === 0) {
        if (heard > 0 && heard < frames * FRAME_SAMPLES) silent++;
        continue;
      }
      if (heard === 0) firstSoundMs = samplesToMs(clock);
      if (sample !== placed(heard)) throw new Error(`sample ${heard} is another one`);
      heard++;
    }
    const ms = Math.floor(samplesToMs(heard));
    queue.report(0, true, (report) => {
      const { playedMs } = report;
      told.underruns = report.underruns;
      told.gapMs = report.gapMs;
      if (playedMs !== ms) throw new Error(`${playedMs} ms reported, ${ms} heard`);
    });
  }
  const { underruns, gapMs } = queue.counters;
  expect(gapMs - before.gapMs).toBeCloseTo(samplesToMs(silent), -1);
  expect(told.underruns).toBe(underruns - before.underruns);
  expect(told.gapMs).toBeCloseTo(samplesToMs(silent), -1);
  return {
    delayMs: Math.round(firstSoundMs - arrivals[0]!),
    underruns: underruns - before.underruns,
    gapMs: gapMs - before.gapMs,
    reserveMs: queue.reserveMs,
  };
}

/** A value for each place, exact in 16 bits and never zero. */
function placed(position: number): number {
  return (1 + (position % 30_011)) / 32_768;
}

const SECOND = 1_000 / FRAME_MS;

function say(what: string, { delayMs, underruns, gapMs, reserveMs }: Run): void {
  // Not by `console.log`: of a test that passes nothing is shown, and these numbers are wanted then too.
  process.stdout.write(
    `${what}: first sound after ${delayMs} ms, ${underruns} underruns, ${gapMs} ms of gaps, ` +
      `reserve ${Math.round(reserveMs)} ms at the end\n`,
  );
}

/** So many answers of 5 s through the same network, and what they had to suffer in all. */
function answers(queue: PlaybackQueue, count: number, network: Network): Run {
  const runs = Array.from({ length: count }, (_, index) =>
    run(queue, `answer ${index}`, 5 * SECOND, network),
  );
  return {
    delayMs: Math.max(...runs.map(({ delayMs }) => delayMs)),
    underruns: runs.reduce((sum, { underruns }) => sum + underruns, 0),
    gapMs: runs.reduce((sum, { gapMs }) => sum + gapMs, 0),
    reserveMs: queue.reserveMs,
  };
}

test.each([
  { mostMs: 0, underruns: 0, gapMs: 0, later: 0, delayMs: RESERVE_MS },
  { mostMs: 100, underruns: 4, gapMs: 400, later: 2, delayMs: 250 },
  { mostMs: 300, underruns: 8, gapMs: 1_600, later: 4, delayMs: MAX_RESERVE_MS + 200 },
])(
  "PL12: frames up to $mostMs ms late, as fast as spoken: few gaps and ever fewer, and exact positions",
  ({ mostMs, underruns, gapMs, later, delayMs }) => {
    const queue = new PlaybackQueue();
    const network = { lateMs: jitter(mostMs) };
    const first = answers(queue, 8, network);
    say(`jitter ${mostMs} ms, 8 answers of 5 s`, first);
    const next = answers(queue, 8, network);
    say(`jitter ${mostMs} ms, the next 8`, next);
    expect(first.underruns).toBeLessThanOrEqual(underruns);
    expect(first.gapMs).toBeLessThanOrEqual(gapMs);
    expect(next.underruns).toBeLessThanOrEqual(later);
    expect(next.delayMs).toBeLessThanOrEqual(delayMs);
    expect(next.reserveMs).toBeLessThanOrEqual(MAX_RESERVE_MS);
  },
);

test.each([100, 300])(
  "PL12: frames up to %i ms late, twice as fast as spoken: at most two gaps",
  (mostMs) => {
    const queue = new PlaybackQueue();
    const all = run(queue, "a", 20 * SECOND, { lateMs: jitter(mostMs), pace: 2 });
    say(`jitter ${mostMs} ms, twice as fast as spoken`, all);
    expect(all.underruns).toBeLessThanOrEqual(2);
  },
);

test("PL12: a stall of 500 ms is one gap, no longer than it and what the reserve grows by", () => {
  const queue = new PlaybackQueue();
  const stall: Lateness = (frame) => (frame >= 2 * SECOND && frame < 2 * SECOND + 13 ? 500 : 0);
  const all = run(queue, "a", 10 * SECOND, { lateMs: stall });
  say("a stall of 500 ms", all);
  expect(all.underruns).toBe(1);
  expect(all.gapMs).toBeLessThanOrEqual(500 + MAX_GROW_MS + FRAME_MS);
  expect(run(queue, "b", SECOND, { lateMs: () => 0 }).delayMs).toBeLessThanOrEqual(all.reserveMs);
});

test("PL11: in a good network the reserve becomes small again, and stays large where it is needed", () => {
  const queue = new PlaybackQueue();
  answers(queue, 12, { lateMs: jitter(300) });
  expect(queue.reserveMs).toBeGreaterThan(2 * RESERVE_MS);
  answers(queue, 24, { lateMs: jitter(300, 2) });
  expect(queue.reserveMs).toBeGreaterThan(2 * RESERVE_MS);
  for (let item = 0; queue.reserveMs > RESERVE_MS && item < 20; item++) {
    expect(run(queue, `good ${item}`, (CALM_MS / 1_000) * SECOND, { lateMs: () => 0 }).underruns).toBe(0);
  }
  expect(queue.reserveMs).toBe(RESERVE_MS);
  expect(run(queue, "at last", SECOND, { lateMs: () => 0 }).delayMs).toBeLessThanOrEqual(RESERVE_MS);
  expect(msToSamples(RESERVE_MS)).toBeGreaterThanOrEqual(2 * FRAME_SAMPLES);
});

test("PL19: behind a bad network each item's own counts are those of the whole page in its time", () => {
  const queue = new PlaybackQueue();
  // Each run compares the two.
  const all = answers(queue, 8, { lateMs: jitter(300) });
  expect(all.underruns).toBeGreaterThan(0);
  expect(queue.counters).toMatchObject({ underruns: all.underruns });
});
