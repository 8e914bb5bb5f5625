// Rewrites what a screen shows well and flite reads badly: clock times, dates, units, markup. Only what is spoken
// changes; the transcript keeps the text as it was.

import { clockWords } from "../number-words.ts";

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  [/https?:\/\/(?:www\.)?([^\s/]+)\S*/g, "$1"],
  [/[*_`#~]+/g, ""],
  [/°\s?C\b/g, " degrees Celsius"],
  [/°\s?F\b/g, " degrees Fahrenheit"],
  [/°/g, " degrees"],
  [/\bkm\/h\b/g, "kilometres per hour"],
  [/(\d)\s?km\b/g, "$1 kilometres"],
  [/(\d)\s?mm\b/g, "$1 millimetres"],
  [/(\d)\s?%/g, "$1 percent"],
  [/([\d)])\s*&\s*/g, "$1 and "],
  [/\s&\s/g, " and "],
  [/(^|\s)[-−](\d)/g, "$1minus $2"],
  [/[–—]/g, ", "],
  [/\be\.g\.\s?/gi, "for example "],
];

export function speakable(text: string): string {
  let spoken = text
    .replace(
      /\b(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?/g,
      "$4:$5 on $1-$2-$3",
    )
    .replace(/\b(\d{4})-(\d{2})-(\d{2})\b/g, (whole, year: string, month: string, day: string) => {
      const name = MONTHS[Number(month) - 1];
      return name ? `${name} ${Number(day)}, ${year}` : whole;
    })
    .replace(/\b(\d{1,2}):(\d{2})(?::\d{2})?(\s?[ap]\.?m\b\.?)?/gi, spokenClock);
  for (const [pattern, replacement] of REPLACEMENTS) spoken = spoken.replace(pattern, replacement);
  return spoken.replace(/\s+/g, " ").trim();
}

/** "15:05" as "three oh five P M": in words, because flite reads two numbers side by side as one long one. */
function spokenClock(whole: string, hours: string, minutes: string, half: string | undefined): string {
  const hour = Number(hours);
  const minute = Number(minutes);
  if (hour > 24 || minute > 59) return whole;
  const words = clockWords(hour % 12 === 0 ? 12 : hour % 12, minute);
  const isAfternoon = half ? /p/i.test(half) : hour >= 12 && hour < 24;
  return `${words} ${isAfternoon ? "P M" : "A M"}`;
}
