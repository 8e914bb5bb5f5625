// The player where the voice breaks off and goes on: held and resumed, dry, flushed. Measured on the samples that leave it.

import { expect, test } from "vitest";
import { msToSamples } from "../../src/audio/format.ts";
import { HOLD_RAMP_MS } from "../../src/browser/worklets/holding.ts";
import { Player } from "../../src/browser/worklets/player.ts";
import type { PlaybackToPage } from "../../src/browser/worklets/port-messages.ts";
import { QUANTUM, tone } from "./support-tones.ts";

const DEVICE_RATES_HZ = [24_000, 44_100, 48_000];
const TONE_HZ = 200;
const AMPLITUDE = 0.5;

/** A player on a device, what it posted and what left it. */
function startPlayer(deviceHz: number) {
  const posted: PlaybackToPage[] = [];
  const output: number[] = [];
  const player = new Player(deviceHz, { reportEveryMs: 200 }, (message) => posted.push(message));
  const quantum = new Float32Array(QUANTUM);
  return {
    player,
    output,
    posted,
    render: (ms: number): void => {
      const until = output.length + (deviceHz * ms) / 1000;
      while (output.length < until) {
        player.render(quantum);
        output.push(...quantum);
      }
    },
    begin: (itemId: string): void => player.receive({ type: "begin", itemId, fromMs: 0 }),
    /** Sends what lies between two times of a tone that begins at its peak, where a click is loudest. */
    send: (fromMs: number, toMs: number): void => {
      const all = tone(TONE_HZ, 24_000, toMs / 1000 + 0.00125, AMPLITUDE).subarray(msToSamples(1.25));
      const samples = Int16Array.from(all.subarray(msToSamples(fromMs)), (sample) =>
        Math.round(sample * 32_767),
      );
      for (let at = 0; at < samples.length; at += msToSamples(40)) {
        player.receive({ type: "audio", samples: samples.slice(at, at + msToSamples(40)).buffer });
      }
    },
    reports: (): string[] =>
      posted
        .filter((message) => message.type === "played")
        .map(({ itemId, playedMs, done }) => `${itemId} ${playedMs}${done ? " done" : ""}`),
  };
}

/** The largest step from one sample to the next, against the tone's own. */
function largestStep(output: readonly number[], deviceHz: number): number {
  let largest = 0;
  let last = 0;
  for (const sample of output) {
    largest = Math.max(largest, Math.abs(sample - last));
    last = sample;
  }
  return largest / ((AMPLITUDE * 2 * Math.PI * TONE_HZ) / deviceHz);
}

/** What a step may be beyond the tone's own: the slope of a ramp, and the filter's ringing. */
const NO_CLICK = 1.6;

test.each(DEVICE_RATES_HZ)(
  "PL14: at %i Hz a voice that begins and ends at its loudest does not click",
  (hz) => {
    const { player, output, begin, send, render } = startPlayer(hz);
    begin("a");
    send(0, 500);
    player.receive({ type: "end", itemId: "a", totalMs: 500 });
    render(700);
    expect(Math.max(...output)).toBeGreaterThan(AMPLITUDE * 0.9);
    expect(largestStep(output, hz)).toBeLessThan(NO_CLICK);
    expect(output.at(-1)).toBe(0);
  },
);

test.each(DEVICE_RATES_HZ)("PL14: at %i Hz running dry and going on do not click", (hz) => {
  const { output, posted, begin, send, render } = startPlayer(hz);
  begin("a");
  send(0, 301);
  render(500);
  expect(output.at(-1)).toBe(0);
  send(301, 902);
  render(500);
  expect(Math.abs(output.at(-1)!)).toBeGreaterThan(0);
  expect(posted).toContainEqual(expect.objectContaining({ type: "counters" }));
  expect(largestStep(output, hz)).toBeLessThan(NO_CLICK);
});

test.each(DEVICE_RATES_HZ)("PL14: at %i Hz holding and going on do not click, wherever it happens", (hz) => {
  const { player, output, begin, send, render } = startPlayer(hz);
  begin("a");
  send(0, 4_000);
  render(200);
  for (let time = 0; time < 25; time++) {
    player.receive({ type: "hold" });
    // Sometimes it goes on before it was silent.
    render(time % 5 === 0 ? 4 : 30);
    player.receive({ type: "resume" });
    render(60 + time);
  }
  expect(largestStep(output, hz)).toBeLessThan(NO_CLICK);
});

/** Plays 1.5 s with a hold of 500 ms at each of the given times, and cuts the holds' silence out of what was heard. */
function playWithHolds(hz: number, timesMs: readonly number[]) {
  const { player, output, reports, begin, send, render } = startPlayer(hz);
  const ramp = Math.round((hz * HOLD_RAMP_MS) / 1_000);
  const heard: number[] = [];
  const held: number[] = [];
  begin("a");
  send(0, 1_000);
  let from = 0;
  for (const ms of timesMs) {
    render(ms);
    player.receive({ type: "hold" });
    const silentFrom = output.length + ramp;
    render(500);
    player.receive({ type: "resume" });
    heard.push(...output.slice(from, silentFrom));
    held.push(...output.slice(silentFrom));
    from = output.length;
  }
  send(1_000, 1_500);
  player.receive({ type: "end", itemId: "a", totalMs: 1_500 });
  render(2_000);
  heard.push(...output.slice(from));
  return { heard, held, reports };
}

