// The page's own decision to fall silent, in a real browser: how fast it is, and that a noise costs a pause and no word.
// All times are read off the audio clock: of the samples the microphone delivered and of those that left the player.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SAMPLE_RATE_HZ } from "../../../src/audio/format.ts";
import { CONFIRM_WAIT_MS } from "../../../src/browser/voice-hold.ts";
import { PING } from "../../../src/protocol/messages.ts";
import { runDev } from "../run-dev.ts";
import type { TestDevServer } from "../run-dev.ts";
import { speechAt } from "../wav.ts";
import { TalkingPage } from "./talking-page.ts";

let server: TestDevServer;
beforeAll(async () => {
  server = await runDev();
});
afterAll(async () => {
  await server.stop();
});

/** From the press of the button on. */
const SOUND_AT_S = 1;
/** A frame of 40 ms and its way to the page, three of them for a word that begins softly, and the ramp. */
const MOST_UNTIL_SILENT_MS = 250;
const NOISE_MS = 200;
/** A frame to notice, a timer, a quantum or two; and a machine that is busy. */
const SLACK_MS = 150;
/** Slopes, the resampler's ringing, and ends of a voice too soft for 16 bits. */
const TOLERANCE_MS = 20;

interface Watched {
  /** The first sample of the microphone that is no silence, by the audio clock. */
  onsetS: number;
  /** When the page told its player what. */
  told: { what: string; atS: number }[];
  socket?: WebSocket;
}

/** Its answer takes some seconds. */
const QUESTION = "What time is it in Tokyo and in Paris?";

/** Runs in the page before the microphone is opened: notes when it sounds, and what the player is told. */
function watch(): void {
  const world = globalThis as unknown as { tap: { context: AudioContext }; watched: Watched };
  const { context } = world.tap;
  world.watched = { onsetS: 0, told: [] };
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    const ear = new AudioWorkletNode(context, "tap", { numberOfOutputs: 0 });
    ear.port.addEventListener("message", ({ data }) => {
      const { frame, samples } = data as { frame: number; samples: Float32Array };
      const at = samples.findIndex((sample) => Math.abs(sample) > 0.01);
      if (at !== -1) world.watched.onsetS ||= (frame + at) / context.sampleRate;
    });
    ear.port.start();
    context.createMediaStreamSource(stream).connect(ear);
    return stream;
  };
  // oxlint-disable-next-line typescript/unbound-method -- called with its port below
  const post = MessagePort.prototype.postMessage as (this: MessagePort, ...message: unknown[]) => void;
  MessagePort.prototype.postMessage = function (this: MessagePort, ...message: unknown[]) {
    const { type } = message[0] as { type?: string };
    if (type === "hold" || type === "resume" || type === "flush") {
      world.watched.told.push({ what: type, atS: context.currentTime });
    }
    post.call(this, ...message);
  } as never;
  // oxlint-disable-next-line typescript/unbound-method -- called with its socket below
  const send = WebSocket.prototype.send as (this: WebSocket, data: unknown) => void;
  WebSocket.prototype.send = function (this: WebSocket, data: unknown) {
    world.watched.socket = this;
    send.call(this, data);
  } as never;
}

/** Runs in the page: how long a message takes to the Worker and its answer back, in ms. */
async function measureWire(ping: string): Promise<number> {
  const { socket } = (globalThis as unknown as { watched: Watched }).watched;
  const sentAt = performance.now();
  return await new Promise((resolve) => {
    socket!.addEventListener("message", ({ data }) => {
      if (typeof data === "string" && data.includes("pong")) resolve(performance.now() - sentAt);
    });
    socket!.send(ping);
  });
}

async function watched(someone: TalkingPage): Promise<Watched> {
  return await someone.page.evaluate(() => {
    const { onsetS, told } = (globalThis as unknown as { watched: Watched }).watched;
    return { onsetS, told };
  });
}

/** The agent speaks, and the microphone is open. */
async function startAnswer(microphone: Int16Array): Promise<TalkingPage> {
  const someone = await TalkingPage.open(server.url, microphone, { plain: true });
  await someone.type(QUESTION);
  await someone.isIn("speaking");
  await someone.page.waitForFunction(() => "context" in (globalThis as unknown as { tap: object }).tap);
  await someone.page.evaluate(watch);
  await someone.byTestId("talk").click();
  return someone;
}

/** Silence because the network, or this machine, was late: it is no part of what is measured here. */
async function gapMs(someone: TalkingPage): Promise<number> {
  return Number((await someone.byTestId("metrics").getAttribute("data-gap-ms")) ?? 0);
}

