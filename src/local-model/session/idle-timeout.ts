// `idle_timeout_ms`: nobody spoke for so long after an answer was played. Counts the session's audio, not the wall
// clock, so it needs audio to keep coming and gives the same times at any speed.

/** Written into the conversation by the server when it happens, so that the model knows why it is asked to speak. */
export const IDLE_NOTE =
  "No speech was heard from the user for a while. Check that the audio works, or follow up on what was said last.";

export class IdleTimeout {
  #sinceMs: number | undefined;

  /** An answer ended whose playback ends at about `playedMs` of the session's audio. */
  answered(playedMs: number): void {
    this.#sinceMs = playedMs;
  }

  /** Somebody speaks, or a response runs. */
  disarm(): void {
    this.#sinceMs = undefined;
  }

  /** Where the silence began, when it has lasted `timeoutMs` at `clockMs`; it is then told only once. */
  due(clockMs: number, timeoutMs: number): number | undefined {
    const since = this.#sinceMs;
    if (since === undefined || clockMs < since + timeoutMs) return undefined;
    this.#sinceMs = undefined;
    return since;
  }
}
