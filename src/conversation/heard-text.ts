// How much of an answer's text a listener has heard, from what is known on a WebSocket: when each piece of the
// transcript arrived, and how much audio had arrived by then. An estimate that prefers too few words to too many:
// what the model believes was heard must have been (rule BI5).

export class HeardText {
  #text = "";
  /** Characters known, and audio received, each time a piece of transcript arrived. */
  readonly #marks: { chars: number; receivedMs: number }[] = [];

  /** A piece of transcript arrived while `receivedMs` of the item's audio had. */
  add(delta: string, receivedMs: number): void {
    this.#marks.push({ chars: this.#text.length, receivedMs });
    this.#text += delta;
  }

  get text(): string {
    return this.#text;
  }

  /**
   * The words heard after `heardMs` of `totalMs`, cut back to the last whole word. A transcript runs ahead of its
   * audio, so a piece's first sound comes no earlier than the audio that had arrived before it.
   */
  heard(heardMs: number, totalMs: number): string {
    if (totalMs > 0 && heardMs >= totalMs) return this.#text;
    const even = totalMs > 0 ? (this.#text.length * heardMs) / totalMs : 0;
    return wholeWords(this.#text, Math.floor(Math.min(even, this.#charsByMarks(heardMs, totalMs))));
  }

  #charsByMarks(heardMs: number, totalMs: number): number {
    const next = this.#marks.findIndex((mark) => mark.receivedMs >= heardMs && mark.receivedMs > 0);
    const from = this.#marks[(next === -1 ? this.#marks.length : next) - 1];
    if (from === undefined) return 0;
    const to = next === -1 ? { chars: this.#text.length, receivedMs: totalMs } : this.#marks[next]!;
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
