// Someone interrupts the answer. What the store says was heard is compared with the samples that really left the
// player: over a good network and a bad one, by voice and in writing, on devices of both usual rates.

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { FLUSH_ANSWER_MS } from "../../../src/protocol/messages.ts";
import type { Item } from "../../../src/protocol/messages.ts";
import { generator } from "../../chaos/random.ts";
import { runDev } from "../run-dev.ts";
import type { TestDevServer } from "../run-dev.ts";
import { silence, speechAt } from "../wav.ts";
import { COMPARED_MS, endPosition, SLOPE_MS } from "./audible.ts";
import { TalkingPage } from "./talking-page.ts";
import type { Recording, SentAudio } from "./talking-page.ts";
import { TcpProxy } from "./tcp-proxy.ts";
import { WatchedSockets } from "./watched-sockets.ts";

let server: TestDevServer;
beforeAll(async () => {
  server = await runDev();
});
afterAll(async () => {
  await server.stop();
});

/** From the press of the button on: a breath, so that the detector meets the beginning of the words. */
const SPEAKS_AT_S = 0.5;
/** Reports are whole milliseconds, the flush ramps down over 64 samples, the resampler rings for a few. */
const TOLERANCE_MS = 20;
/** Whatever the network does. */
const MOST_ERROR_MS = 60;
const STALL_MS = 500;
const JITTER_SEED = 20_261_122;
/** There and back: the page's answer to a flush comes long after it has been given up. */
const FAR_MS = 500;
/** For what happens on its own, but for a slow network and a busy machine. */
const SOON_MS = 20_000;
/** It takes some seconds. */
const LONG_ANSWER_TO = "What can you do?";
/** Nothing is said to it: what was recorded last is what was interrupted. */
const NO_ANSWER_TO = "Please be quiet.";

/** On a busy machine the player may run dry, and a recording with a gap in it measures nothing. */
const MAX_ATTEMPTS = 3;

describe("interrupting the answer", () => {
  it.each([44_100, 48_000])(
    "BI2 at %i Hz a voice silences the page, and the stored item is cut at what left the player",
    async (rateHz) => {
      let underruns = await speakOver(rateHz);
      for (let attempt = 1; underruns > 0 && attempt < MAX_ATTEMPTS; attempt += 1) {
        underruns = await speakOver(rateHz);
      }
      expect(underruns, "the player ran dry each time").toBe(0);
    },
  );

  it("BI2 behind 300 ms of jitter, with a stall in the middle of the voice, the position is what left the player", async () => {
    const network = await TcpProxy.to(Number(new URL(server.url).port), {
      jitterMs: 300,
      random: generator(JITTER_SEED),
    });
    const speech = speechAt([[SPEAKS_AT_S, NO_ANSWER_TO]], "slt");
    const someone = await TalkingPage.open(urlOf(network), speech, { plain: true });
    const sockets = new WatchedSockets(someone.page);
    try {
      await someone.type(LONG_ANSWER_TO);
      await someone.isIn("speaking");
      await someone.byTestId("talk").click();
      // The page says that somebody speaks; what the conversation makes of it is late by a stall.
      await vi.waitUntil(() => sockets.said("activity").length > 0, { timeout: SOON_MS, interval: 10 });
      network.stall(STALL_MS);
      const { item, errorMs } = await cutItem(someone, sockets);
      expect(item.heardMs).toBeGreaterThan(0);
      expect(Math.abs(errorMs)).toBeLessThanOrEqual(MOST_ERROR_MS);
    } finally {
      await someone.close();
      network.close();
    }
  });

  it("BI11 PG63 typed over, the position is what left the player, though the answer to flush comes too late", async () => {
    const network = await TcpProxy.to(Number(new URL(server.url).port), { roundTripMs: FAR_MS });
    const someone = await TalkingPage.open(urlOf(network), silence(), { plain: true });
    const sockets = new WatchedSockets(someone.page);
    try {
      await someone.type(LONG_ANSWER_TO);
      await someone.page.waitForFunction(() => "context" in (globalThis as unknown as { tap: object }).tap);
      // More than a word of it.
      await vi.waitUntil(async () => (await someone.soundMs()) > 1_000, SOON_MS);
      await someone.type(NO_ANSWER_TO);
      const { item, errorMs } = await cutItem(someone, sockets);
      expect(Math.abs(errorMs)).toBeLessThanOrEqual(MOST_ERROR_MS);
      const [, typed] = sockets.said("text");
      const [flush] = sockets.heard("flush");
      expect(flush!.atMs - typed!.atMs).toBeGreaterThan(FLUSH_ANSWER_MS);
      // It was told before anybody asked, and did not change.
      const told = sockets.said("playback").filter(({ atMs }) => atMs > typed!.atMs && atMs < flush!.atMs);
      expect(told.at(-1)?.message).toMatchObject({ playedMs: item.heardMs });
    } finally {
      await someone.close();
      network.close();
    }
  });
});

