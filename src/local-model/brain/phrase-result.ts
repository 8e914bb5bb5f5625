// Says the result of a tool. A tool may write its own sentence; otherwise its keys and values are read out.

import { capital, listed } from "./slots/slot.ts";
import { nameWords } from "./tokens.ts";

/** Fields that hold a sentence made to be spoken, best first. */
const SPOKEN_FIELDS = ["speech", "say", "summary", "message", "answer"] as const;
const PLACE_FIELDS = new Set(["place", "city", "location", "town"]);
const TIME_FIELDS = new Set(["time", "localTime", "local_time", "clock"]);
/** Longer lists are cut: nobody listens to fifty entries. */
const MAX_LISTED = 8;
const UNITS: Readonly<Record<string, string>> = {
  c: "degrees Celsius",
  celsius: "degrees Celsius",
  f: "degrees Fahrenheit",
  fahrenheit: "degrees Fahrenheit",
  kmh: "kilometres per hour",
  km: "kilometres",
  mm: "millimetres",
  percent: "percent",
  minutes: "minutes",
  seconds: "seconds",
  hours: "hours",
  ms: "milliseconds",
};

/** `output` is what the tool returned: JSON text or plain text. Never empty. */
export function phraseResult(output: string): string {
  const value = parsed(output);
  const failure = failureOf(value);
  if (failure !== undefined) return `Sorry, that did not work. ${sentence(failure)}`.trim();
  return sentence(said(value)) || "Done.";
}

function parsed(output: string): unknown {
  try {
    return JSON.parse(output) as unknown;
  } catch {
    return output;
  }
}

/** The reason, when the output says there was an error; "" when it gives none. */
function failureOf(value: unknown): string | undefined {
  if (typeof value === "string") {
    const match = /^(?:error|failed|failure)\b:?\s*([\s\S]*)$/i.exec(value.trim());
    return match ? (match[1] ?? "") : undefined;
  }
  if (!isRecord(value)) return undefined;
  const { error } = value;
  const failed =
    value["ok"] === false ||
    value["success"] === false ||
    value["status"] === "error" ||
    value["isError"] === true;
  if (!failed && (error === undefined || error === null || error === false)) return undefined;
  if (typeof error === "string" && /\s/.test(error)) return error;
  if (isRecord(error) && typeof error["message"] === "string") return error["message"];
  const own = [...SPOKEN_FIELDS, "reason"]
    .map((field) => value[field])
    .find((text) => typeof text === "string");
  return own ?? (typeof error === "string" ? nameWords(error).join(" ") : "");
}

function said(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "There is nothing." : list(value);
  if (!isRecord(value)) return plain(value);
  for (const field of SPOKEN_FIELDS) {
    const own = value[field];
    if (typeof own === "string" && own.trim() !== "") return own;
  }
  const entries = Object.entries(value).filter(
    ([, part]) => part !== null && part !== undefined && part !== "",
  );
  const [onlyValue] = entries.length === 1 ? entries[0]!.slice(1) : [];
  if (typeof onlyValue === "string") return onlyValue;
  const place = entries.find(([key, part]) => PLACE_FIELDS.has(key) && typeof part === "string");
  const time = entries.find(([key, part]) => TIME_FIELDS.has(key) && typeof part === "string");
  if (place && time) return `It is ${plain(time[1])} in ${plain(place[1])}.`;
  const rest = entries.filter((entry) => entry !== place && entry[0] !== "ok" && entry[0] !== "success");
  const facts = rest.slice(0, MAX_LISTED).map(([key, part]) => fact(key, part));
  if (facts.length === 0) return "";
  return place ? `In ${plain(place[1])}, ${listed(facts, "and")}.` : `${capital(listed(facts, "and"))}.`;
}

function fact(key: string, value: unknown): string {
  const words = nameWords(key);
  const unit = words.length > 1 ? UNITS[words.at(-1) ?? ""] : undefined;
  const label = (unit ? words.slice(0, -1) : words).join(" ");
  if (Array.isArray(value)) {
    if (value.length === 0) return `there are no ${label}`;
    return value.length === 1 && label.endsWith("s")
      ? `the ${label.slice(0, -1)} is ${list(value)}`
      : `the ${label} are ${list(value)}`;
  }
  if (isRecord(value)) return `the ${label}: ${said(value).replace(/\.$/, "")}`;
  return `the ${label} is ${plain(value)}${unit ? ` ${unit}` : ""}`;
}

function list(values: readonly unknown[]): string {
  const parts = values.slice(0, MAX_LISTED).map((value) => said(value).replace(/\.$/, ""));
  const more = values.length - parts.length;
  return listed(more > 0 ? [...parts, `${more} more`] : parts, "and");
}

function plain(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") {
    return Number.isInteger(value) ? String(value) : String(Math.round(value * 100) / 100);
  }
  return typeof value === "string" ? value.trim() : "";
}

/** Capital letter first, full stop last. */
function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") return "";
  return capital(/[.!?…]["”)]?$/.test(trimmed) ? trimmed : `${trimmed}.`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
