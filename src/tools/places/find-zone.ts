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
  bengaluru: "Bangalore",
  saigon: "Ho Chi Minh City",
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
  const nickname = NICKNAMES[wanted];
  const known = index.get(nickname === undefined ? wanted : normalize(nickname));
  if (known !== undefined) return known;
  // "Tokyo, Japan", "Springfield USA": what stands before the comma is the place.
  const first = spoken.split(",")[0]!;
  return first === spoken ? knownToRuntime(spoken.trim()) : findZone(first);
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

/** Aliases such as "US/Pacific" or "Asia/Calcutta" are not listed, but the runtime understands them. */
function knownToRuntime(name: string): Place | undefined {
  if (!/^[A-Za-z]+(\/[A-Za-z_+\-0-9]+)+$/.test(name)) return undefined;
  try {
    const zone = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
    return { name: name.split("/").at(-1)!.replaceAll("_", " "), zone };
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
