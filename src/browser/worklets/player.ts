// From the queue at 24 kHz to the device's rate, quantum by quantum, with the reports the conversation relies
// on. The playback worklet is a shell around this class.

import { SAMPLE_RATE_HZ } from "../../audio/format.ts";
import { assertNever } from "../../assert.ts";
import { LevelMeter } from "./level-meter.ts";
import { PlaybackQueue, latencySamples, type Played } from "./playback-queue.ts";
import type { PageToPlayback, PlaybackOptions, PlaybackToPage } from "./port-messages.ts";
import { Resampler } from "./resampler.ts";

/** A flush ends the voice inside one quantum of 128; this slope at its start spares the ear a click. */
export const FLUSH_RAMP_SAMPLES = 64;
/** Samples moved from the queue at a time; a quantum at any usual rate needs fewer than 700. */
const SCRATCH_SAMPLES = 1024;

export class Player {
  readonly #queue = new PlaybackQueue();
  readonly #resampler: Resampler;
  readonly #meter: LevelMeter;
  readonly #post: (message: PlaybackToPage) => void;
  readonly #scratch = new Float32Array(SCRATCH_SAMPLES);
  readonly #reportEverySamples: number;
  /** Made once: nothing is allocated per quantum. */
  readonly #tell = ({ itemId, playedMs }: Played, done: boolean): void =>
    this.#post({ type: "played", itemId, playedMs, done });
  #sinceReport = 0;
  #latencyMs = 0;
  #lastSample = 0;
  #ramp: { from: number } | null = null;
  #isQuiet = true;
  #toldCounters = 0;

  constructor(deviceRateHz: number, options: PlaybackOptions, post: (message: PlaybackToPage) => void) {
    this.#resampler = new Resampler(SAMPLE_RATE_HZ, deviceRateHz);
    this.#meter = new LevelMeter(deviceRateHz, (level) => post({ type: "level", level }));
    this.#reportEverySamples = Math.floor((deviceRateHz * options.reportEveryMs) / 1000);
    this.#post = post;
  }

  receive(message: PageToPlayback): void {
    switch (message.type) {
      case "begin":
        this.#queue.begin(message.itemId, message.fromMs);
        break;
      case "audio":
        // Every platform with a browser is little-endian, as the wire is. A stray last byte is left out.
        this.#queue.push(new Int16Array(message.samples, 0, message.samples.byteLength >> 1));
        break;
      case "end":
        this.#queue.end(message.itemId);
        break;
      case "latency":
        this.#latencyMs = message.latencyMs;
        break;
      case "flush":
        this.#latencyMs = message.latencyMs;
        this.#flush();
        break;
      default:
        assertNever(message);
    }
  }

  /** Fills one quantum. */
  render(output: Float32Array): void {
    if (this.#queue.isEmpty && this.#isQuiet && this.#ramp === null) output.fill(0);
    else this.#play(output);
    this.#meter.push(output, output.length);
    this.#report(output.length);
  }

  #play(output: Float32Array): void {
    for (let needed = this.#resampler.needed(output.length); needed > 0;) {
      const some = Math.min(needed, SCRATCH_SAMPLES);
      this.#queue.read(this.#scratch, some);
      this.#resampler.write(this.#scratch, some);
      needed -= some;
    }
    this.#resampler.read(output, output.length);
    if (this.#ramp !== null) this.#rampDown(output, this.#ramp.from);
    this.#lastSample = output.at(-1)!;
    this.#isQuiet = output.every(isZero);
  }

  #flush(): void {
    const played = this.#queue.flush(this.#delaySamples());
    // What waits in the filter has not been heard and must not be.
    this.#resampler.reset();
    this.#ramp = { from: this.#lastSample };
    for (const one of played) this.#tell(one, true);
  }

  #rampDown(output: Float32Array, from: number): void {
    const length = Math.min(FLUSH_RAMP_SAMPLES, output.length);
    for (let index = 0; index < length; index++) output[index]! += from * (1 - (index + 1) / length);
    this.#ramp = null;
  }

  #delaySamples(): number {
    return this.#resampler.pending + latencySamples(this.#latencyMs);
  }

  #report(renderedSamples: number): void {
    this.#sinceReport += renderedSamples;
    const isDue = this.#sinceReport >= this.#reportEverySamples;
    if (isDue) this.#sinceReport = 0;
    if (!this.#queue.isEmpty) {
      this.#queue.report(this.#delaySamples(), isDue, this.#tell);
    }
    if (isDue) this.#reportCounters();
  }

  #reportCounters(): void {
    const { underruns, droppedSamples, lateFrames } = this.#queue.counters;
    const sum = underruns + droppedSamples + lateFrames;
    if (sum === this.#toldCounters) return;
    this.#toldCounters = sum;
    this.#post({ type: "counters", counters: { underruns, droppedSamples, lateFrames } });
  }
}

function isZero(sample: number): boolean {
  return sample === 0;
}
