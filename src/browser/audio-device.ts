// The page's one AudioContext, for both directions: one clock, and the rate the device likes. Other rates are
// our own affair (`worklets/resampler.ts`), for not every browser takes a context at 24 kHz beside a
// microphone at another rate.

import type { Clock } from "./clock.ts";

/** More latency than any wireless headphone has; a larger number is a wrong one. */
const MAX_LATENCY_MS = 1_000;
/** A context that will run does so within this; one that does not is held back, by the browser or by a phone call. */
export const START_WAIT_MS = 1_000;

export interface AudioDeviceDeps {
  /** May throw: some browsers and machines have no sound to give. */
  create(): AudioContext;
  clock: Clock;
  /** Nothing is heard, in either direction, until the browser is asked inside a gesture; or sound is there again. */
  onPaused(isPaused: boolean): void;
}

export class AudioDevice {
  readonly #deps: AudioDeviceDeps;
  #context: AudioContext | null = null;
  readonly #modules = new Map<string, Promise<void>>();
  #isPaused = false;
  #hasRun = false;
  #cancelWait: (() => void) | null = null;

  constructor(deps: AudioDeviceDeps) {
    this.#deps = deps;
  }

  get context(): AudioContext {
    this.#context ??= this.#create();
    return this.#context;
  }

  /** To be called inside a tap or a key press, before any `await`: browsers give sound to no one else. */
  unlock(): void {
    const { context } = this;
    if (context.state !== "running") context.resume().catch(stayQuiet);
  }

  /** A phone call or a closed lid suspends what was unlocked; the next gesture, or another device, brings it back. */
  unlockAgain(): void {
    if (this.#context !== null) this.unlock();
  }

  /** Loads a worklet's file once. */
  async load(name: "capture" | "playback"): Promise<void> {
    const url = new URL(`${name}.js`, import.meta.url).href;
    const loading = this.#modules.get(url) ?? this.context.audioWorklet.addModule(url);
    this.#modules.set(url, loading);
    try {
      await loading;
    } catch (error) {
      this.#modules.delete(url);
      throw error;
    }
  }

  /** From the worklet's output to the air. Safari has no `outputLatency`; what it leaves out is a few ms. */
  get latencyMs(): number {
    if (this.#context === null) return 0;
    const { baseLatency, outputLatency } = this.#context;
    const ms = ((baseLatency || 0) + (outputLatency || 0)) * 1000;
    return Math.min(MAX_LATENCY_MS, Math.max(0, ms));
  }

  #create(): AudioContext {
    const context = this.#deps.create();
    context.addEventListener("statechange", () => this.#watch(context));
    this.#watch(context);
    return context;
  }

  #watch(context: AudioContext): void {
    this.#cancelWait?.();
    this.#cancelWait = null;
    if (context.state === "running") {
      this.#hasRun = true;
      this.#paused(false);
      return;
    }
    this.#cancelWait = this.#deps.clock.after(START_WAIT_MS, () => this.#paused(true));
    // A device that was unplugged stops the context; asked once, the browser goes on with another one. The queue
    // stands still meanwhile, so that nothing is lost or counted as heard.
    if (this.#hasRun) context.resume().catch(stayQuiet);
  }

  #paused(isPaused: boolean): void {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    this.#deps.onPaused(isPaused);
  }
}

/** A refused resume is met again at the next gesture. */
function stayQuiet(): void {}
