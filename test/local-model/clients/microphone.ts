// A microphone for clients that take audio as it is recorded: frames at a steady pace, speech when there is some to
// say and silence otherwise, for as long as it is on. A server's turn detection lives on that silence.

import { msToSamples } from "../../../src/audio/format.ts";

const FRAME_MS = 40;
/** Faster than real time, so that a test need not last as long as its conversation. */
const PACE = 5;

export class Microphone {
  readonly #timer: NodeJS.Timeout;
  #waiting: Int16Array = new Int16Array();

  /** `send` gets each frame: 24 kHz, mono. */
  constructor(send: (frame: Int16Array<ArrayBuffer>) => void) {
    const length = msToSamples(FRAME_MS);
    this.#timer = setInterval(() => {
      const frame = new Int16Array(length);
      frame.set(this.#waiting.subarray(0, length));
      this.#waiting = this.#waiting.subarray(length);
      send(frame);
    }, FRAME_MS / PACE);
  }

  /** Somebody speaks, after what is being said already. */
  hears(speech: Int16Array): void {
    const joined = new Int16Array(this.#waiting.length + speech.length);
    joined.set(this.#waiting);
    joined.set(speech, this.#waiting.length);
    this.#waiting = joined;
  }

  switchOff(): void {
    clearInterval(this.#timer);
  }
}
