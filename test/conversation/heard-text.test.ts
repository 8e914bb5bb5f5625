// Words against milliseconds.

import { describe, expect, test } from "vitest";
import { HeardText, VoicePace } from "../../src/conversation/heard-text.ts";

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
    expect(words.heard(1000, 1200, false)).toBe("A baker");
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

  test("BI5 pieces that end inside of words are weighed like whole ones", () => {
    const text = "the quick brown fox jumps over the lazy dog again";
    const told = (pieces: string[]) => {
      const words = new HeardText();
      for (const piece of pieces) words.add(piece, words.text.length * 60);
      return Array.from({ length: 40 }, (_, step) => words.heard(step * 75, text.length * 60).length);
    };
    const [whole, split] = [told(text.match(/\S+\s*/g)!), told(text.match(/.{1,3}/g)!)];
    // Finer pieces tell more, but never by more than a word.
    for (const [step, length] of split.entries()) {
      expect(Math.abs(length - whole[step]!)).toBeLessThanOrEqual(7);
    }
    expect(split.at(-1)).toBe(text.length - " again".length);
  });

  test("BI9 in a writing without spaces the cut falls between its letters, and their marks stay with them", () => {
    const words = new HeardText();
    words.add("今天天气很好，我们去公园吧。", 0);
    expect(words.heard(1400, 2800)).toBe("今天天气");
    expect(words.heard(1700, 2800)).toBe("今天天气很好，");
    const mixed = new HeardText();
    mixed.add("Parley は便利です。", 0);
    expect(mixed.heard(1500, 2000)).toBe("Parley は便");
    const marks = new HeardText();
    marks.add("สวัสดีครับ", 0);
    for (let heardMs = 0; heardMs < 1600; heardMs += 50) {
      expect(marks.heard(heardMs, 1600).replaceAll(/\P{M}/gu, "").length).toBeLessThanOrEqual(3);
      expect(marks.heard(heardMs, 1600)).not.toMatch(/^\p{M}|[^ก-ฮ]\p{M}$/u);
    }
  });

  test("BI10 while audio still comes, a voice that is known to be fast is believed to have said more", () => {
    const unfinished = (pace: VoicePace) => {
      const words = new HeardText(pace);
      words.add("The recipe needs two eggs, a cup of flour, a little salt and some warm milk.", 0);
      return words.heard(2_000, 2_200, false).split(" ").length;
    };
    const fast = new VoicePace();
    fast.learn("A voice that has so many words to say in a single second.", 2_400);
    const slow = new VoicePace();
    slow.learn("A voice with time.", 2_400);
    const unknown = unfinished(new VoicePace());
    expect(unfinished(fast)).toBeGreaterThan(unknown);
    expect(unfinished(slow)).toBeLessThan(unknown);
    // One slow item is enough to be careful, and a very short one tells nothing.
    fast.learn("A voice with time.", 2_400);
    expect(unfinished(fast)).toBe(unfinished(slow));
    const short = new VoicePace();
    short.learn("Oh.", 900);
    expect(unfinished(short)).toBe(unknown);
    // Nor does an item without words, or a hum.
    short.learn("", 3_000);
    short.learn("Hm.", 6_000);
    expect(unfinished(short)).toBe(unknown);
    slow.learn("A melody, and hardly a word to it.", 60_000);
    expect(unfinished(slow)).toBeGreaterThan(0);
  });
});
