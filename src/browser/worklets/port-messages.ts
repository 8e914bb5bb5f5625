// What crosses the ports between the page and its two worklets. Audio crosses as transferred buffers, so
// that nothing is copied on the audio thread.

export const CAPTURE_PROCESSOR = "parley-capture";
export const PLAYBACK_PROCESSOR = "parley-playback";

export type CaptureToPage =
  /** One full frame, 16-bit samples. The page gives the buffer back with `recycle`. */
  { type: "frame"; samples: ArrayBuffer } | { type: "level"; level: number };

export type PageToCapture = { type: "recycle"; samples: ArrayBuffer } | { type: "close" };

export type PageToPlayback =
  | { type: "begin"; itemId: string; fromMs: number }
  | { type: "audio"; samples: ArrayBuffer }
  | { type: "end"; itemId: string; totalMs: number }
  /** `latencyMs`: how long a sample takes from the worklet to the air; only the page can ask the context. */
  | { type: "flush"; latencyMs: number }
  /** Fall silent here and keep everything; `resume` goes on at the same sample, `flush` drops it after all. */
  | { type: "hold" }
  | { type: "resume" }
  | { type: "latency"; latencyMs: number };

export type PlaybackToPage =
  /** `underruns` and `gapMs`: as in the counters, but of this item alone. */
  | { type: "played"; itemId: string; playedMs: number; done: boolean; underruns: number; gapMs: number }
  | { type: "level"; level: number }
  | { type: "counters"; counters: PlaybackCounters };

export interface PlaybackCounters {
  /** How often the queue ran dry in the middle of an item. */
  underruns: number;
  /** The silence that came of it, in the middle of items: until the voice went on, or was flushed. */
  gapMs: number;
  /** Samples that found the queue full. */
  droppedSamples: number;
  /** Frames that came for an item already flushed. */
  lateFrames: number;
}

/** What the page tells a new playback worklet. */
export interface PlaybackOptions {
  reportEveryMs: number;
}
