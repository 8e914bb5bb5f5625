// Writes recognised words as people write: a capital at the start, names with theirs, a question mark where one
// asks. The words themselves stay as they were heard.

import { UNKNOWN_WORDS } from "../hearing.ts";

/** Names that are also ordinary words stay small. */
const ORDINARY = new Set([
  "nice",
  "cork",
  "split",
  "bern",
  "york",
  "rose",
  "grace",
  "mark",
  "frank",
  "jack",
  "max",
  "rob",
  "joy",
  "will",
  "mike",
  "turkey",
  "china",
  "chile",
  "georgia",
  "jordan",
  "mali",
  "the hague",
]);
const ASKS = /^(?:what|which|who|whom|how|when|where|why|is|are|do|does|did|can|could|will|would|have|has)\b/;

export function captioner(properNames: readonly string[]): (words: string) => string {
  const names = new Map(
    properNames.map((name) => [name.toLowerCase(), name]).filter(([key]) => !ORDINARY.has(key!)) as [
      string,
      string,
    ][],
  );
  const longest = Math.max(1, ...[...names.keys()].map((name) => name.split(" ").length));
  return (words) => {
    const list = words.split(" ").filter(Boolean);
    const written: string[] = [];
    for (let from = 0; from < list.length;) {
      let taken = 1;
      let text = list[from]!;
      if (text === "i") text = "I";
      for (let length = Math.min(longest, list.length - from); length > 0; length--) {
        const name = names.get(list.slice(from, from + length).join(" "));
        if (name === undefined) continue;
        taken = length;
        text = name;
        break;
      }
      written.push(text);
      from += taken;
    }
    const text = written.join(" ");
    if (text === "" || text === UNKNOWN_WORDS) return text;
    return `${text[0]!.toUpperCase()}${text.slice(1)}${ASKS.test(words) ? "?" : ""}`;
  };
}
