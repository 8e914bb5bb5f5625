// From the microphone's quanta at the device's rate to frames at ours: resample, cut, measure. The capture
// worklet is a shell around this class.

import { SAMPLE_RATE_HZ } from "../../audio/format.ts";
import { FrameChunker } from "./frame-chunker.ts";
import { LevelMeter } from "./level-meter.ts";
import type { CaptureToPage } from "./port-messages.ts";
import { Resampler } from "./resampler.ts";

/** What one pass through the resampler may yield; a render quantum of 128 needs at most 192 (from 16 kHz). */
const SCRATCH_SAMPLES = 512;

export class Recorder {
  readonly #resampler: Resampler;
  readonly #chunker: FrameChunker;
  readonly #meter: LevelMeter;
  readonly #scratch = new Float32Array(SCRATCH_SAMPLES);

  constructor(deviceRateHz: number, post: (message: CaptureToPage, transfer: ArrayBuffer[]) => void) {
    this.#resampler = new Resampler(deviceRateHz, SAMPLE_RATE_HZ);
    this.#meter = new LevelMeter(deviceRateHz, (level) => post({ type: "level", level }, []));
    this.#chunker = new FrameChunker((frame) => {
      post({ type: "frame", samples: frame.buffer }, [frame.buffer]);
    });
  }

  recycle(samples: ArrayBuffer): void {
    this.#chunker.recycle(samples);
  }

  push(input: Float32Array): void {
    this.#meter.push(input, input.length);
    this.#resampler.write(input, input.length);
    let count: number;
    do {
      count = this.#resampler.read(this.#scratch, SCRATCH_SAMPLES);
      this.#chunker.push(this.#scratch, count);
    } while (count === SCRATCH_SAMPLES);
  }
}