function urlOf({ port }: TcpProxy): string {
  return `http://127.0.0.1:${port}`;
}

/** Runs in the page before its own code: every audio context is one of a device at this rate. */
function useRate(sampleRate: number): void {
  const Context = globalThis.AudioContext;
  globalThis.AudioContext = class extends Context {
    constructor(options?: AudioContextOptions) {
      super({ ...options, sampleRate });
    }
  };
}

/** Answers with the times the player ran dry; only when it did not, the heard position was looked at. */
async function speakOver(rateHz: number): Promise<number> {
  const someone = await TalkingPage.open(
    server.url,
    speechAt([[SPEAKS_AT_S, "What time is it in Paris?"]], "slt"),
  );
  try {
    await someone.page.addInitScript(useRate, rateHz);
    await someone.page.reload();
    // A conversation that begins with a typed turn has no greeting: the long answer is the first thing said.
    await someone.type(LONG_ANSWER_TO);
    await someone.isIn("speaking");
    await someone.byTestId("talk").click();

    const cut = someone.page.locator('[data-testid="item"][data-status="interrupted"]');
    await cut.waitFor();
    // The next answer has not begun: all that was recorded is the cut one.
    const recording = await someone.recording();
    expect(recording.rateHz).toBe(rateHz);
    const underruns = await someone.underruns();
    const item = await someone.storedItem((await cut.getAttribute("data-item-id"))!);
    expect(item.status).toBe("interrupted");
    expect(await cut.locator(".words").innerText()).toBe(item.text);
    if (underruns === 0) judge(item, recording, someone.sent(item.id));

    // The one who interrupted is answered.
    await someone.items("assistant", "tool").waitFor();
    await someone.isIn("listening");
    expect(await someone.items("assistant").last().innerText()).toContain("Paris");
    return underruns;
  } finally {
    await someone.close();
  }
}

function judge(item: Item, recording: Recording, { totalMs, leadMs }: SentAudio): void {
  const { firstFrame, lastFrame, rateHz, latencyMs } = recording;
  const leftPlayerMs = leadMs + ((lastFrame - firstFrame) * 1000) / rateHz;
  const errorMs = item.heardMs! - leftPlayerMs;
  // Not by `console.log`: of a test that passes nothing is shown, and this number is wanted then too.
  process.stdout.write(
    `heard ${item.heardMs} ms of ${Math.round(totalMs)} ms at ${rateHz} Hz; left the player ${leftPlayerMs.toFixed(1)} ms, ` +
      `device latency ${latencyMs.toFixed(1)} ms: error ${errorMs.toFixed(1)} ms\n`,
  );
  expect(Math.abs(errorMs)).toBeLessThan(TOLERANCE_MS);
  expect(item.heardMs).toBeLessThan(totalMs);
}

/** The answer is cut and nothing follows: the last sound that left the player is found in what the page was sent. */
async function cutItem(
  someone: TalkingPage,
  sockets: WatchedSockets,
): Promise<{ item: Item; errorMs: number }> {
  await vi.waitUntil(
    () => sockets.heard("turn").some(({ message }) => message.outcome === "silent"),
    SOON_MS,
  );
  const { items } = await someone.snapshot();
  const item = items.find(({ status }) => status === "interrupted")!;
  const { samples, rateHz } = await someone.recording();
  const tail = Math.round(((COMPARED_MS + SLOPE_MS) * rateHz) / 1_000);
  const found = endPosition(someone.sentSamples(item.id), Array.from(samples.subarray(-tail)), rateHz)!;
  const errorMs = item.heardMs! - found.atMs;
  process.stdout.write(
    `heard ${item.heardMs} ms; the last sound that left the player is at ${found.atMs.toFixed(1)} ms: ` +
      `error ${errorMs.toFixed(1)} ms\n`,
  );
  return { item, errorMs };
}
