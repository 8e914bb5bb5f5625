// The built-in `Hearing`: the grammar-based recogniser in a thread of its own.

import type { Hearing, Vocabulary } from "../hearing.ts";
import { Thread } from "../thread.ts";
import type { HearingRequest } from "./hearing-thread.ts";

export class GrammarHearing implements Hearing {
  readonly #thread = new Thread<HearingRequest, string>(new URL("hearing-thread.ts", import.meta.url));

  /** Resolves once the model is loaded. */
  async load(): Promise<void> {
    await this.#thread.ask({ vocabulary: undefined, samples: undefined });
  }

  prepare(vocabulary: Vocabulary): void {
    // Only a head start: `hear` compiles again what this could not, and reports why.
    this.#thread.ask({ vocabulary, samples: undefined }).catch(() => {});
  }

  hear(samples: Int16Array, vocabulary: Vocabulary, asker?: object): Promise<string> {
    return this.#thread.ask({ vocabulary, samples }, asker);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
