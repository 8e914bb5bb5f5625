// Cuts a text into the pieces that are synthesised one by one, so that the first sound does not wait for the last
// word. Joined together the pieces are the text again.

/** A clause shorter than this is spoken together with the next: a pause after every word sounds broken. */
const SHORTEST_CLAUSE = 24;
/** Longer than this is cut at a comma or space although no sentence ends. */
const LONGEST_CLAUSE = 160;
/** The first piece is cut earlier: on one core flite needs 1 ms to 2 ms a character, and the listener waits for it. */
const LONGEST_FIRST_CLAUSE = 80;

export function clauses(text: string): string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const part of text.split(/(?<=[.!?;:…]["”)]?\s+)/)) {
    piece += part;
    for (let limit = longest(pieces); piece.length > limit; limit = longest(pieces)) {
      const cut = cutBefore(piece, limit);
      pieces.push(piece.slice(0, cut));
      piece = piece.slice(cut);
    }
    // The first piece may be short: it is what the listener waits for.
    if (piece.trim().length >= (pieces.length === 0 ? 1 : SHORTEST_CLAUSE)) {
      pieces.push(piece);
      piece = "";
    }
  }
  if (piece !== "") pieces.push(piece);
  return pieces;
}

function longest(pieces: readonly string[]): number {
  return pieces.length === 0 ? LONGEST_FIRST_CLAUSE : LONGEST_CLAUSE;
}

function cutBefore(text: string, limit: number): number {
  const head = text.slice(0, limit);
  const comma = head.lastIndexOf(", ");
  const space = head.lastIndexOf(" ");
  return comma > limit / 2 ? comma + 2 : space > 0 ? space + 1 : limit;
}
