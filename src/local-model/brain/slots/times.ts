// Days and clock times, spoken or typed, and the ISO form when a schema asks for it.

import { clockWords, numberWords } from "../../number-words.ts";
import type { Token } from "../tokens.ts";
import { numberAt } from "./numbers.ts";
import { PhraseIndex, scan } from "./phrase-index.ts";
import type { Found } from "./phrase-index.ts";

const WEEKDAYS = "sunday monday tuesday wednesday thursday friday saturday".split(" ");
const MONTHS = "january february march april may june july august september october november december".split(
  " ",
);
const RELATIVE = [
  "today",
  "tonight",
  "tomorrow",
  "yesterday",
  "the day after tomorrow",
  "this weekend",
  "next week",
];
const DAY_MS = 86_400_000;

const days = new PhraseIndex(
  [
    ...RELATIVE,
    ...WEEKDAYS,
    ...WEEKDAYS.map((day) => `next ${day}`),
    ...WEEKDAYS.map((day) => `on ${day}`),
  ].map((phrase) => [phrase, phrase.replace(/^on /, "")] as const),
);

export const DAY_PHRASES: readonly string[] = days.phrases;

/** Days as words: "tomorrow", "next friday", "March 3", or the ISO date that was typed. */
export function daysIn(list: readonly Token[]): Found<string>[] {
  return scan(list, (from) => days.at(list, from) ?? calendarDay(list, from));
}

function calendarDay(list: readonly Token[], from: number): Found<string> | undefined {
  const month = MONTHS.indexOf(list[from]?.word ?? "");
  if (month < 0) return undefined;
  const digits = /^\d{1,2}$/.exec(list[from + 1]?.word ?? "");
  const spoken = numberAt(list, from + 1);
  const day = digits ? Number(digits[0]) : spoken?.value;
  if (day === undefined || day < 1 || day > 31) return undefined;
  const name = MONTHS[month]!;
  const value = `${name[0]!.toUpperCase()}${name.slice(1)} ${day}`;
  return { value, from, to: digits ? from + 2 : spoken!.to };
}

/** The ISO date (YYYY-MM-DD) of a day phrase, counted from `now`; undefined when it names no single day. */
export function isoDate(phrase: string, now: Date): string | undefined {
  const day = phrase.toLowerCase();
  const weekday = WEEKDAYS.indexOf(day.replace(/^next /, ""));
  if (weekday >= 0) return iso(now, (weekday - now.getDay() + 7) % 7 || 7);
  const ahead: Readonly<Record<string, number>> = {
    today: 0,
    tonight: 0,
    tomorrow: 1,
    yesterday: -1,
    "the day after tomorrow": 2,
  };
  const offset = ahead[day];
  if (offset !== undefined) return iso(now, offset);
  const [month = "", date = ""] = day.split(" ");
  const index = MONTHS.indexOf(month);
  if (index < 0) return undefined;
  return `${now.getFullYear()}-${two(index + 1)}-${two(Number(date))}`;
}

function iso(now: Date, daysAhead: number): string {
  const day = new Date(now.getTime() + daysAhead * DAY_MS);
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** Clock times to listen for: every five minutes, with and without the half of the day. */
export function clockPhrases(stepMinutes = 5): string[] {
  const phrases = ["noon", "midnight"];
  for (let hour = 1; hour <= 12; hour++) {
    for (let minute = 0; minute < 60; minute += stepMinutes) {
      const time = clockWords(hour, minute);
      phrases.push(`${time} a.m.`, `${time} p.m.`, minute === 0 ? `${time} o'clock` : time);
    }
    phrases.push(
      `half past ${numberWords(hour)}`,
      `quarter past ${numberWords(hour)}`,
      `quarter to ${numberWords(hour)}`,
    );
  }
  return phrases;
}

/** Clock times as people write them: "3:05 PM", "7:30", "noon". */
export function clocksIn(list: readonly Token[]): Found<string>[] {
  return scan(list, (from) => clockAt(list, from));
}

function clockAt(list: readonly Token[], from: number): Found<string> | undefined {
  const word = list[from]?.word ?? "";
  if (word === "noon" || word === "midnight") return { value: word, from, to: from + 1 };
  const written = /^(\d{1,2}):(\d{2})$/.exec(word);
  if (written) return finish(list, from, from + 1, Number(written[1]), Number(written[2]), true);
  const fraction = /^(half|quarter)$/.test(word) ? list[from + 1]?.word : undefined;
  if (fraction === "past" || fraction === "to") {
    const hour = numberAt(list, from + 2);
    if (!hour) return undefined;
    const minutes = word === "half" ? 30 : fraction === "past" ? 15 : 45;
    return finish(
      list,
      from,
      hour.to,
      fraction === "to" ? (hour.value + 11) % 12 || 12 : hour.value,
      minutes,
      true,
    );
  }
  const hour = numberAt(list, from);
  if (!hour || hour.value > 24) return undefined;
  const zero = list[hour.to]?.word === "oh" ? 1 : 0;
  const minute = numberAt(list, hour.to + zero);
  if (minute && minute.value < 60) return finish(list, from, minute.to, hour.value, minute.value, false);
  return finish(list, from, hour.to, hour.value, 0, false);
}

/** A bare number is a time only with "a.m.", "p.m." or "o'clock" behind it, or minutes it could not have otherwise. */
function finish(
  list: readonly Token[],
  from: number,
  to: number,
  hour: number,
  minute: number,
  certain: boolean,
): Found<string> | undefined {
  const after = list[to]?.word.replaceAll(".", "") ?? "";
  const half = after === "am" || after === "pm" ? after.toUpperCase() : undefined;
  const clock = after === "o'clock";
  if (!certain && !half && !clock && minute === 0) return undefined;
  const value = `${hour}:${two(minute)}${half ? ` ${half}` : ""}`;
  return { value, from, to: half || clock ? to + 1 : to };
}

/** "3:05 PM" as "15:05", for schemas that ask for a time in ISO form. */
export function isoTime(clock: string): string {
  if (clock === "noon") return "12:00";
  if (clock === "midnight") return "00:00";
  const match = /^(\d{1,2}):(\d{2})(?: (AM|PM))?$/.exec(clock);
  if (!match) return clock;
  const hour = Number(match[1]);
  const day = match[3] === "PM" ? (hour % 12) + 12 : match[3] === "AM" ? hour % 12 : hour;
  return `${two(day)}:${match[2]}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
