// A person in front of the page: a browser whose microphone plays a sound file, and a tap on what the page gives to
// the speaker. Everything is seen as a person or their sound card would; nothing of the page is reached into.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { launch } from "../chromium.ts";
import { encodeWav } from "../wav.ts";

/** What left the player, at the device's rate. */
export interface Recording {
  rateHz: number;
  /** From the first non-zero sample on. */
  samples: Float32Array;
  /** Latency the audio context reports, ms: what it had handed out and the device had not played yet. */
  latencyMs: number;
}

/** Runs on the audio thread beside the player, and posts every quantum that is not silent with its frame number. */
const TAP_WORKLET = `registerProcessor("tap", class extends AudioWorkletProcessor {
  process([[samples]]) {
    if (samples && samples.some((sample) => sample !== 0)) this.port.postMessage({ frame: currentFrame, samples: samples.slice() });
    return true;
  }
});`;

/** Runs in the page before its own code: whatever is connected to the speaker is recorded as well. */
function installTap(worklet: string): void {
  const tapped = globalThis as unknown as {
    tap: { chunks: { frame: number; samples: Float32Array }[]; context?: AudioContext };
  };
  tapped.tap = { chunks: [] };
  // oxlint-disable-next-line typescript/unbound-method -- called with its node below
  const connect = AudioNode.prototype.connect as (this: AudioNode, ...to: unknown[]) => unknown;
  AudioNode.prototype.connect = function (this: AudioNode, ...to: unknown[]) {
    const context = this.context as AudioContext;
    if (
      to[0] === context.destination &&
      !(this instanceof AudioWorkletNode && tapped.tap.context === context)
    ) {
      tapped.tap.context = context;
      const module = URL.createObjectURL(new Blob([worklet], { type: "text/javascript" }));
      const record = async (): Promise<void> => {
        await context.audioWorklet.addModule(module);
        const tap = new AudioWorkletNode(context, "tap", { numberOfOutputs: 0 });
        tap.port.addEventListener("message", ({ data }) => tapped.tap.chunks.push(data as never));
        tap.port.start();
        connect.call(this, tap);
      };
      void record();
    }
    return connect.call(this, ...to);
  } as never;
}

export class TalkingPage {
  readonly page: Page;
  readonly #browser: Browser;
  readonly #folder: string;
  /** Binary frames the page received, after each `audio` message: the audio per item as it was sent. */
  readonly sentAudio = new Map<string, Buffer[]>();
  readonly complaints: string[] = [];

  private constructor(page: Page, browser: Browser, folder: string) {
    this.page = page;
    this.#browser = browser;
    this.#folder = folder;
  }

  /** Opens the page at `url` with a microphone that will say `speech`, once it is asked for. */
  static async open(url: string, speech: Int16Array): Promise<TalkingPage> {
    const folder = mkdtempSync(join(tmpdir(), "parley-microphone-"));
    const microphoneWav = join(folder, "microphone.wav");
    writeFileSync(microphoneWav, encodeWav(speech));
    const browser = await launch({ microphoneWav });
    // The tap's module is a blob, which the page's own policy rightly forbids; `page.test.ts` keeps the policy.
    const page = await browser.newPage({ bypassCSP: true });
    const talking = new TalkingPage(page, browser, folder);
    page.on("console", (message) => {
      if (message.type() === "error") talking.complaints.push(message.text());
    });
    page.on("pageerror", (error) => talking.complaints.push(String(error)));
    talking.#recordAudio();
    await page.addInitScript(installTap, TAP_WORKLET);
    await page.goto(url);
    return talking;
  }

  byTestId(id: string): Locator {
    return this.page.getByTestId(id);
  }

  items(role: "user" | "assistant", kind: "message" | "tool" = "message"): Locator {
    return this.page.locator(`[data-testid="item"][data-role="${role}"][data-kind="${kind}"]`);
  }

  async isIn(state: string): Promise<void> {
    await this.page.locator(`[data-testid="state"][data-state="${state}"]`).waitFor();
  }

  /** All that left the player so far, from the first audible sample of `fromFrame` on, gaps as silence. */
  async recording(fromFrame = 0): Promise<Recording & { firstFrame: number; lastFrame: number }> {
    const { rateHz, latencyMs, frames, chunks } = await this.page.evaluate((from) => {
      const { tap } = globalThis as unknown as {
        tap: { chunks: { frame: number; samples: Float32Array }[]; context: AudioContext };
      };
      const later = tap.chunks.filter((chunk) => chunk.frame >= from);
      return {
        rateHz: tap.context.sampleRate,
        latencyMs: (tap.context.baseLatency + (tap.context.outputLatency || 0)) * 1000,
        frames: later.map((chunk) => chunk.frame),
        chunks: later.map((chunk) => Array.from(chunk.samples)),
      };
    }, fromFrame);
    const firstFrame = frames[0] ?? 0;
    const samples = new Float32Array(
      frames.length === 0 ? 0 : frames.at(-1)! + chunks.at(-1)!.length - firstFrame,
    );
    for (const [index, chunk] of chunks.entries()) samples.set(chunk, frames[index]! - firstFrame);
    const start = Math.max(
      0,
      samples.findIndex((sample) => sample !== 0),
    );
    let end = samples.length;
    while (end > start && samples[end - 1] === 0) end--;
    return {
      rateHz,
      latencyMs,
      samples: samples.slice(start, end),
      firstFrame: firstFrame + start,
      lastFrame: firstFrame + end,
    };
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #recordAudio(): void {
    this.page.on("websocket", (socket) => {
      let current: Buffer[] | undefined;
      socket.on("framereceived", ({ payload }) => {
        if (typeof payload !== "string") {
          current?.push(payload);
          return;
        }
        const message = JSON.parse(payload) as { type: string; itemId?: string };
        if (message.type === "audio" && message.itemId !== undefined) {
          current = this.sentAudio.get(message.itemId) ?? [];
          this.sentAudio.set(message.itemId, current);
        }
        if (message.type === "flush") current = undefined;
      });
    });
  }
}
