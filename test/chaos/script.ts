// The conversation of a chaos run: five turns, four spoken and one typed, each with a tool.

import { msToSamples } from "../../src/audio/format.ts";
import { synthesise } from "../../src/local-model/voice/synthesise.ts";

export interface ScriptedTurn {
  readonly says: string;
  readonly typed: boolean;
  readonly tool: string;
}

export const SCRIPT: readonly ScriptedTurn[] = [
  { says: "What time is it in Tokyo?", typed: false, tool: "current_time" },
  { says: "Remember that my car is on level three.", typed: false, tool: "remember_note" },
  { says: "What did I ask you to remember?", typed: true, tool: "recall_notes" },
  { says: "What time is it in Paris?", typed: false, tool: "current_time" },
  { says: "What time is it in London?", typed: false, tool: "current_time" },
];

const VOICE = "slt";
/** Before and after the words. */
export const BREATH_MS = 80;
const spoken = new Map<string, Int16Array>();

/** The turn as a microphone brings it. */
export function speechOf({ says }: ScriptedTurn): Int16Array {
  let samples = spoken.get(says);
  if (samples === undefined) {
    const voice = synthesise(says, VOICE);
    const breath = msToSamples(BREATH_MS);
    samples = new Int16Array(voice.length + 2 * breath);
    samples.set(voice, breath);
    spoken.set(says, samples);
  }
  return samples;
}

/** Words alone, for what the ear makes of a question mark is no matter. */
export function words(text: string): string[] {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9 ]/g, "")
    .split(" ")
    .filter(Boolean);
}
