// Audio as events carry it: base64 of 16-bit samples.

import { BYTES_PER_SAMPLE } from "../../audio/format.ts";

/** Base64 of whole little-endian samples, or undefined when it is not that. */
export function decodePcm(base64: string): Int16Array | undefined {
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined;
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length % BYTES_PER_SAMPLE !== 0) return undefined;
  // A copy, because a Buffer may begin at an odd offset of its pool.
  return new Int16Array(new Uint8Array(bytes).buffer);
}

export function encodePcm(samples: Int16Array): string {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString("base64");
}
