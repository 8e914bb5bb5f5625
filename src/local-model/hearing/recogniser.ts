// Hears a turn with a vocabulary: compiles the vocabulary when it is new, teaches the decoder its unknown words by
// the sound flite gives them, and turns the decoder's answer into plain words.

import { SAMPLE_RATE_HZ } from "../../audio/format.ts";
import { writeFloat } from "../../audio/pcm16.ts";
import { UNKNOWN_WORDS } from "../hearing.ts";
import type { Template, Vocabulary } from "../hearing.ts";
import { resample } from "../resampler.ts";
import { loadFlite } from "../voice/flite.ts";
import type { Flite } from "../voice/flite.ts";
import { DECODER_RATE_HZ, PHONE_STRETCH, PHONE_WORDS, SpeechDecoder } from "./decoder.ts";
import { denoised } from "./denoise.ts";
import { buildNetwork } from "./word-network.ts";
import type { WordNetwork } from "./word-network.ts";

/** Compiled vocabularies kept at a time; the least recently used goes. One is a few hundred kilobytes. */
const MAX_NETWORKS = 16;
/** Less than this is no utterance: the decoder needs some frames to say anything. */
const SHORTEST_MS = 100;
/** A microphone in a quiet room stays below this; a whisper does not. */
const SILENT_PEAK = 150;

export class Recogniser {
  readonly #decoder: SpeechDecoder;
  #flite: Flite | undefined;
  readonly #networks = new Map<string, WordNetwork>();
  #current: string | undefined;

  private constructor(decoder: SpeechDecoder) {
    this.#decoder = decoder;
  }

  static async load(): Promise<Recogniser> {
    return new Recogniser(await SpeechDecoder.load());
  }

  /** Makes `vocabulary` the one listened for: 50 ms to 100 ms when it is not already. */
  prepare(vocabulary: Vocabulary): void {
    if (this.#current === vocabulary.key) return;
    const network = this.#networks.get(vocabulary.key) ?? this.#compile(vocabulary);
    this.#networks.delete(vocabulary.key);
    this.#networks.set(vocabulary.key, network);
    const [oldest] = this.#networks.keys();
    if (this.#networks.size > MAX_NETWORKS && oldest !== undefined) this.#networks.delete(oldest);
    this.#current = undefined;
    this.#decoder.listenFor(network);
    this.#current = vocabulary.key;
  }

  /** The words of a turn of 24 kHz audio, in lower case, `<?>` for stretches that fit nothing. */
  recognise(samples: Int16Array, vocabulary: Vocabulary): string {
    if (samples.length < (SHORTEST_MS * SAMPLE_RATE_HZ) / 1000 || isSilent(samples)) return "";
    this.prepare(vocabulary);
    const wide = new Float32Array(samples.length);
    writeFloat(samples, wide);
    const narrow = resample(wide, SAMPLE_RATE_HZ, DECODER_RATE_HZ);
    const heard = this.#decoder.decode(denoised(narrow));
    const words = heard.replace(PHONE_STRETCH, `${UNKNOWN_WORDS} `).trim().replace(/ +/g, " ");
    // No path through the network reached its end: something was said all the same.
    return words || UNKNOWN_WORDS;
  }

  #compile(vocabulary: Vocabulary): WordNetwork {
    const network = buildNetwork({ ...vocabulary, phoneWords: PHONE_WORDS });
    for (const word of network.words) {
      if (this.#decoder.knows(word)) continue;
      this.#flite ??= loadFlite();
      // A word that flite cannot sound out either would be refused; a neutral vowel never matches by itself.
      this.#decoder.learn(word, this.#flite.pronounce(word) || "AH");
    }
    return network;
  }
}

/** The decoder finds words in digital silence too, which a client may well commit. */
function isSilent(samples: Int16Array): boolean {
  return samples.every((sample) => Math.abs(sample) < SILENT_PEAK);
}

/** A recogniser for these sentences only, in this thread. For tests and tools: loading takes about half a second. */
export async function recogniserFor(
  templates: readonly string[],
  classes: Readonly<Record<string, readonly string[]>>,
): Promise<{ recognise(samples: Int16Array): string }> {
  const recogniser = await Recogniser.load();
  const weighted = templates.map((sentence): Template => [sentence.toLowerCase(), 1]);
  const vocabulary: Vocabulary = { key: "fixed", templates: weighted, classes, loops: {} };
  return { recognise: (samples) => recogniser.recognise(samples, vocabulary) };
}
