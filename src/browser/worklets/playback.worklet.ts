// The speaker's end of the audio thread. A shell: what is played, and what is reported, is in `player.ts`.

import { Player } from "./player.ts";
import type { PageToPlayback, PlaybackOptions } from "./port-messages.ts";
import { PLAYBACK_PROCESSOR } from "./port-messages.ts";

class PlaybackProcessor extends AudioWorkletProcessor {
  readonly #player: Player;

  constructor({ processorOptions }: { processorOptions?: unknown }) {
    super();
    this.#player = new Player(sampleRate, processorOptions as PlaybackOptions, (message) =>
      this.port.postMessage(message, []),
    );
    this.port.addEventListener("message", ({ data }) => {
      this.#player.receive(data as PageToPlayback);
    });
    this.port.start();
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const channel = outputs[0]?.[0];
    if (channel !== undefined) this.#player.render(channel);
    return true;
  }
}

registerProcessor(PLAYBACK_PROCESSOR, PlaybackProcessor);
