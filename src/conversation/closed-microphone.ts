// A microphone that is closed while the agent speaks, for rooms where it would hear the agent. The page closes its own;
// what arrives all the same is silence to the model, whose clock must go on.

import { MAX_FRAME_BYTES } from "../audio/format.ts";

/** What the last sound needs to die away in a room, and to come through the page's microphone. */
export const CLOSED_TAIL_MS = 300;

const silence = new Uint8Array(MAX_FRAME_BYTES);

export class ClosedMicrophone {
  readonly #agent: { readonly lastSoundMs: number };
  /** As long as the last frame was: pages send frames of one length. */
  #silentFrame = silence.subarray(0, 0);

  constructor(agent: { readonly lastSoundMs: number }) {
    this.#agent = agent;
  }

  /** The frame, or as much silence. Hot path. */
  hears(frame: Uint8Array, nowMs: number): Uint8Array {
    if (nowMs - this.#agent.lastSoundMs >= CLOSED_TAIL_MS) return frame;
    if (this.#silentFrame.byteLength !== frame.byteLength) {
      this.#silentFrame = silence.subarray(0, frame.byteLength);
    }
    return this.#silentFrame;
  }
}
