// A person in front of the page: a browser whose microphone plays a sound file, and a tap on what the page gives to
// the speaker. Everything is seen as a person or their sound card would; nothing of the page is reached into.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Locator, Page } from "playwright-core";
import type { ConversationSnapshot, Item } from "../../../src/protocol/messages.ts";
import { SAMPLES_PER_MS } from "../../../src/audio/format.ts";
import { launch } from "../chromium.ts";
import { encodeWav } from "../wav.ts";
import { installRoom } from "./room.ts";
import type { Room } from "./room.ts";

/** What left the player, at the device's rate. */
export interface Recording {
  rateHz: number;
  /** From the first non-zero sample on. */
  samples: Float32Array;
  /** By the device's clock: where the samples begin, and the one after the last that is not zero. */
  firstFrame: number;
  lastFrame: number;
  /** Latency the audio context reports, ms: what it had handed out and the device had not played yet. */
  latencyMs: number;
}

/** The audio of an item as the page was sent it. */
export interface SentAudio {
  totalMs: number;
  /** Where the first sound in it is, and the end of the last. */
  leadMs: number;
  soundEndMs: number;
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

/** Runs in the page before its own code: the microphone's sound comes as it is, so that it can be compared. */
function takeProcessingOff(): void {
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
  devices.getUserMedia = async () => await open({ audio: plain });
}

export class TalkingPage {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #onClose: () => void;
  /** Binary frames the page received, after each `audio` message: the audio per item as it was sent. */
  readonly #sentAudio = new Map<string, Buffer[]>();
  /** Binary frames the page sent. */
  readonly #microphoneAudio: Buffer[] = [];
  readonly complaints: string[] = [];

  private constructor(page: Page, context: BrowserContext, onClose: () => void) {
    this.page = page;
    this.#context = context;
    this.#onClose = onClose;
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    this.#recordAudio();
  }

  /**
   * Opens the page at `url` with a microphone that will say `speech`, from each time it is opened. `plain` is one
   * whose sound the browser leaves alone: no echo, noise or level is taken care of. `room`: such a one, which also hears
   * what the page plays. `isAudible`: it plays on the machine's sound device.
   */
  static async open(
    url: string,
    speech: Int16Array,
    { plain = false, room, isAudible = false }: { plain?: boolean; room?: Room; isAudible?: boolean } = {},
  ): Promise<TalkingPage> {
    const folder = mkdtempSync(join(tmpdir(), "parley-microphone-"));
    const microphoneWav = join(folder, "microphone.wav");
    writeFileSync(microphoneWav, encodeWav(speech));
    const browser = await launch({ microphoneWav, isAudible });
    // The tap's module is a blob, which the page's own policy rightly forbids; `page.test.ts` keeps the policy.
    const context = await browser.newContext({ bypassCSP: true });
    await context.addInitScript(installTap, TAP_WORKLET);
    if (room !== undefined) await context.addInitScript(installRoom, room);
    else if (plain) await context.addInitScript(takeProcessingOff);
    const removeFolder = () => rmSync(folder, { recursive: true, force: true });
    const talking = new TalkingPage(await context.newPage(), context, removeFolder);
    await talking.page.goto(url);
    return talking;
  }

