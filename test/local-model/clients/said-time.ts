// What the agent's voice says about the time, heard by the recogniser: audio is only right if it can be understood.

import { recogniserFor } from "../../../src/local-model/hearing/recogniser.ts";

/** Finds one sentence among those that differ from it in one word. */
export async function heardIn(audio: Int16Array): Promise<string> {
  const { recognise } = await recogniserFor(["it is {clock} in {city}"], {
    clock: [
      "nine forty two p.m.",
      "nine forty two a.m.",
      "five forty two p.m.",
      "six fifteen a.m.",
      "six fifteen p.m.",
    ],
    city: ["tokyo", "toronto", "paris", "london"],
  });
  return recognise(audio);
}

/** Joins chunks of 16-bit PCM. */
export function joined(chunks: readonly Uint8Array[]): Int16Array {
  return new Int16Array(new Uint8Array(Buffer.concat(chunks)).buffer);
}
