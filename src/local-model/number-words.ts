// Numbers as people say them, for what is spoken and for what is expected to be heard.

export const UNIT_WORDS: readonly string[] = (
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen " +
  "eighteen nineteen"
).split(" ");
export const TEN_WORDS: readonly string[] =
  "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** "twenty five" for 25; whole numbers from 0 to 999. */
export function numberWords(value: number): string {
  if (value < 20) return UNIT_WORDS[value] ?? "";
  if (value < 100) {
    return `${TEN_WORDS[Math.floor(value / 10)]}${value % 10 ? ` ${UNIT_WORDS[value % 10]}` : ""}`;
  }
  const rest = value % 100;
  return `${UNIT_WORDS[Math.floor(value / 100)]} hundred${rest ? ` ${numberWords(rest)}` : ""}`;
}

/** "three oh five" for 3:05; the full hour is the hour alone. */
export function clockWords(hour: number, minute: number): string {
  const past = minute === 0 ? "" : minute < 10 ? ` oh ${numberWords(minute)}` : ` ${numberWords(minute)}`;
  return `${numberWords(hour)}${past}`;
}
