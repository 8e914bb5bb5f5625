// What it takes to speak for this server. The built-in engine is flite; a better one is put in by implementing
// `Voice` and passing it to `startLocalModel`.

export interface VoiceRequest {
  /** One sentence or clause. */
  readonly text: string;
  /** A voice of the Realtime API (`marin`) or one of the engine's own. */
  readonly voice: string;
  /** 1 is the ordinary pace; the API allows 0.25 to 1.5. */
  readonly speed: number;
}

export interface Voice {
  /**
   * Speaks one sentence as mono PCM16 at 24 kHz, in pieces of any length. The reader may stop early: the iterator
   * then ends without an error. Rejects when the engine fails.
   */
  speak(request: VoiceRequest): AsyncIterable<Int16Array>;
}
