// Text to 24 kHz audio in this thread, with a voice of the API or of flite.

import { SAMPLE_RATE_HZ } from "../../audio/format.ts";
import { writeFloat, writeInt16 } from "../../audio/pcm16.ts";
import { resample } from "../resampler.ts";
import { FLITE_RATE_HZ, FLITE_VOICES, loadFlite } from "./flite.ts";
import type { Flite, FliteVoice } from "./flite.ts";
import { speakable } from "./speakable.ts";

/** The API's voices, by who they sound like; flite has one woman and three men. */
const API_VOICES: Readonly<Record<string, FliteVoice>> = {
  marin: "rms",
  cedar: "rms",
  ash: "rms",
  echo: "kal16",
  ballad: "awb",
  verse: "awb",
  alloy: "slt",
  coral: "slt",
  sage: "slt",
  shimmer: "slt",
};

const DEFAULT_VOICE: FliteVoice = "rms";

/** Every name `audio.output.voice` may have here. */
export const VOICE_NAMES: readonly string[] = [...Object.keys(API_VOICES), ...FLITE_VOICES];

let loaded: Flite | undefined;

/**
 * Speaks `text` and returns all of it at 24 kHz. Synchronous; about 4 % of the audio's length plus, the first time,
 * 50 ms to load. An unknown voice name speaks with the default voice.
 */
export function synthesise(text: string, voice = "marin", speed = 1): Int16Array {
  loaded ??= loadFlite();
  const spoken = loaded.speak(speakable(text), fliteVoice(voice), speed);
  const narrow = new Float32Array(spoken.length);
  writeFloat(spoken, narrow);
  const wide = resample(narrow, FLITE_RATE_HZ, SAMPLE_RATE_HZ);
  const samples = new Int16Array(wide.length);
  writeInt16(wide, samples);
  return samples;
}

/**
 * When each word of `text` has been spoken, in ms from the beginning of what `synthesise` returns. Undefined where the
 * words sound otherwise together than alone, so that it cannot be said which sound is whose.
 */
export function wordEndsMs(text: string, voice = "marin", speed = 1): number[] | undefined {
  loaded ??= loadFlite();
  const flite = loaded;
  const sounds = flite
    .sounds(speakable(text), fliteVoice(voice), speed)
    .filter(({ phone }) => phone !== "pau");
  let count = 0;
  const ends = text.split(/\s+/).map((word) => {
    count += flite.pronounce(speakable(word)).split(" ").length;
    return sounds[count - 1]?.endMs ?? Number.NaN;
  });
  return count === sounds.length ? ends : undefined;
}

function fliteVoice(name: string): FliteVoice {
  return FLITE_VOICES.find((voice) => voice === name) ?? API_VOICES[name] ?? DEFAULT_VOICE;
}
