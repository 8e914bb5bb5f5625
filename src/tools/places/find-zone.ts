// The IANA time zone of a place as people say it: one of the largest cities, a country with a single zone, or any
// zone the runtime knows, by its full name ("Asia/Tokyo") or by its city alone ("Kathmandu").

import { CITY_ZONES, COUNTRY_ZONES } from "./cities.ts";

export interface Place {
  /** How to call it in an answer. */
  name: string;
  zone: string;
}

/** What people say instead of the names in the tables. */
const NICKNAMES: Record<string, string> = {
  nyc: "New York",
  "new york city": "New York",
  la: "Los Angeles",
  sf: "San Francisco",
  "washington dc": "Washington, D.C.",
  washington: "Washington, D.C.",
  bombay: "Mumbai",
  bangalore: "Bengaluru",
  saigon: "Ho Chi Minh City",
  kathmandu: "Asia/Kathmandu",
  kyiv: "Europe/Kyiv",
  yangon: "Asia/Yangon",
  uk: "United Kingdom",
  england: "United Kingdom",
  "south korea": "Seoul",
  utc: "UTC",
  gmt: "UTC",
};

let index: Map<string, Place> | undefined;

/** The place `spoken` means, or undefined: then the agent asks. */
export function findZone(spoken: string): Place | undefined {
  index ??= buildIndex();
  const wanted = normalize(spoken);
  const name = Object.hasOwn(NICKNAMES, wanted) ? NICKNAMES[wanted]! : spoken.trim();
  const known = index.get(normalize(name)) ?? knownToRuntime(name);
  if (known !== undefined) return known;
  // "Tokyo, Japan": what stands before the comma is the place.
  const first = spoken.split(",")[0]!;
  return first === spoken ? undefined : findZone(first);
}

function buildIndex(): Map<string, Place> {
  const places = new Map<string, Place>([["utc", { name: "UTC", zone: "UTC" }]]);
  const add = (name: string, zone: string) => {
    const key = normalize(name);
    if (!places.has(key)) places.set(key, { name, zone });
  };
  for (const [city, zone] of Object.entries(CITY_ZONES)) add(city, zone);
  for (const [country, zone] of Object.entries(COUNTRY_ZONES)) add(country, zone);
  for (const zone of Intl.supportedValuesOf("timeZone")) {
    add(zone, zone);
    add(zone.split("/").at(-1)!.replaceAll("_", " "), zone);
  }
  return places;
}

/** Aliases such as "US/Pacific" or "Asia/Kathmandu" are not listed, but the runtime understands them. */
function knownToRuntime(name: string): Place | undefined {
  // "+05:30" would be understood too, but is no place.
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    Intl.DateTimeFormat("en", { timeZone: name });
    return { name: name.split("/").at(-1)!.replaceAll("_", " "), zone: name };
  } catch {
    return undefined;
  }
}

/** Letters and digits in lower case without accents, single spaces between: "São Paulo" and "sao  paulo" are one. */
function normalize(name: string): string {
  return name
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/^the /, "")
    .replaceAll(/[^a-z0-9/]+/g, " ")
    .trim();
}
