// The harness itself: what the other browser tests take for granted.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { unpackChromium } from "../../../src/dev/unpack-chromium.ts";
import { launch } from "../chromium.ts";
import { encodeWav } from "../wav.ts";

const RATE_HZ = 24_000;
const TONE_HZ = 1_000;
const AMPLITUDE = 0.3;

const WORKLET = `registerProcessor("capture", class extends AudioWorkletProcessor {
  process([[samples]]) { if (samples) this.port.postMessage(samples.slice()); return true; }
});`;

/** One second of a tone, then half a second of silence. */
function toneWav(): Buffer {
  const samples = new Int16Array(RATE_HZ * 1.5);
  for (let index = 0; index < RATE_HZ; index += 1) {
    samples[index] = Math.round(AMPLITUDE * Math.sin((2 * Math.PI * TONE_HZ * index) / RATE_HZ) * 32_767);
  }
  return encodeWav(samples);
}

async function servePage(): Promise<string> {
  const server = createServer((request, response) => {
    const isWorklet = request.url === "/capture.js";
    response.setHeader("content-type", isWorklet ? "text/javascript" : "text/html");
    response.end(isWorklet ? WORKLET : "<!doctype html><title>page</title>");
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Runs in the page: what the microphone heard in a second and a quarter, through a 24 kHz worklet. */
async function listen(rateHz: number): Promise<number[]> {
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const microphone = await navigator.mediaDevices.getUserMedia({ audio });
  const context = new AudioContext({ sampleRate: rateHz });
  await context.audioWorklet.addModule("/capture.js");
  const capture = new AudioWorkletNode(context, "capture");
  const heard: number[] = [];
  const enough = new Promise<number[]>((resolve) => {
    capture.port.addEventListener("message", ({ data }: MessageEvent<Float32Array>) => {
      heard.push(...data);
      if (heard.length > rateHz * 1.25) resolve(heard);
    });
    capture.port.start();
  });
  context.createMediaStreamSource(microphone).connect(capture).connect(context.destination);
  return await enough;
}

it("DV14 what the fake microphone plays reaches a 24 kHz worklet unchanged, without a click", async () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-tone-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const wav = join(folder, "tone.wav");
  writeFileSync(wav, toneWav());

  const browser = await launch({ microphoneWav: wav });
  onTestFinished(async () => await browser.close());
  const page = await browser.newPage();
  await page.goto(await servePage());
  const heard = await page.evaluate(listen, RATE_HZ);

  const half = heard.slice(RATE_HZ / 4, (RATE_HZ * 3) / 4);
  const part = (wave: (angle: number) => number) =>
    half.reduce((sum, sample, index) => sum + sample * wave((2 * Math.PI * TONE_HZ * index) / RATE_HZ), 0);
  const amplitude = (2 * Math.hypot(part(Math.sin), part(Math.cos))) / half.length;
  expect(amplitude).toBeCloseTo(AMPLITUDE, 2);
});

/** The package holds a program for one kind of machine. */
const isForThisMachine = process.platform === "linux" && process.arch === "x64";

it.skipIf(!isForThisMachine)(
  "DV9 the Chromium from npm starts, draws letters and has a microphone",
  async () => {
    const browser = await launch({ browser: await unpackChromium() });
    onTestFinished(async () => await browser.close());
    const page = await browser.newPage();
    await page.goto(await servePage());
    const [width, microphones] = await page.evaluate(async () => {
      document.body.innerHTML = "<span>letters</span>";
      const devices = await navigator.mediaDevices.enumerateDevices();
      const { width: widthPx } = document.querySelector("span")!.getBoundingClientRect();
      return [widthPx, devices.filter((device) => device.kind === "audioinput").length] as const;
    });
    expect(width).toBeGreaterThan(0);
    expect(microphones).toBeGreaterThan(0);
  },
);
