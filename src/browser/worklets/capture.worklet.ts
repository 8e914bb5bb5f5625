// The microphone's end of the audio thread. A shell: what happens to the samples is in `recorder.ts`.

import type { PageToCapture } from "./port-messages.ts";
import { CAPTURE_PROCESSOR } from "./port-messages.ts";
import { Recorder } from "./recorder.ts";

class CaptureProcessor extends AudioWorkletProcessor {
  readonly #recorder = new Recorder(sampleRate, (message, transfer) =>
    this.port.postMessage(message, transfer),
  );
  #closed = false;

  constructor() {
    super();
    this.port.addEventListener("message", ({ data }) => {
      const message = data as PageToCapture;
      if (message.type === "recycle") this.#recorder.recycle(message.samples);
      else this.#closed = true;
    });
    this.port.start();
  }

  process(inputs: Float32Array[][]): boolean {
    if (this.#closed) return false;
    // No channel at all while the track is still starting or has ended.
    const channel = inputs[0]?.[0];
    if (channel !== undefined) this.#recorder.push(channel);
    return true;
  }
}

registerProcessor(CAPTURE_PROCESSOR, CaptureProcessor);
