// What it takes to hear for this server. The built-in engine is a grammar-based recogniser; a better one is put in
// by implementing `Hearing` and passing it to `startLocalModel`.

/** Marks a stretch of speech that was heard but not understood. */
export const UNKNOWN_WORDS = "<?>";

/** A sentence to expect: words in lower case and `{class}` names, with how likely it is (1 is ordinary). */
export type Template = readonly [sentence: string, weight: number];

/**
 * A loop over ordinary words, for arguments that may be anything: groups of words, each with how common it is within
 * its group, and how likely a word of one group is followed by a word of another. `start` is a group without words;
 * `end` needs no group.
 */
export interface WordLoop {
  readonly groups: Readonly<Record<string, ReadonlyMap<string, number>>>;
  readonly follows: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** What a session can be expected to hear. Equal keys mean equal contents, so that engines can cache by key. */
export interface Vocabulary {
  readonly key: string;
  readonly templates: readonly Template[];
  readonly classes: Readonly<Record<string, readonly string[]>>;
  readonly loops: Readonly<Record<string, WordLoop>>;
}

export interface Hearing {
  /** Called when a session's tools change, ahead of its first turn: a place to compile. Failures may wait for `hear`. */
  prepare(vocabulary: Vocabulary): void;
  /**
   * The words of a finished turn (24 kHz, mono), lower case, with `UNKNOWN_WORDS` where nothing fits; empty when
   * there was no speech. Rejects when the engine fails; the session goes on. `asker` is the same object for all turns of
   * one session, so that sessions can be served in turn.
   */
  hear(samples: Int16Array, vocabulary: Vocabulary, asker?: object): Promise<string>;
}
