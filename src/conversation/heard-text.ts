// How much of an answer's text a listener has heard, from what is known on a WebSocket: when each piece of the
// transcript arrived, and how much audio had arrived by then. An estimate that prefers too few words to too many:
// what the model believes was heard must have been (rule BI5).

/** Ten characters a second: slower than anyone speaks to a stranger. */
const SLOW_CHARS_PER_MS = 0.01;

/** A voice draws breath: a piece's first sound comes so long after its audio began. */
const LEAD_MS = 150;
/** Words of one length differ so much in sound: a word counts as heard that much after its share says so. */
const MARGIN_MS = 200;

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
    // Words that came together all wait for the audio that follows them.
    const latest = this.#marks.at(-1);
    const last = this.#marks.find((mark) => mark.receivedMs === latest?.receivedMs);
    if (last === undefined) return 0;
    const charsPerMs = last.receivedMs > 0 ? last.chars / last.receivedMs : SLOW_CHARS_PER_MS;
    return Math.min(this.#text.length, last.chars + (totalMs - last.receivedMs) * charsPerMs);
  }

  #charsByMarks(heardMs: number, end: Mark): number {
    const atMs = heardMs - MARGIN_MS;
    const from = this.#marks.findLast((mark) => mark.receivedMs <= atMs);
    if (from === undefined) return 0;
    // Words that came together share the audio up to the next ones.
    const first = this.#marks.find((mark) => mark.receivedMs === from.receivedMs)!;
    const to = this.#marks.find((mark) => mark.receivedMs > from.receivedMs) ?? end;
    const spanMs = Math.min(to.receivedMs, end.receivedMs) - first.receivedMs;
    const leadMs = Math.min(LEAD_MS, spanMs);
    if (spanMs <= leadMs) return first.chars;
    const share = Math.max(0, (atMs - first.receivedMs - leadMs) / (spanMs - leadMs));
    return this.#lastSpoken(first.chars, to.chars, share);
  }

  /** The end of the last word in a stretch of the text of which a share has been spoken. */
  #lastSpoken(fromChars: number, toChars: number, share: number): number {
    const words = this.#text.slice(fromChars, toChars).match(/\S+\s*/g) ?? [];
    const spoken = share * words.reduce((sum, word) => sum + weight(word), 0);
    let weighed = 0;
    let chars = fromChars;
    for (const word of words) {
      weighed += weight(word);
      if (weighed > spoken) break;
      chars += word.length;
    }
    return chars;
  }
}

/** How long a word takes against others, by its letters; the shortest ones take longer than those tell. */
function weight(word: string): number {
  return word.trimEnd().length + 2;
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
