// The built-in `Voice`: flite in a thread of its own, one run per clause.

import { Thread } from "../thread.ts";
import type { Voice, VoiceRequest } from "../voice.ts";

export class FliteVoice implements Voice {
  readonly #thread = new Thread<VoiceRequest, Int16Array>(new URL("voice-thread.ts", import.meta.url));

  /** Resolves once the program is compiled and its voices have been touched. */
  async load(): Promise<void> {
    await this.#thread.ask({ text: "ready", voice: "rms", speed: 1 });
  }

  /** Flite speaks a clause at once, some 40 times faster than real time; the pieces are cut by the caller. */
  async *speak(request: VoiceRequest): AsyncIterable<Int16Array> {
    yield await this.#thread.ask(request);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
