// From the queue at 24 kHz to the device's rate, quantum by quantum, with the reports the conversation relies
// on. The playback worklet is a shell around this class.

import { SAMPLE_RATE_HZ } from "../../audio/format.ts";
import { assertNever } from "../../assert.ts";
import { Holding } from "./holding.ts";
import { LevelMeter } from "./level-meter.ts";
import { PlaybackQueue, latencySamples, type Played } from "./playback-queue.ts";
import type { PageToPlayback, PlaybackCounters, PlaybackOptions, PlaybackToPage } from "./port-messages.ts";
import { Resampler } from "./resampler.ts";
import { SoftEdges } from "./soft-edges.ts";

/** A flush ends the voice inside one quantum of 128; this slope at its start spares the ear a click. */
export const FLUSH_RAMP_SAMPLES = 64;
/** Samples moved from the queue at a time; a quantum at any usual rate needs fewer than 700. */
const SCRATCH_SAMPLES = 1024;

export class Player {
  readonly #queue = new PlaybackQueue();
  readonly #edges = new SoftEdges();
  readonly #resampler: Resampler;
  readonly #holding: Holding;
  readonly #meter: LevelMeter;
  readonly #post: (message: PlaybackToPage) => void;
  readonly #scratch = new Float32Array(SCRATCH_SAMPLES);
  readonly #deviceRateHz: number;
  readonly #reportEverySamples: number;
  /** Made once: nothing is allocated per quantum. */
  readonly #tell = ({ itemId, playedMs, underruns, gapMs }: Played, done: boolean): void =>
    this.#post({ type: "played", itemId, playedMs, done, underruns, gapMs });
  #sinceReport = 0;
  /** A held voice whose device still plays what it had. */
  #isComingToRest = false;
  #latencyMs = 0;
  #lastSample = 0;
  #ramp: { from: number } | null = null;
  #isQuiet = true;
  #toldCounters: PlaybackCounters = { underruns: 0, gapMs: 0, droppedSamples: 0, lateFrames: 0 };

  constructor(deviceRateHz: number, options: PlaybackOptions, post: (message: PlaybackToPage) => void) {
    this.#deviceRateHz = deviceRateHz;
    this.#resampler = new Resampler(SAMPLE_RATE_HZ, deviceRateHz);
    this.#holding = new Holding(deviceRateHz);
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
      case "hold":
        this.#holding.hold();
        // Told at once, and once more when it is final: whatever comes of the hold, what was heard is known.
        this.#sinceReport = this.#reportEverySamples;
        this.#isComingToRest = true;
        break;
      case "resume":
        this.#holding.resume();
        this.#isComingToRest = false;
        break;
      default:
        assertNever(message);
    }
  }

  /** Fills one quantum. */
  render(output: Float32Array): void {
    const isIdle = this.#queue.isEmpty && this.#isQuiet && this.#ramp === null;
    const sounding = this.#holding.sounding(output.length);
    if (isIdle) output.fill(0);
    else this.#play(output, sounding);
    this.#holding.shape(output, sounding);
    if (this.#ramp !== null) this.#rampDown(output, this.#ramp.from);
    this.#lastSample = output.at(-1)!;
    this.#meter.push(output, output.length);
    this.#report(output.length);
  }

  /** Only the first `sounding` samples are taken from the voice: a held one stands still. */
  #play(output: Float32Array, sounding: number): void {
    for (let needed = this.#resampler.needed(sounding); needed > 0;) {
      const some = Math.min(needed, SCRATCH_SAMPLES);
      this.#edges.smooth(this.#scratch, this.#queue.read(this.#scratch, some), some);
      this.#resampler.write(this.#scratch, some);
      needed -= some;
    }
    this.#resampler.read(output, sounding);
    output.fill(0, sounding);
    if (sounding === output.length) this.#isQuiet = output.every(isZero);
  }

  #flush(): void {
    const played = this.#queue.flush(this.#delaySamples());
    // What waits in the filter has not been heard and must not be.
    this.#resampler.reset();
    this.#edges.reset();
    this.#holding.release();
    this.#isComingToRest = false;
    this.#isQuiet = true;
    this.#ramp = { from: this.#lastSample };
    for (const one of played) this.#tell(one, true);
  }

  #rampDown(output: Float32Array, from: number): void {
    const length = Math.min(FLUSH_RAMP_SAMPLES, output.length);
    for (let index = 0; index < length; index++) output[index]! += from * (1 - (index + 1) / length);
    this.#ramp = null;
  }

  #delaySamples(): number {
    const stoodStill = this.#holding.stoodStill((this.#latencyMs * this.#deviceRateHz) / 1000);
    return (
      this.#resampler.pending + latencySamples(this.#latencyMs - (stoodStill * 1000) / this.#deviceRateHz)
    );
  }

  #report(renderedSamples: number): void {
    this.#sinceReport += renderedSamples;
    const delaySamples = this.#delaySamples();
    const isAtRest = this.#isComingToRest && this.#holding.isStill && delaySamples <= this.#resampler.pending;
    if (isAtRest) this.#isComingToRest = false;
    const isDue = isAtRest || this.#sinceReport >= this.#reportEverySamples;
    if (isDue) this.#sinceReport = 0;
    if (!this.#queue.isEmpty) this.#queue.report(delaySamples, isDue, this.#tell);
    if (isDue) this.#reportCounters();
  }

  #reportCounters(): void {
    const { counters } = this.#queue;
    const told = this.#toldCounters;
    const isOld =
      counters.underruns === told.underruns &&
      counters.gapMs === told.gapMs &&
      counters.droppedSamples === told.droppedSamples &&
      counters.lateFrames === told.lateFrames;
    if (isOld) return;
    this.#toldCounters = counters;
    this.#post({ type: "counters", counters });
  }
}

function isZero(sample: number): boolean {
  return sample === 0;
}
