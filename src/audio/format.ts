// The facts of the audio Parley carries, and the only place that knows them: mono, signed 16-bit,
// little-endian PCM at 24 kHz, which is what the Realtime API calls `audio/pcm`. Nothing else divides by 48.

export const SAMPLE_RATE_HZ = 24_000;
export const BYTES_PER_SAMPLE = 2;
export const SAMPLES_PER_MS = SAMPLE_RATE_HZ / 1000;
export const BYTES_PER_MS = SAMPLES_PER_MS * BYTES_PER_SAMPLE;

/** What the page sends at a time: 25 frames a second keeps latency low and the billed messages few. */
export const FRAME_MS = 40;
export const FRAME_SAMPLES = FRAME_MS * SAMPLES_PER_MS;
export const FRAME_BYTES = FRAME_MS * BYTES_PER_MS;

/** The longest microphone frame a conversation accepts (contract 3.4). */
export const MAX_FRAME_MS = 100;
export const MAX_FRAME_BYTES = MAX_FRAME_MS * BYTES_PER_MS;

/** Milliseconds of audio in so many bytes; a fraction where the bytes end inside a millisecond. */
export function bytesToMs(bytes: number): number {
  return bytes / BYTES_PER_MS;
}

/** Bytes of so many milliseconds, rounded down to whole samples. */
export function msToBytes(ms: number): number {
  return Math.floor(ms * SAMPLES_PER_MS) * BYTES_PER_SAMPLE;
}

/** Milliseconds of audio in so many samples. */
export function samplesToMs(samples: number): number {
  return samples / SAMPLES_PER_MS;
}

/** Samples in so many milliseconds, rounded down. */
export function msToSamples(ms: number): number {
  return Math.floor(ms * SAMPLES_PER_MS);
}
