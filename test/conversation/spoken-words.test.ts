// Words as people say them, in writing with spaces between them and without.

import { expect, test } from "vitest";
import { isBackchannel, isEcho, spokenWords } from "../../src/conversation/spoken-words.ts";

const LISTENING = [
  "mm-hm",
  "okay",
  "yeah",
  "all right",
  "right",
  "うん",
  "はい",
  "嗯",
  "そう",
  "そうで",
  "です",
];

test("FI2 a listener's words are known with or without punctuation, in any order and number", () => {
  for (const text of [
    "Mm-hm.",
    "Okay, okay",
    "yeah… OKAY!",
    "all right right",
    "okay ❤️",
    "うん、うん。",
    "はいはい",
    "嗯嗯",
    "そうです",
  ]) {
    expect([text, isBackchannel(text, LISTENING)]).toEqual([text, true]);
  }
  for (const text of ["", "…", "okay stop", "all", "いいは", "はいえ", "はいいいえ", "嗯不"]) {
    expect([text, isBackchannel(text, LISTENING)]).toEqual([text, false]);
  }
});

test("FI2 a word that is written with its marks or without is the same one", () => {
  expect(isBackchannel("حسناً", ["حسنا"])).toBe(true);
  expect(isBackchannel("İyi", ["iyi"])).toBe(true);
  expect(isBackchannel("Cafe\u0301", ["café"])).toBe(true);
  // A vowel is no such mark.
  expect(isBackchannel("ही", ["हो"])).toBe(false);
  expect(isBackchannel("anything", ["", "…"])).toBe(false);
});

test("EC4 what has no letter and no digit is no word", () => {
  for (const text of ["", "…", "❤️", "♪️", "´", "゛", "<?>"]) {
    expect([text, spokenWords(text)]).toEqual([text, []]);
  }
});

test("EC1 an echo in a writing without spaces is known by its words, and three of them are needed", () => {
  const weather = "今天东京的天气很好,气温二十五度。";
  expect(isEcho("东京的天气很好", weather)).toBe(true);
  expect(isEcho("那北京的天气呢?", weather)).toBe(false);
  expect(isEcho("东京", weather)).toBe(false);
  expect(isEcho("東京の天気は晴れです", "はい、東京の天気は晴れです。")).toBe(true);
  expect(isEcho("インターネット", "インターネットに接続します")).toBe(false);
  expect(isEcho("ยกเลิกเลย", "สวัสดีครับ ผมชื่อพาร์เลย์ วันนี้อากาศดีมากครับ")).toBe(false);
  expect(isEcho("วันนี้อากาศดีมาก", "ผมชื่อพาร์เลย์ วันนี้อากาศดีมากครับ")).toBe(true);
});

test("EC4 a single word in a writing without spaces is an echo only of that word", () => {
  expect(isEcho("はい", "こんにちは、何かお手伝いしましょうか", 1)).toBe(false);
  expect(isEcho("你们", "你好,我是我们的助手", 1)).toBe(false);
  expect(isEcho("你好", "你好,我是我们的助手", 1)).toBe(true);
});

test("EC1 words with spaces between them count as words, and other writing among them as its own", () => {
  const played = "It is half past nine in the evening in Tokyo.";
  expect(isEcho("half past nine", played)).toBe(true);
  expect(isEcho("nine past half", played)).toBe(false);
  expect(isEcho("in Tokyo", played)).toBe(false);
  expect(isEcho("five past six 東京", "five past six 東京")).toBe(true);
  expect(spokenWords("Mm-hm, 東京!")).toEqual(["mmhm", "東京"]);
  expect(spokenWords("हाँ ठीक")).toEqual(["हाँ", "ठीक"]);
});
