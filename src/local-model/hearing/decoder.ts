// The speech decoder: SoundSwallower's WebAssembly, its English model, and its lower-level calls for building a
// network of words. One decoder hears one utterance at a time and lives in its own thread, because a fatal error
// inside ends the thread it runs in.

// The package gives its C functions their linker names.
// oxlint-disable no-underscore-dangle

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Arc, WordNetwork } from "./word-network.ts";

export const DECODER_RATE_HZ = 16_000;

/** How much the network's chances count against the sound. More follows the written sentences and errs on others. */
const LANGUAGE_WEIGHT = 5.5;

const PHONES =
  "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z".split(
    " ",
  );

/** One word per phone, for the loop that hears unknown speech. */
export const PHONE_WORDS: readonly string[] = PHONES.map(phoneWord);

/** A stretch of phone words as the decoder prints it. */
export const PHONE_STRETCH = /(?:~\w+ ?)+/g;

/** The part of the package used here; its own types do not cover the low-level calls. */
interface Calls {
  HEAPU8: Uint8Array;
  Decoder: new (config: Record<string, string | number>) => PackageDecoder;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _decoder_logmath(decoder: number): number;
  _logmath_log(logmath: number, probability: number): number;
  _fsg_model_init(name: number, logmath: number, weight: number, states: number): number;
  _fsg_set_states(model: number, start: number, final: number): void;
  _fsg_model_word_add(model: number, word: number): number;
  _fsg_model_trans_add(model: number, from: number, to: number, log: number, word: number): void;
  _fsg_model_null_trans_add(model: number, from: number, to: number, log: number): number;
  _decoder_set_fsg(decoder: number, model: number): number;
}

interface PackageDecoder {
  readonly cdecoder: number;
  initialize(): Promise<void>;
  get_config(key: string): number;
  add_words(...words: [string, string][]): void;
  lookup_word(word: string): string | null;
  start(): void;
  stop(): void;
  process_audio(samples: Float32Array, noSearch: boolean, wholeUtterance: boolean): number;
  get_text(): string;
}

export class SpeechDecoder {
  readonly #calls: Calls;
  readonly #decoder: PackageDecoder;
  readonly #languageWeight: number;
  readonly #logmath: number;

  private constructor(calls: Calls, decoder: PackageDecoder) {
    this.#calls = calls;
    this.#decoder = decoder;
    this.#languageWeight = decoder.get_config("lw");
    this.#logmath = calls._decoder_logmath(decoder.cdecoder);
    decoder.add_words(...PHONES.map((phone): [string, string] => [phoneWord(phone), phone]));
  }

  /** Loads the model: some 0.4 s and 50 MB. */
  static async load(): Promise<SpeechDecoder> {
    const entry = createRequire(import.meta.url).resolve("soundswallower");
    const calls: Partial<Calls> & Record<string, unknown> = {
      // The package joins this with the model's name; it must be absolute, or the working directory decides.
      modelBase: join(dirname(entry), "model"),
      print: () => {},
      printErr: () => {},
    };
    const { default: createModule } = (await import("soundswallower")) as unknown as {
      default(module: object): Promise<unknown>;
    };
    await createModule(calls);
    const ready = calls as unknown as Calls;
    // Without the rate the package assumes 44.1 kHz and hears nothing, silently.
    const decoder = new ready.Decoder({ loglevel: "FATAL", samprate: DECODER_RATE_HZ, lw: LANGUAGE_WEIGHT });
    await decoder.initialize();
    return new SpeechDecoder(ready, decoder);
  }

  knows(word: string): boolean {
    return this.#decoder.lookup_word(word) !== null;
  }

  /** Adds a word by its phones, such as `K AH B ER`. */
  learn(word: string, phones: string): void {
    this.#decoder.add_words([word, phones]);
  }

  /** Replaces what is listened for. Every word of the network is known already: an unknown one ends the thread. */
  listenFor(network: WordNetwork): void {
    const calls = this.#calls;
    const name = this.#text("words");
    const model = calls._fsg_model_init(name, this.#logmath, this.#languageWeight, network.states);
    calls._fsg_set_states(model, network.start, network.final);
    const ids = new Map<string, number>();
    for (const arc of network.arcs) this.#addArc(model, arc, ids);
    if (calls._decoder_set_fsg(this.#decoder.cdecoder, model) < 0) {
      throw new Error("the word network was refused");
    }
    calls._free(name);
  }

  /** The words of one whole utterance at 16 kHz, phone words included; empty when nothing was found. */
  decode(samples: Float32Array): string {
    this.#decoder.start();
    try {
      // In one piece, so that the mean of the cepstrum is the utterance's own: accuracy doubles over streaming.
      this.#decoder.process_audio(samples, false, true);
    } finally {
      this.#decoder.stop();
    }
    return this.#decoder.get_text();
  }

  #addArc(model: number, arc: Arc, ids: Map<string, number>): void {
    const calls = this.#calls;
    const log = Math.round(calls._logmath_log(this.#logmath, arc.probability) * this.#languageWeight);
    if (arc.word === undefined) {
      calls._fsg_model_null_trans_add(model, arc.from, arc.to, log);
      return;
    }
    let id = ids.get(arc.word);
    if (id === undefined) {
      const text = this.#text(arc.word);
      id = calls._fsg_model_word_add(model, text);
      calls._free(text);
      ids.set(arc.word, id);
    }
    calls._fsg_model_trans_add(model, arc.from, arc.to, log, id);
  }

  #text(value: string): number {
    const bytes = new TextEncoder().encode(`${value}\0`);
    const pointer = this.#calls._malloc(bytes.length);
    this.#calls.HEAPU8.set(bytes, pointer);
    return pointer;
  }
}

function phoneWord(phone: string): string {
  return `~${phone.toLowerCase()}`;
}