  /** The same person's second tab on the same address. It closes with the first one. */
  async anotherTab(): Promise<TalkingPage> {
    const another = new TalkingPage(await this.#context.newPage(), this.#context, () => {});
    await another.page.goto(this.page.url());
    return another;
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

  async isMicrophone(is: string): Promise<void> {
    await this.page.locator(`[data-testid="talk"][data-microphone="${is}"]`).waitFor();
  }

  async type(text: string): Promise<void> {
    await this.byTestId("text").fill(text);
    await this.byTestId("text").press("Enter");
  }

  /** Times the player had nothing to play in the middle of an item: gaps that no recording tells from pauses. */
  async underruns(): Promise<number> {
    return Number((await this.byTestId("metrics").getAttribute("data-underruns")) ?? 0);
  }

  /** The item as the conversation stores it. */
  async storedItem(id: string): Promise<Item> {
    const { items } = await this.snapshot();
    return items.find((item) => item.id === id)!;
  }

  /** The page's own key to the conversation. */
  async stored(): Promise<{ conversationId: string; token: string }> {
    return await this.page.evaluate(
      () =>
        JSON.parse(localStorage.getItem("parley.conversation")!) as { conversationId: string; token: string },
    );
  }

  /** The conversation as it is stored. */
  async snapshot(): Promise<ConversationSnapshot> {
    return await this.page.evaluate(
      async ({ conversationId, token }) => {
        const answer = await fetch(`/api/conversations/${conversationId}`, {
          headers: { Authorization: `Bearer ${token}` },
        });
        return (await answer.json()) as ConversationSnapshot;
      },
      await this.stored(),
    );
  }

  /** All that the page sent of its microphone, in the order it was sent. */
  microphoneSamples(): Int16Array {
    return samplesOf(this.#microphoneAudio);
  }

  /** All audio of the item that the page was sent, as often as it was sent. */
  sentSamples(itemId: string): Int16Array {
    return samplesOf(this.#sentAudio.get(itemId) ?? []);
  }

  sent(itemId: string): SentAudio {
    const samples = this.sentSamples(itemId);
    return {
      totalMs: samples.length / SAMPLES_PER_MS,
      leadMs: samples.findIndex((sample) => sample !== 0) / SAMPLES_PER_MS,
      soundEndMs: (samples.findLastIndex((sample) => sample !== 0) + 1) / SAMPLES_PER_MS,
    };
  }

  /** How much left the player so far, from the first sound to the last, less what the device still holds. */
  async heardMs(): Promise<number> {
    return await this.page.evaluate(() => {
      const { tap } = globalThis as unknown as {
        tap: { chunks: { frame: number; samples: Float32Array }[]; context: AudioContext };
      };
      const [first, last] = [tap.chunks[0], tap.chunks.at(-1)];
      if (first === undefined || last === undefined) return 0;
      const frames = last.frame + last.samples.length - first.frame;
      const latencyS = tap.context.baseLatency + (tap.context.outputLatency || 0);
      return (frames / tap.context.sampleRate - latencyS) * 1000;
    });
  }

  /** How much of what left the player so far was sound: speech is never quite silent, a player without audio is. */
  async soundMs(): Promise<number> {
    return await this.page.evaluate(() => {
      const { tap } = globalThis as unknown as {
        tap: { chunks: { samples: Float32Array }[]; context: AudioContext };
      };
      const frames = tap.chunks.reduce((sum, { samples }) => sum + samples.length, 0);
      return (frames * 1000) / tap.context.sampleRate;
    });
  }

  /** All that left the player so far, from the first audible sample of `fromFrame` on, gaps as silence. */
  async recording(fromFrame = 0): Promise<Recording> {
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
    await this.#context.browser()?.close();
    this.#onClose();
  }

  #recordAudio(): void {
    this.page.on("websocket", (socket) => {
      let current: Buffer[] | undefined;
      socket.on("framesent", ({ payload }) => {
        if (typeof payload !== "string") this.#microphoneAudio.push(payload);
      });
      socket.on("framereceived", ({ payload }) => {
        if (typeof payload !== "string") {
          current?.push(payload);
          return;
        }
        const message = JSON.parse(payload) as { type: string; itemId?: string };
        if (message.type === "audio" && message.itemId !== undefined) {
          current = this.#sentAudio.get(message.itemId) ?? [];
          this.#sentAudio.set(message.itemId, current);
        }
        if (message.type === "flush") current = undefined;
      });
    });
  }
}

function samplesOf(frames: readonly Buffer[]): Int16Array {
  // Copied: a buffer of the pool may begin at an odd byte.
  return new Int16Array(new Uint8Array(Buffer.concat(frames)).buffer);
}
