// Words against milliseconds.

import { describe, expect, test } from "vitest";
import { HeardText } from "../../src/conversation/heard-text.ts";

describe("heard text", () => {
  test("BI5 the cut falls between words and never later than the share that was heard", () => {
    const words = new HeardText();
    words.add("one two three four five", 0);
    expect(words.heard(1000, 2000)).toBe("one two");
    expect(words.heard(1, 2000)).toBe("");
    expect(words.heard(2000, 2000)).toBe("one two three four five");
  });

  test("BI5 a sentence whose audio had not begun is not heard, however short the first one was", () => {
    const words = new HeardText();
    words.add("Well. ", 0);
    // The first sentence is long in audio and short in text: shares of the whole would claim too much.
    words.add("Now a very much longer sentence follows here.", 2000);
    expect(words.heard(2200, 4000)).toBe("Well.");
    expect(words.heard(3000, 4000).startsWith("Well. Now")).toBe(true);
  });

  test("BI5 a cut early in a sentence whose words all came ahead of its audio does not spread them over what came", () => {
    const words = new HeardText();
    const sentence = "A baker lived by the river with her old brown dog.";
    for (const word of sentence.match(/\S+\s*/g)!) words.add(word, 0);
    expect(words.heard(1000, 1200, false)).toBe("A");
  });

  test("BI5 never more text for less audio", () => {
    const words = new HeardText();
    for (const [index, word] of "the quick brown fox jumps over the lazy dog again".split(" ").entries()) {
      words.add(`${word} `, index * 90);
    }
    let last = 0;
    for (let heardMs = 0; heardMs <= 1200; heardMs += 7) {
      const { length } = words.heard(heardMs, 1200);
      expect(length).toBeGreaterThanOrEqual(last);
      last = length;
    }
  });
});
