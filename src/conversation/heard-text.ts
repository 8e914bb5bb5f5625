// How much of an answer's text a listener has heard, from what is known on a WebSocket: when each piece of the
// transcript arrived, and how much audio had arrived by then. An estimate that prefers too few words to too many:
// what the model believes was heard must have been (rule BI5).

/** Ten characters a second: slower than anyone speaks to a stranger. */
const SLOW_CHARS_PER_MS = 0.01;

/** Characters known, and audio received, when a piece of transcript arrived. */
interface Mark {
  chars: number;
  receivedMs: number;
}

export class HeardText {
  #text = "";
  readonly #marks: Mark[] = [];

  /** A piece of transcript arrived while `receivedMs` of the item's audio had. */
  add(delta: string, receivedMs: number): void {
    this.#marks.push({ chars: this.#text.length, receivedMs });
    this.#text += delta;
  }

  get text(): string {
    return this.#text;
  }

  /**
   * The words heard after `heardMs` of the `totalMs` that arrived, cut back to the last whole word. `complete`: all of
   * the item's audio arrived. A transcript runs ahead of its audio, so a piece's first sound comes no earlier than the
   * audio that had arrived before it, and the last piece of an item that broke off may not have sounded at all.
   */
  heard(heardMs: number, totalMs: number, complete = true): string {
    if (complete && totalMs > 0 && heardMs >= totalMs) return this.#text;
    const end = { chars: complete ? this.#text.length : this.#charsArrived(totalMs), receivedMs: totalMs };
    const even = totalMs > 0 ? (end.chars * heardMs) / totalMs : 0;
    return wholeWords(this.#text, Math.floor(Math.min(even, this.#charsByMarks(heardMs, end))));
  }

  /** How far into the text the audio of an unfinished item reaches: by its own pace so far, or a slow speaker's. */
  #charsArrived(totalMs: number): number {
    const last = this.#marks.at(-1);
    if (last === undefined) return 0;
    const charsPerMs = last.receivedMs > 0 ? last.chars / last.receivedMs : SLOW_CHARS_PER_MS;
    return Math.min(this.#text.length, last.chars + (totalMs - last.receivedMs) * charsPerMs);
  }

  #charsByMarks(heardMs: number, end: Mark): number {
    const next = this.#marks.findIndex((mark) => mark.receivedMs >= heardMs && mark.receivedMs > 0);
    const from = this.#marks[(next === -1 ? this.#marks.length : next) - 1];
    if (from === undefined) return 0;
    const to = next === -1 ? end : this.#marks[next]!;
    const spanMs = to.receivedMs - from.receivedMs;
    return spanMs <= 0
      ? from.chars
      : from.chars + ((to.chars - from.chars) * (heardMs - from.receivedMs)) / spanMs;
  }
}

/** The first `chars` of `text`, without a word that does not end there. */
function wholeWords(text: string, chars: number): string {
  if (chars >= text.length) return text;
  if (chars <= 0) return "";
  const cut = text.slice(0, chars);
  if (/\s/.test(text[chars]!)) return cut.trimEnd();
  const space = cut.search(/\s\S*$/);
  return space === -1 ? "" : cut.slice(0, space).trimEnd();
}
