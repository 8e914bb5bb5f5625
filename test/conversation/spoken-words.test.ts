// Words as people say them, in writing with spaces between them and without.

import { expect, test } from "vitest";
import { isBackchannel, isEcho, spokenWords } from "../../src/conversation/spoken-words.ts";

test("FI2 a listener's words are known in any spelling, one after the other, and with nothing else", () => {
  const list = ["mm-hm", "okay", "yeah", "all right", "うん", "はい", "嗯"];
  for (const text of [
    "Mm-hm.",
    "Okay, okay",
    "yeah… OKAY!",
    "all right",
    "うん、うん。",
    "はいはい",
    "嗯嗯",
  ]) {
    expect([text, isBackchannel(text, list)]).toEqual([text, true]);
  }
  for (const text of ["", "…", "okay stop", "all", "right", "いいは", "はいえ", "はいいいえ", "嗯不"]) {
    expect([text, isBackchannel(text, list)]).toEqual([text, false]);
  }
});

test("FI2 of two that begin alike the longer one is taken", () => {
  expect(isBackchannel("そうそうか", ["そう", "そうか"])).toBe(true);
  expect(isBackchannel("そうか", ["そうか"])).toBe(true);
});

test("EC1 an echo in a writing without spaces is known by its letters, of which six are as good as three words", () => {
  const played = "今天东京的天气很好,气温二十五度。";
  expect(isEcho("东京的天气很好", played)).toBe(true);
  // The recogniser got one of them wrong.
  expect(isEcho("东京的天汽很好", played)).toBe(true);
  expect(isEcho("那北京的天气呢?", played)).toBe(false);
  expect(isEcho("东京", played)).toBe(false);
  expect(isEcho("東京の天気は晴れです", "はい、東京の天気は晴れです。")).toBe(true);
  expect(isEcho("ขอบคุณมากครับ", "ยินดีครับ ขอบคุณมากครับ")).toBe(true);
  expect(isEcho("不", "不", 1)).toBe(false);
});

test("EC1 words with spaces between them count as words", () => {
  const played = "It is half past nine in the evening in Tokyo.";
  expect(isEcho("half past nine", played)).toBe(true);
  expect(isEcho("nine past half", played)).toBe(false);
  expect(isEcho("in Tokyo", played)).toBe(false);
  expect(spokenWords("Mm-hm, 東京!")).toEqual(["mmhm", "東", "京"]);
  // A vowel can be a mark, and a letter can be written in two ways.
  expect(spokenWords("हाँ ठीक")).toEqual(["हाँ", "ठीक"]);
  expect(spokenWords("Cafe\u0301")).toEqual(spokenWords("Café"));
});
