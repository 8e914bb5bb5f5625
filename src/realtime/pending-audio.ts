// Rule 2: audio, clear and commit wait here, in order, until the session has echoed our settings. Before that the
// provider would hear the user with its own persona, voice and turn detection.

/** Dial and set-up may take 10 s each, and a person who speaks meanwhile is heard from the first word. */
export const MAX_PENDING_AUDIO_BYTES = 20 * 48_000;

export type PendingStep = Uint8Array | "clear" | "commit";

export class PendingAudio {
  #steps: PendingStep[] = [];
  #bytes = 0;
  /** Bytes of the oldest frames that gave way to newer ones: counted, because it is speech that is lost. */
  droppedBytes = 0;

  push(step: PendingStep): void {
    this.#steps.push(step);
    if (typeof step === "string") return;
    this.#bytes += step.byteLength;
    while (this.#bytes > MAX_PENDING_AUDIO_BYTES) {
      const oldest = this.#steps.findIndex((candidate) => typeof candidate !== "string");
      const [frame] = this.#steps.splice(oldest, 1) as [Uint8Array];
      this.#bytes -= frame.byteLength;
      this.droppedBytes += frame.byteLength;
    }
  }

  /** All that waits, oldest first; afterwards nothing does. */
  take(): PendingStep[] {
    const steps = this.#steps;
    this.#steps = [];
    this.#bytes = 0;
    return steps;
  }
}