/** A cough to the ear: noise that comes at once and dies away. */
function cough(): Int16Array {
  const samples = new Int16Array((SOUND_AT_S + 1.5) * SAMPLE_RATE_HZ);
  const length = (NOISE_MS * SAMPLE_RATE_HZ) / 1_000;
  for (let index = 0; index < length; index++) {
    const noise = ((Math.imul(index + 1, 0x9e3779b1) >>> 16) % 2_001) / 1_000 - 1;
    samples[SOUND_AT_S * SAMPLE_RATE_HZ + index] = 12_000 * noise * (1 - index / length);
  }
  return samples;
}

/** The item that was spoken first, as soon as it stands so. */
async function spokenItem(someone: TalkingPage, status: string): Promise<string> {
  const item = someone.page.locator(
    `[data-testid="item"][data-role="assistant"][data-kind="message"][data-status="${status}"]`,
  );
  await item.first().waitFor();
  return (await item.first().getAttribute("data-item-id"))!;
}

describe("a sound over the answer", () => {
  it("PG36 a voice is met with silence before the model has noticed it", async () => {
    const someone = await startAnswer(speechAt([[SOUND_AT_S, "What time is it in Paris?"]], "slt"));
    try {
      await spokenItem(someone, "interrupted");
      const { rateHz, lastFrame, latencyMs } = await someone.recording();
      const { onsetS, told } = await watched(someone);
      const hold = told.find(({ what }) => what === "hold")!;
      const flush = told.find(({ what }) => what === "flush")!;
      const ms = (fromS: number, toS: number): number => Math.round((toS - fromS) * 1_000);
      const wireMs = Math.round(await someone.page.evaluate(measureWire, PING));
      const silentMs = ms(onsetS, lastFrame / rateHz);
      process.stdout.write(
        `silent ${silentMs} ms after the onset at the microphone (the device plays ${Math.round(latencyMs)} ms more): ` +
          `local detection ${ms(onsetS, hold.atS)} ms, player ${ms(hold.atS, lastFrame / rateHz)} ms; ` +
          `flush ${ms(onsetS, flush.atS)} ms after it, of which the page's wire there and back ${wireMs} ms\n`,
      );
      expect(silentMs).toBeLessThan(MOST_UNTIL_SILENT_MS);
      expect(hold.atS).toBeLessThan(flush.atS);
    } finally {
      await someone.close();
    }
  });

  it("PG37 a cough is a pause, and the whole answer is heard", async () => {
    const someone = await startAnswer(cough());
    try {
      const id = await spokenItem(someone, "completed");
      await someone.isIn("listening");
      const { told } = await watched(someone);
      expect(told.map(({ what }) => what)).toEqual(["hold", "resume"]);
      const pauseMs = (told[1]!.atS - told[0]!.atS) * 1_000;
      const { rateHz, firstFrame, lastFrame } = await someone.recording();
      const { leadMs, soundEndMs } = someone.sent(id);
      const playedMs = ((lastFrame - firstFrame) / rateHz) * 1_000 - (await gapMs(someone));
      process.stdout.write(
        `a noise of ${NOISE_MS} ms: silent for ${Math.round(pauseMs)} ms; the answer of ` +
          `${Math.round(soundEndMs - leadMs)} ms took ${Math.round(playedMs)} ms\n`,
      );
      expect(pauseMs).toBeLessThan(NOISE_MS + CONFIRM_WAIT_MS + SLACK_MS);
      expect(Math.abs(playedMs - (soundEndMs - leadMs) - pauseMs)).toBeLessThan(TOLERANCE_MS);
    } finally {
      await someone.close();
    }
  });

  it("PG40 a context that stops in the middle goes on by itself, and the whole answer is heard", async () => {
    const someone = await TalkingPage.open(server.url, new Int16Array(SAMPLE_RATE_HZ));
    try {
      await someone.type(QUESTION);
      await someone.isIn("speaking");
      await someone.page.waitForFunction(() => {
        const { tap } = globalThis as unknown as { tap: { chunks: unknown[] } };
        // A third of a second of sound.
        return tap.chunks.length > 100;
      });
      await someone.page.evaluate(
        async () => await (globalThis as unknown as { tap: { context: AudioContext } }).tap.context.suspend(),
      );
      const id = await spokenItem(someone, "completed");
      await someone.isIn("listening");
      const { rateHz, firstFrame, lastFrame } = await someone.recording();
      const { leadMs, soundEndMs } = someone.sent(id);
      const playedMs = ((lastFrame - firstFrame) / rateHz) * 1_000 - (await gapMs(someone));
      // The audio clock stands still with the context.
      expect(Math.abs(playedMs - (soundEndMs - leadMs))).toBeLessThan(TOLERANCE_MS);
    } finally {
      await someone.close();
    }
  });
});
