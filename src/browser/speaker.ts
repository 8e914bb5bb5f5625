// The playback worklet as the page sees it: frames in, reports of what was heard out. The queue itself lives
// on the audio thread, so that a busy page neither stutters nor speaks on after a flush.

import { BYTES_PER_MS, BYTES_PER_SAMPLE } from "../audio/format.ts";
import { PLAYBACK_REPORT_MS } from "../protocol/messages.ts";
import type { AudioDevice } from "./audio-device.ts";
import {
  PLAYBACK_PROCESSOR,
  type PageToPlayback,
  type PlaybackCounters,
  type PlaybackOptions,
  type PlaybackToPage,
} from "./worklets/port-messages.ts";

/** The contract's interval less the time a report takes to get out of the audio thread. */
const REPORT_EVERY_MS = PLAYBACK_REPORT_MS * 0.8;
/** Audio that may wait for the worklet to load: 30 s, far more than a load takes. The rest is dropped. */
const MAX_WAITING_BYTES = 30_000 * BYTES_PER_MS;

export interface PlayedReport {
  itemId: string;
  playedMs: number;
  done: boolean;
  /** How often the speaker ran dry in the middle of this item so far, and the silence that cost. */
  underruns?: number;
  gapMs?: number;
}

export interface SpeakerListener {
  onPlayed(report: PlayedReport): void;
  onLevel(level: number): void;
  onCounters(counters: PlaybackCounters): void;
  /** No sound can be had here. Said once, until there was sound again. */
  onFailed(): void;
}

/** The call's own view of it; tests have another. */
export interface SpeakerPort {
  /** Inside a gesture: from here on there may be sound. */
  prepare(): void;
  begin(itemId: string, fromMs: number): void;
  push(samples: ArrayBuffer): void;
  end(itemId: string, totalMs: number): void;
  flush(): void;
  /** Silence at the very sample, until `resume` goes on from it or `flush` drops the rest. */
  hold(): void;
  resume(): void;
}

/** What the speaker needs of the device; tests have another. */
export type SpeakerDevice = Pick<AudioDevice, "context" | "unlock" | "load" | "latencyMs">;

export class Speaker implements SpeakerPort {
  readonly #device: SpeakerDevice;
  readonly #listener: SpeakerListener;
  #node: AudioWorkletNode | null = null;
  #isStarting = false;
  /** No worklet can be had: it is tried again at the next gesture, not at each frame. */
  #hasFailed = false;
  #isFailureTold = false;
  #waiting: PageToPlayback[] = [];
  #waitingBytes = 0;
  #toldLatencyMs = 0;
  #counters: PlaybackCounters = { underruns: 0, gapMs: 0, droppedSamples: 0, lateFrames: 0 };
  /** Samples that found no room before there was a worklet. */
  #lostSamples = 0;

  constructor(device: SpeakerDevice, listener: SpeakerListener) {
    this.#device = device;
    this.#listener = listener;
  }

  prepare(): void {
    this.#hasFailed = false;
    try {
      this.#device.unlock();
    } catch {
      // Typing goes on without sound.
      return this.#fail();
    }
    void this.#start();
  }

  begin(itemId: string, fromMs: number): void {
    this.#tellLatency();
    this.#post({ type: "begin", itemId, fromMs });
  }

  push(samples: ArrayBuffer): void {
    this.#post({ type: "audio", samples }, [samples]);
  }

  end(itemId: string, totalMs: number): void {
    this.#post({ type: "end", itemId, totalMs });
  }

  flush(): void {
    if (this.#node === null && this.#waiting.length === 0) return;
    this.#post({ type: "flush", latencyMs: this.#device.latencyMs });
  }

  hold(): void {
    // Before there is a worklet nothing sounds.
    this.#node?.port.postMessage({ type: "hold" } satisfies PageToPlayback, []);
  }

  resume(): void {
    this.#node?.port.postMessage({ type: "resume" } satisfies PageToPlayback, []);
  }

  #post(message: PageToPlayback, transfer: ArrayBuffer[] = []): void {
    if (this.#node !== null) {
      this.#node.port.postMessage(message, transfer);
      return;
    }
    const bytes = message.type === "audio" ? message.samples.byteLength : 0;
    if (this.#hasFailed || this.#waitingBytes + bytes > MAX_WAITING_BYTES) {
      this.#lostSamples += bytes / BYTES_PER_SAMPLE;
      this.#tellCounters();
      return;
    }
    this.#waitingBytes += bytes;
    this.#waiting.push(message);
    void this.#start();
  }

  async #start(): Promise<void> {
    if (this.#node !== null || this.#isStarting) return;
    this.#isStarting = true;
    try {
      await this.#device.load("playback");
      this.#node = this.#connect();
    } catch {
      this.#fail();
    } finally {
      this.#isStarting = false;
    }
    if (this.#node === null) return;
    this.#isFailureTold = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const message of waiting) this.#post(message, message.type === "audio" ? [message.samples] : []);
  }

  #fail(): void {
    this.#hasFailed = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (this.#isFailureTold) return;
    this.#isFailureTold = true;
    this.#listener.onFailed();
  }

  #connect(): AudioWorkletNode {
    const { context } = this.#device;
    const node = new AudioWorkletNode(context, PLAYBACK_PROCESSOR, {
      numberOfInputs: 0,
      numberOfOutputs: 1,
      outputChannelCount: [1],
      processorOptions: { reportEveryMs: REPORT_EVERY_MS } satisfies PlaybackOptions,
    });
    node.port.addEventListener("message", ({ data }) => this.#received(data as PlaybackToPage));
    node.port.start();
    node.addEventListener("processorerror", () => {
      if (this.#node !== node) return;
      // A processor that threw is silent for ever; the next gesture gets a new one.
      this.#node = null;
      node.disconnect();
      this.#fail();
    });
    node.connect(context.destination);
    return node;
  }

  #received(message: PlaybackToPage): void {
    if (message.type === "level") this.#listener.onLevel(message.level);
    else if (message.type === "counters") {
      this.#counters = message.counters;
      this.#tellCounters();
    } else {
      const { itemId, playedMs, done, underruns, gapMs } = message;
      this.#listener.onPlayed({ itemId, playedMs, done, underruns, gapMs });
      this.#tellLatency();
    }
  }

  #tellCounters(): void {
    const droppedSamples = this.#counters.droppedSamples + this.#lostSamples;
    this.#listener.onCounters({ ...this.#counters, droppedSamples });
  }

  /** Only the page can ask the context for it, and it changes when headphones are put on. */
  #tellLatency(): void {
    const { latencyMs } = this.#device;
    if (Math.abs(latencyMs - this.#toldLatencyMs) < 1) return;
    this.#toldLatencyMs = latencyMs;
    this.#post({ type: "latency", latencyMs });
  }
}
