// A microphone that is closed while the agent speaks, for rooms where it would hear the agent. The page closes its own;
// what arrives all the same is silence to the model, whose clock must go on. What was said before the agent spoke, and is
// sent again while it does, is heard.

import { BYTES_PER_SAMPLE, MAX_FRAME_BYTES } from "../audio/format.ts";

/** What the last sound needs to die away in a room, and to come through the page's microphone. */
export const CLOSED_TAIL_MS = 300;

const silence = new Uint8Array(MAX_FRAME_BYTES);

export class ClosedMicrophone {
  readonly #agent: { readonly lastSoundMs: number };
  /** As long as the last frame was: pages send frames of one length. */
  #silentFrame = silence.subarray(0, 0);

  /** So far the stream had come when the agent was last silent: what is sent again from before was no echo. */
  #openUntil = 0;

  constructor(agent: { readonly lastSoundMs: number }) {
    this.#agent = agent;
  }

  /** Another stream: nothing of it was heard. */
  begin(): void {
    this.#openUntil = 0;
  }

  /** The frame that begins at this sample of the stream, or as much silence. Hot path. */
  hears(frame: Uint8Array, nowMs: number, atSample: number): Uint8Array {
    if (nowMs - this.#agent.lastSoundMs >= CLOSED_TAIL_MS) {
      this.#openUntil = Math.max(this.#openUntil, atSample + frame.byteLength / BYTES_PER_SAMPLE);
      return frame;
    }
    if (atSample < this.#openUntil) return frame;
    if (this.#silentFrame.byteLength !== frame.byteLength) {
      this.#silentFrame = silence.subarray(0, frame.byteLength);
    }
    return this.#silentFrame;
  }
}
