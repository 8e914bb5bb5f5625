// Microphone frames that cannot go out right now: the socket is being dialled again, or the conversation
// sleeps and the user may just be beginning to speak. A short memory; keeping everything the conversation
// has not called safe (`ack`, `resend`) has its place here too.

import { FRAME_MS } from "../audio/format.ts";

/** Enough for the beginning of a word before it was recognised as one, and for a blip of the network. */
export const MAX_HELD_MS = 1_000;
const MAX_HELD_FRAMES = MAX_HELD_MS / FRAME_MS;

export class OutgoingAudio {
  readonly #recycle: (frame: ArrayBuffer) => void;
  #held: ArrayBuffer[] = [];
  #droppedFrames = 0;

  /** `recycle` gets every frame that is done with. */
  constructor(recycle: (frame: ArrayBuffer) => void) {
    this.#recycle = recycle;
  }

  /** Frames the conversation never got though it should have. What was quiet before a word is not counted. */
  get droppedFrames(): number {
    return this.#droppedFrames;
  }

  /** Keeps the frame; the oldest makes room. `counted`: whether losing a frame is a loss. */
  hold(frame: ArrayBuffer, counted: boolean): void {
    this.#held.push(frame);
    if (this.#held.length <= MAX_HELD_FRAMES) return;
    this.#recycle(this.#held.shift()!);
    if (counted) this.#droppedFrames++;
  }

  /** Sends what was held, then the frame. What `send` refuses is lost and counted: the uplink is full. */
  send(frame: ArrayBuffer, send: (frame: ArrayBuffer) => boolean): void {
    for (const next of [...this.#held.splice(0), frame]) {
      if (!send(next)) this.#droppedFrames++;
      this.#recycle(next);
    }
  }

  /** The user stopped: nothing of this is to be heard any more. */
  clear(): void {
    for (const frame of this.#held.splice(0)) this.#recycle(frame);
  }
}
