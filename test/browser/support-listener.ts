// A conversation reduced to its ear: it counts the samples of the page's stream as the contract says, remembers
// each one at its place, and compares them with what the microphone captured.

import { FRAME_SAMPLES } from "../../src/audio/format.ts";
import type { BrowserMessage, ConversationMessage } from "../../src/protocol/messages.ts";

export class Listener {
  readonly #say: (message: ConversationMessage) => void;
  /** Answers are on their way until the test lets them arrive. */
  readonly #underWay: ConversationMessage[] = [];
  /** Every sample of the stream that was heard, at its place. */
  readonly heard: number[] = [];
  /** Where the page said that its frames go on. */
  readonly resentFrom: number[] = [];
  next = 0;
  safe = 0;
  /** Frames dropped because the page had been asked to go back and had not yet. */
  framesBefore = 0;
  /** The network swallows what the page sends. */
  isCutOff = false;
  #isAwaiting = false;

  constructor(say: (message: ConversationMessage) => void) {
    this.#say = say;
  }

  message(message: BrowserMessage): void {
    if (this.isCutOff) return;
    if (message.type === "start") {
      this.#isAwaiting = true;
      this.#underWay.push(
        { type: "floor", held: true },
        { type: "state", state: "listening" },
        { type: "resend", fromSample: this.next },
      );
    } else if (message.type === "resending") {
      this.next = message.fromSample;
      this.resentFrom.push(message.fromSample);
      this.#isAwaiting = false;
    }
  }

  audio(samples: Int16Array): void {
    if (this.isCutOff) return;
    if (this.#isAwaiting) this.framesBefore++;
    else {
      for (const sample of samples) this.heard[this.next++] = sample;
    }
  }

  answer(): void {
    for (const message of this.#underWay.splice(0)) this.#say(message);
  }

  ask(fromSample: number): void {
    this.#isAwaiting = true;
    this.#say({ type: "resend", fromSample });
  }

  ack(safe: number, streamId = "stream"): void {
    if (streamId === "stream") this.safe = safe;
    this.#say({ type: "ack", streamId, receivedSamples: this.next, safeSamples: safe });
  }

  /** The object dies: what was not safe is gone with it. */
  crash(): void {
    this.#underWay.length = 0;
    this.heard.length = this.safe;
    this.next = this.safe;
  }
}

/** The first sample from `from` on that was captured and not heard so, or null when all were. */
export function firstMissing(captured: readonly Int16Array[], { heard }: Listener, from = 0): number | null {
  for (let at = from; at < captured.length * FRAME_SAMPLES; at++) {
    if (heard[at] !== captured[Math.floor(at / FRAME_SAMPLES)]![at % FRAME_SAMPLES]) return at;
  }
  return null;
}
