import { expect, test } from "vitest";
import { msToSamples } from "../../src/audio/format.ts";
import { Player } from "../../src/browser/worklets/player.ts";
import type { PlaybackToPage } from "../../src/browser/worklets/port-messages.ts";
import { QUANTUM, signalToNoiseDb, tone } from "./support-tones.ts";

const DEVICE_RATES_HZ = [16_000, 24_000, 44_100, 48_000, 96_000];

/** A player on a device, with everything it posted and everything it played. */
function startPlayer(deviceHz: number) {
  const posted: PlaybackToPage[] = [];
  const output: number[] = [];
  const player = new Player(deviceHz, { reportEveryMs: 200 }, (message) => posted.push(message));
  const quantum = new Float32Array(QUANTUM);
  const renderQuantum = (): Float32Array => {
    player.render(quantum);
    output.push(...quantum);
    return quantum;
  };
  const render = (ms: number): void => {
    const until = output.length + (deviceHz * ms) / 1000;
    while (output.length < until) renderQuantum();
  };
  const speak = (itemId: string, ms: number): void => {
    player.receive({ type: "begin", itemId, fromMs: 0 });
    const samples = Int16Array.from(tone(1000, 24_000, ms / 1000), (sample) => Math.round(sample * 32767));
    // As it comes from the socket: in frames of 40 ms.
    for (let at = 0; at < samples.length; at += msToSamples(40)) {
      player.receive({ type: "audio", samples: samples.slice(at, at + msToSamples(40)).buffer });
    }
  };
  const played = (): (PlaybackToPage & { type: "played" })[] =>
    posted.filter((message) => message.type === "played");
  return { player, posted, output, renderQuantum, render, speak, played };
}

test.each(DEVICE_RATES_HZ)(
  "PL3: a flush is silence within one quantum at %i Hz, without a click",
  (deviceHz) => {
    const { player, output, renderQuantum, render, speak } = startPlayer(deviceHz);
    speak("a", 2000);
    render(500);
    player.receive({ type: "flush", latencyMs: 0 });
    const last = output.at(-1)!;
    const ramp = [last, ...renderQuantum()];
    expect(ramp.at(-1)).toBe(0);
    for (let index = 1; index < ramp.length; index++) {
      expect(Math.abs(ramp[index]! - ramp[index - 1]!)).toBeLessThanOrEqual(Math.abs(last) / 32);
    }
    for (let count = 0; count < 50; count++) {
      expect(renderQuantum().every((sample) => sample === 0)).toBe(true);
    }
  },
);

test.each(DEVICE_RATES_HZ)(
  "PL4: what waits in the resampler at %i Hz is not counted as heard",
  (deviceHz) => {
    const { player, output, render, speak, played } = startPlayer(deviceHz);
    speak("a", 2000);
    render(500);
    player.receive({ type: "flush", latencyMs: 30 });
    const heardMs = (output.length / deviceHz) * 1000 - 30;
    const { playedMs, done } = played().at(-1)!;
    expect(done).toBe(true);
    expect(playedMs).toBeLessThanOrEqual(heardMs);
    expect(playedMs).toBeGreaterThan(heardMs - 2);
  },
);

test.each(DEVICE_RATES_HZ)(
  "PL5: at %i Hz reports come at least every 250 ms and end with the item's length",
  (deviceHz) => {
    const { player, posted, output, renderQuantum, speak } = startPlayer(deviceHz);
    speak("a", 2000);
    player.receive({ type: "end", itemId: "a", totalMs: 2000 });
    let reportedAt = 0;
    while (!posted.some((message) => message.type === "played" && message.done)) {
      const before = posted.filter(({ type }) => type === "played").length;
      renderQuantum();
      if (posted.filter(({ type }) => type === "played").length > before) reportedAt = output.length;
      expect((output.length - reportedAt) / deviceHz).toBeLessThan(0.25);
    }
    expect(posted.findLast((message) => message.type === "played")).toEqual({
      type: "played",
      itemId: "a",
      playedMs: 2000,
      done: true,
      underruns: 0,
      gapMs: 0,
    });
    expect(output.length / deviceHz).toBeLessThan(2.02);
  },
);

test.each(DEVICE_RATES_HZ)("PL9: what comes out at %i Hz is the tone that went in", (deviceHz) => {
  const { output, render, speak } = startPlayer(deviceHz);
  speak("a", 2000);
  render(1500);
  expect(signalToNoiseDb(Float32Array.from(output), 1000, deviceHz)).toBeGreaterThan(60);
});

test("PL4: an item still on its way through the device is answered for at a flush", () => {
  const { player, render, speak, played } = startPlayer(48_000);
  player.receive({ type: "latency", latencyMs: 100 });
  speak("a", 200);
  player.receive({ type: "end", itemId: "a", totalMs: 200 });
  render(250);
  expect(played().every(({ done }) => !done)).toBe(true);
  player.receive({ type: "flush", latencyMs: 100 });
  const { playedMs, done } = played().at(-1)!;
  expect(done).toBe(true);
  expect(playedMs).toBeGreaterThan(140);
  expect(playedMs).toBeLessThan(160);
});

test("PL2: the page is told the counters when they change", () => {
  const { player, posted, render, speak } = startPlayer(48_000);
  speak("a", 200);
  render(1000);
  player.receive({ type: "flush", latencyMs: 0 });
  player.receive({ type: "audio", samples: new ArrayBuffer(1920) });
  render(1000);
  expect(posted.filter(({ type }) => type === "counters")).toEqual([
    { type: "counters", counters: { underruns: 1, gapMs: 0, droppedSamples: 0, lateFrames: 0 } },
    { type: "counters", counters: { underruns: 1, gapMs: 802, droppedSamples: 0, lateFrames: 1 } },
  ]);
});

test("PL19: what the page is told of an item that ran dry, up to the flush", () => {
  const { player, posted, render, speak, played } = startPlayer(48_000);
  speak("a", 200);
  render(1000);
  player.receive({ type: "flush", latencyMs: 0 });
  render(200);
  const { counters } = posted.findLast((message) => message.type === "counters")!;
  expect(counters).toMatchObject({ underruns: 1, gapMs: 802 });
  expect(played().at(-1)).toEqual({
    type: "played",
    itemId: "a",
    playedMs: 200,
    done: true,
    underruns: 1,
    gapMs: 802,
  });
});
