// Float samples (-1 to 1, what Web Audio uses) to signed 16-bit and back.

/** Nearest 16-bit value of one sample; what lies outside -1 to 1 is clipped. */
export function floatToInt16(sample: number): number {
  const scaled = Math.round(sample * 32768);
  return scaled > 32767 ? 32767 : scaled < -32768 ? -32768 : scaled;
}

/** Writes `input` as 16-bit samples into `output` from `offset`; both have room, the caller sees to it. */
export function writeInt16(input: Float32Array, output: Int16Array, offset = 0): void {
  for (let index = 0; index < input.length; index++) output[offset + index] = floatToInt16(input[index]!);
}

/** Writes 16-bit `input` as float samples into `output` from `offset`. */
export function writeFloat(input: Int16Array, output: Float32Array, offset = 0): void {
  for (let index = 0; index < input.length; index++) output[offset + index] = input[index]! / 32768;
}
