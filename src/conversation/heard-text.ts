// How much of an answer's text a listener has heard, from what is known on a WebSocket: when each piece of the
// transcript arrived, and how much audio had arrived by then. An estimate that prefers too few words to too many:
// what the model believes was heard must have been (rule BI5).

import { type Word, wordsOf } from "./words-of.ts";

/** Letters a ms, as `weightOf` counts them: slower than anyone speaks to a stranger. Until the voice is known. */
const SLOW_PACE = 0.015;
const SLOWEST_PACE = SLOW_PACE / 3;
/** One sentence may be spoken more slowly than the slowest of the last ones. */
const PACE_SLACK = 0.95;
/** The pace is known from so many of the last items. */
const KNOWN_ITEMS = 5;
/** Shorter items tell more of their silences than of a pace, in ms; so do those of fewer letters. */
const SHORTEST_MS = 1_000;
const LEAST_WEIGHT = 15;

/** A voice draws breath: a piece's first sound comes so long after its audio began. */
const LEAD_MS = 150;
/** A letter of a writing without spaces is a syllable or two: as long as so many Latin letters. */
const LETTER_WEIGHT = 4;
/** Words of one length differ so much in sound: a word counts as heard that much after its share says so. */
const MARGIN_MS = 200;

/** How fast the agent's voice speaks, as its last whole items tell. */
export class VoicePace {
  readonly #known: number[] = [];

  learn(text: string, audioMs: number): void {
    const weight = weightOf(wordsOf(text));
    if (audioMs < SHORTEST_MS || weight < LEAST_WEIGHT) return;
    // Music, or a long pause, is no pace.
    this.#known.push(Math.max(SLOWEST_PACE, weight / audioMs));
    if (this.#known.length > KNOWN_ITEMS) this.#known.shift();
  }

  /** Letters a ms. */
  get slowest(): number {
    return this.#known.length === 0 ? SLOW_PACE : Math.min(...this.#known) * PACE_SLACK;
  }
}

/** Of all words so much comes before this much audio. */
interface Mark {
  weight: number;
  receivedMs: number;
}

export class HeardText {
  readonly #pace: VoicePace;
  #text = "";
  /** Characters instead of a weight: a piece may end inside of a word. */
  readonly #pieces: { chars: number; receivedMs: number }[] = [];

  constructor(pace = new VoicePace()) {
    this.#pace = pace;
  }

  /** A piece of transcript arrived while `receivedMs` of the item's audio had. */
  add(delta: string, receivedMs: number): void {
    // Pieces that came together all wait for the audio that follows them.
    if (this.#pieces.at(-1)?.receivedMs !== receivedMs) {
      this.#pieces.push({ chars: this.#text.length, receivedMs });
    }
    this.#text += delta;
  }

  get text(): string {
    return this.#text;
  }

  /**
   * The words heard after `heardMs` of the `totalMs` that arrived. `complete`: all of the item's audio arrived. A
   * transcript runs ahead of its audio, so a piece's first sound comes no earlier than the audio that had arrived
   * before it, and the last piece of an item that broke off may not have sounded at all.
   */
  heard(heardMs: number, totalMs: number, complete = true): string {
    if (complete && totalMs > 0 && heardMs >= totalMs) return this.#text;
    const words = wordsOf(this.#text);
    const marks = this.#marks(words);
    const weight = complete ? weightOf(words) : this.#weightArrived(marks, words, totalMs);
    const end = { weight, receivedMs: totalMs };
    const even = totalMs > 0 ? (end.weight * heardMs) / totalMs : 0;
    const spoken = Math.min(even, spokenByMarks(marks, heardMs - MARGIN_MS, end));
    return this.#text.slice(0, lastSpoken(words, spoken));
  }

  /** One pass over both, for either may be long. */
  #marks(words: readonly Word[]): Mark[] {
    let next = 0;
    let before = 0;
    return this.#pieces.map(({ chars, receivedMs }) => {
      for (; next < words.length && words[next]!.end <= chars; next++) before += weightOf([words[next]!]);
      const word = words[next];
      // A piece may begin inside of a word.
      const part =
        word === undefined ? 0 : Math.max(0, chars - (word.end - word.text.length)) / word.text.length;
      return { weight: before + (word === undefined ? 0 : part * weightOf([word])), receivedMs };
    });
  }

  /** How far into the words the audio of an unfinished item reaches. */
  #weightArrived(marks: readonly Mark[], words: readonly Word[], totalMs: number): number {
    const last = marks.at(-1);
    if (last === undefined) return 0;
    const pace = last.receivedMs >= SHORTEST_MS ? last.weight / last.receivedMs : this.#pace.slowest;
    return Math.min(weightOf(words), last.weight + (totalMs - last.receivedMs) * pace);
  }
}

/** What is spoken after `atMs` if each piece is spoken evenly until the next one's audio begins. */
function spokenByMarks(marks: readonly Mark[], atMs: number, end: Mark): number {
  const index = marks.findLastIndex((mark) => mark.receivedMs <= atMs);
  const from = marks[index];
  if (from === undefined) return 0;
  const to = marks[index + 1] ?? end;
  const spanMs = Math.min(to.receivedMs, end.receivedMs) - from.receivedMs;
  const leadMs = Math.min(LEAD_MS, spanMs);
  if (spanMs <= leadMs) return from.weight;
  const share = Math.max(0, (atMs - from.receivedMs - leadMs) / (spanMs - leadMs));
  return from.weight + share * (Math.max(from.weight, to.weight) - from.weight);
}

/** Where the last word ends that is spoken whole. */
function lastSpoken(words: readonly Word[], spoken: number): number {
  let weight = 0;
  let end = 0;
  for (const word of words) {
    weight += weightOf([word]);
    if (weight > spoken + Number.EPSILON * weight) break;
    end = word.end;
  }
  return end;
}

/** How long words take against others. */
function weightOf(words: readonly Word[]): number {
  let weight = 0;
  // The shortest words take longer than their letters tell.
  for (const { text, isLetter } of words) weight += isLetter ? LETTER_WEIGHT : text.length + 2;
  return weight;
}
