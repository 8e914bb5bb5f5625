// Turns templates, classes and word loops into a finite-state network: states "after this word", with the chance of
// each next word, and a way back to any word so that sentences nobody wrote down can be heard too.
// The decoder follows at most one silent arc between two words, so no path here has two in a row.

import type { Template, WordLoop } from "../hearing.ts";

export interface Arc {
  readonly from: number;
  readonly to: number;
  /** Undefined for a silent arc. */
  readonly word: string | undefined;
  readonly probability: number;
}

export interface WordNetwork {
  readonly states: number;
  readonly start: number;
  readonly final: number;
  readonly arcs: readonly Arc[];
  readonly words: ReadonlySet<string>;
}

/** Chance of leaving the written sentences after a word. Higher hears more freely and errs more often. */
const BACK_OFF = 0.01;
/** Chance of a sentence ending where no template ends. */
const EARLY_END = 0.001;
/** Below 1, so that a sentence with a rare first word is not lost among hundreds of others before it began. */
const START_EXPONENT = 0.6;
/** Part of the back-off's mass that known words get. */
const BACK_OFF_WORDS = 0.7;
/** Chance of entering the loop of single phones, which catches speech that nothing else explains. */
const UNKNOWN_ENTER = 0.005;
/** Above 1 spread over the phones: the loop must keep up with words that have a likely path of their own. */
const UNKNOWN_LOOP = 6;
const UNKNOWN_LEAVE = 0.3;

const START = "<s>";
const END = "</s>";
const BACK = "<back>";

export interface NetworkSource {
  readonly templates: readonly Template[];
  readonly classes: Readonly<Record<string, readonly string[]>>;
  readonly loops: Readonly<Record<string, WordLoop>>;
  /** Words of one phone each, for the unknown loop. */
  readonly phoneWords: readonly string[];
}

export function buildNetwork(source: NetworkSource): WordNetwork {
  return new Builder(source).build();
}

class Builder {
  readonly #source: NetworkSource;
  readonly #states = new Map<string, number>();
  readonly #arcs: Arc[] = [];
  readonly #follows = new Map<string, Map<string, number>>();
  readonly #counts = new Map<string, number>();
  /** Where each used class begins: its first words, which the back-off enters directly. */
  readonly #entries = new Map<string, Arc[]>();

  constructor(source: NetworkSource) {
    this.#source = source;
  }

  build(): WordNetwork {
    const start = this.#state(START);
    const final = this.#state(END);
    for (const [sentence, weight] of this.#source.templates) this.#count(sentence, weight);
    for (const token of this.#counts.keys()) if (isSlot(token)) this.#addSlot(token);
    for (const [token, next] of this.#follows) if (!this.#loop(token)) this.#addFollowing(token, next, final);
    this.#addBackOff();
    this.#addUnknown(start, final);
    const words = new Set(this.#arcs.flatMap((arc) => (arc.word === undefined ? [] : [arc.word])));
    return { states: this.#states.size, start, final, arcs: this.#arcs, words };
  }

  #state(name: string): number {
    const known = this.#states.get(name);
    if (known !== undefined) return known;
    this.#states.set(name, this.#states.size);
    return this.#states.size - 1;
  }

  #arc(from: number, to: number, word: string | undefined, probability: number): Arc {
    const arc = { from, to, word, probability: Math.min(1, probability) };
    this.#arcs.push(arc);
    return arc;
  }

  #loop(token: string): WordLoop | undefined {
    return isSlot(token) ? this.#source.loops[slotName(token)] : undefined;
  }

  #count(sentence: string, weight: number): void {
    const tokens = [START, ...sentence.split(" ").filter(Boolean), END];
    for (let index = 1; index < tokens.length; index++) {
      const [from, to] = [tokens[index - 1]!, tokens[index]!];
      const next = this.#follows.get(from) ?? new Map<string, number>();
      next.set(to, (next.get(to) ?? 0) + weight);
      this.#follows.set(from, next);
      if (to !== END) this.#counts.set(to, (this.#counts.get(to) ?? 0) + weight);
    }
  }

  /** What may follow a word or a class: known next words, the end, or the back-off. */
  #addFollowing(token: string, next: ReadonlyMap<string, number>, final: number): void {
    const total = sum(next.values());
    const from = this.#state(token);
    for (const [to, count] of next) {
      const probability = (1 - BACK_OFF) * (count / total) ** (token === START ? START_EXPONENT : 1);
      if (to === END) this.#arc(from, final, undefined, probability);
      else if (isSlot(to)) this.#arc(from, this.#state(entry(to)), undefined, probability);
      else this.#arc(from, this.#state(to), to, probability);
    }
    if (token !== START && !next.has(END)) this.#arc(from, final, undefined, EARLY_END);
    this.#arc(from, this.#state(BACK), undefined, BACK_OFF);
  }

