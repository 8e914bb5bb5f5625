// Sound files for the fake microphone: 24 kHz, mono, 16 bit, made by the project's own synthesiser.

import { SAMPLE_RATE_HZ } from "../../src/audio/format.ts";
import { synthesise } from "../../src/local-model/voice/synthesise.ts";

const HEADER_BYTES = 44;

/** A WAV file of 24 kHz mono samples. */
export function encodeWav(samples: Int16Array): Buffer {
  const wav = Buffer.alloc(HEADER_BYTES + samples.byteLength);
  wav.write("RIFF", 0);
  wav.writeUInt32LE(wav.byteLength - 8, 4);
  wav.write("WAVEfmt ", 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(SAMPLE_RATE_HZ, 24);
  wav.writeUInt32LE(SAMPLE_RATE_HZ * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write("data", 36);
  wav.writeUInt32LE(samples.byteLength, 40);
  Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).copy(wav, HEADER_BYTES);
  return wav;
}

/** Sentences said at given seconds, silence between and a second of it at the end. */
export function speechAt(
  sentences: readonly (readonly [atSeconds: number, text: string])[],
  voice: string,
): Int16Array {
  const spoken = sentences.map(([at, text]) => ({
    at: Math.round(at * SAMPLE_RATE_HZ),
    samples: synthesise(text, voice),
  }));
  const end = Math.max(...spoken.map(({ at, samples }) => at + samples.length));
  const all = new Int16Array(end + SAMPLE_RATE_HZ);
  for (const { at, samples } of spoken) all.set(samples, at);
  return all;
}

/** For a person who says nothing: a second of it, and the browser goes on with its end. */
export function silence(): Int16Array {
  return new Int16Array(SAMPLE_RATE_HZ);
}