test.each(DEVICE_RATES_HZ)("PL15: at %i Hz a held voice is silent in 10 ms and loses no sample", (hz) => {
  const plain = playWithHolds(hz, []);
  const { heard, held, reports } = playWithHolds(hz, [300, 250]);
  expect(held.length).toBeGreaterThan(2 * 0.48 * hz);
  expect(held.every((sample) => sample === 0)).toBe(true);
  expect(reports().at(-1)).toBe("a 1500 done");
  // What is left is the same sound, sample by sample, but for two slopes at each hold.
  const slope = (hz * HOLD_RAMP_MS) / 1_000;
  const last = plain.heard.findLastIndex((sample) => sample !== 0);
  expect(heard.findLastIndex((sample) => sample !== 0)).toBe(last);
  const different = plain.heard.slice(0, last + 1).filter((sample, at) => sample !== heard[at]);
  expect(different.length).toBeGreaterThan(slope);
  expect(different.length).toBeLessThanOrEqual(2 * 2 * slope);
});

test.each([0, 60, 180])(
  "PL16: with %i ms of latency positions go on to what was played, and stop",
  (latencyMs) => {
    const { player, output, reports, begin, send, render } = startPlayer(48_000);
    player.receive({ type: "latency", latencyMs });
    begin("a");
    send(0, 2_000);
    render(600);
    player.receive({ type: "hold" });
    render(HOLD_RAMP_MS);
    const handedMs = (output.findLastIndex((sample) => sample !== 0) + 1) / 48;
    render(1_500);
    const held = reports().at(-1)!;
    expect(Math.abs(Number(held.split(" ")[1]) - handedMs)).toBeLessThanOrEqual(2);
    render(1_000);
    expect(reports().at(-1)).toBe(held);
    player.receive({ type: "resume" });
    render(latencyMs);
    expect(Number(reports().at(-1)!.split(" ")[1])).toBeLessThanOrEqual(handedMs + 1);
    render(500);
    player.receive({ type: "flush", latencyMs });
    const [, playedMs] = reports().at(-1)!.split(" ");
    expect(Math.abs(Number(playedMs) - (handedMs + 500))).toBeLessThanOrEqual(4);
  },
);

test.each([0, 60, 180])(
  "PL20: with %i ms of latency a held voice says at once where it is, and where it ends once that is heard",
  (latencyMs) => {
    const { player, output, reports, begin, send, render } = startPlayer(48_000);
    player.receive({ type: "latency", latencyMs });
    begin("a");
    send(0, 2_000);
    render(620);
    player.receive({ type: "hold" });
    const before = reports().length;
    render(3);
    expect(reports()).toHaveLength(before + 1);
    const atOnceMs = Number(reports().at(-1)!.split(" ")[1]);
    expect(Math.abs(atOnceMs - (output.length / 48 - latencyMs))).toBeLessThanOrEqual(3);
    render(HOLD_RAMP_MS + latencyMs + 3);
    const soundMs = (output.findLastIndex((sample) => sample !== 0) + 1) / 48;
    const endMs = Number(reports().at(-1)!.split(" ")[1]);
    expect(Math.abs(endMs - soundMs)).toBeLessThanOrEqual(2);
    render(1_000);
    expect(Number(reports().at(-1)!.split(" ")[1])).toBe(endMs);
  },
);

test("PL16: a flush while held answers as usual, and what comes next is heard", () => {
  const { player, output, reports, begin, send, render } = startPlayer(48_000);
  begin("a");
  send(0, 1_000);
  render(400);
  player.receive({ type: "hold" });
  render(200);
  begin("b");
  send(0, 200);
  player.receive({ type: "flush", latencyMs: 20 });
  const [first, second] = reports().slice(-2);
  expect(first).toMatch(/^a (409|410|411|412|413) done$/);
  expect(second).toBe("b 0 done");
  begin("c");
  send(0, 200);
  const from = output.length;
  render(150);
  expect(Math.max(...output.slice(from))).toBeGreaterThan(AMPLITUDE * 0.9);
});

test("PL16: what arrives while held is queued and heard afterwards", () => {
  const { player, output, reports, begin, send, render } = startPlayer(48_000);
  begin("a");
  send(0, 300);
  render(200);
  player.receive({ type: "hold" });
  render(100);
  send(300, 800);
  player.receive({ type: "end", itemId: "a", totalMs: 800 });
  const from = output.length;
  render(2_000);
  expect(output.slice(from).every((sample) => sample === 0)).toBe(true);
  player.receive({ type: "resume" });
  render(700);
  expect(reports().at(-1)).toBe("a 800 done");
});

test("PL18: a device that changes its latency in the middle makes no report go back, and loses nothing", () => {
  const { player, reports, begin, send, render } = startPlayer(48_000);
  player.receive({ type: "latency", latencyMs: 20 });
  begin("a");
  send(0, 3_000);
  player.receive({ type: "end", itemId: "a", totalMs: 3_000 });
  for (const latencyMs of [250, 10, 400, 0, 250]) {
    render(500);
    player.receive({ type: "latency", latencyMs });
  }
  render(1_500);
  const positions = reports().map((report) => Number(report.split(" ")[1]));
  expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  expect(reports().at(-1)).toBe("a 3000 done");
});