  #addSlot(token: string): void {
    const loop = this.#loop(token);
    if (loop) this.#addLoop(token, loop);
    else this.#addClass(token, this.#source.classes[slotName(token)] ?? []);
  }

  /** The phrases of a class share their first words. All phrases are equally likely. */
  #addClass(token: string, phrases: readonly string[]): void {
    const seen = new Set<string>();
    const entries: Arc[] = [];
    // The square root keeps long lists from being starved against short ones; probabilities need not sum to 1 here.
    const enter = 1 / Math.sqrt(Math.max(1, phrases.length));
    for (const phrase of phrases) {
      const words = phrase.split(" ").filter(Boolean);
      let path = entry(token);
      for (const [index, word] of words.entries()) {
        const next = index === words.length - 1 ? token : `${path}|${word}`;
        if (!seen.has(`${path}|${word}>${next}`)) {
          seen.add(`${path}|${word}>${next}`);
          const arc = this.#arc(this.#state(path), this.#state(next), word, index === 0 ? enter : 1);
          if (index === 0) entries.push(arc);
        }
        path = next;
      }
    }
    this.#entries.set(token, entries);
  }

  /** A word network of its own: from a group's words, silently to the next group, by a word into its words. */
  #addLoop(token: string, loop: WordLoop): void {
    const after = this.#follows.get(token) ?? new Map([[END, 1]]);
    const afterTotal = sum(after.values());
    const inside = (group: string): number => this.#state(`${token}/in/${group}`);
    const outside = (group: string): number => this.#state(`${token}/out/${group}`);
    for (const [group, words] of Object.entries(loop.groups)) {
      const total = sum(words.values());
      for (const [word, times] of words) this.#arc(inside(group), outside(group), word, times / total);
    }
    for (const [group, next] of Object.entries(loop.follows)) {
      for (const [to, probability] of Object.entries(next)) {
        if (group === "start") {
          const words = loop.groups[to] ?? new Map<string, number>();
          const total = sum(words.values());
          for (const [word, times] of words) {
            this.#arc(this.#state(entry(token)), outside(to), word, (probability * times) / total);
          }
        } else if (to !== "end") this.#arc(outside(group), inside(to), undefined, probability);
        else {
          for (const [following, count] of after) {
            const share = (probability * count) / afterTotal;
            if (following === END) this.#arc(outside(group), this.#state(END), undefined, share);
            else if (!isSlot(following)) this.#arc(outside(group), this.#state(following), following, share);
          }
        }
      }
    }
    // Never entered by the back-off: a loop over everything would swallow what the classes should hear.
    this.#entries.set(token, []);
  }

  #addBackOff(): void {
    const total = sum(this.#counts.values());
    const back = this.#state(BACK);
    for (const [token, count] of this.#counts) {
      const probability = (BACK_OFF_WORDS * count) / total;
      if (!isSlot(token)) this.#arc(back, this.#state(token), token, probability);
      for (const arc of this.#entries.get(token) ?? []) {
        this.#arc(back, arc.to, arc.word, probability * arc.probability);
      }
    }
  }

  #addUnknown(start: number, final: number): void {
    const enter = this.#state("<unknown>");
    const inside = this.#state("<unknown+>");
    const back = this.#state(BACK);
    this.#arc(start, enter, undefined, UNKNOWN_ENTER);
    const each = UNKNOWN_LOOP / Math.max(1, this.#source.phoneWords.length);
    for (const word of this.#source.phoneWords) {
      // Directly, for the back-off is itself behind a silent arc.
      this.#arc(back, inside, word, UNKNOWN_ENTER * each);
      this.#arc(enter, inside, word, each);
      this.#arc(inside, inside, word, each);
    }
    this.#arc(inside, back, undefined, UNKNOWN_LEAVE);
    this.#arc(inside, final, undefined, UNKNOWN_LEAVE);
  }
}

function isSlot(token: string): boolean {
  return token.startsWith("{");
}

function slotName(token: string): string {
  return token.slice(1, -1);
}

function entry(token: string): string {
  return `${token}/enter`;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
