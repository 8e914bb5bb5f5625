// The page's one AudioContext, for both directions: one clock, and the rate the device likes. Other rates are
// our own affair (`worklets/resampler.ts`), for not every browser takes a context at 24 kHz beside a
// microphone at another rate.

/** More latency than any wireless headphone has; a larger number is a wrong one. */
const MAX_LATENCY_MS = 1_000;

export class AudioDevice {
  #context: AudioContext | null = null;
  readonly #modules = new Map<string, Promise<void>>();

  get context(): AudioContext {
    this.#context ??= new AudioContext({ latencyHint: "interactive" });
    return this.#context;
  }

  /** To be called inside a tap or a key press, before any `await`: browsers give sound to no one else. */
  unlock(): void {
    const { context } = this;
    if (context.state !== "running") context.resume().catch(stayQuiet);
  }

  /** A phone call or a closed lid suspends what was unlocked; the next gesture brings it back. */
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
}

/** A refused resume is met again at the next gesture. */
function stayQuiet(): void {}
