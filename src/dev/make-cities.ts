// Writes `src/tools/places/cities.ts`: the 300 largest cities and the countries that lie in one time zone, from the
// `city-timezones` package (MIT). Run by hand when that package is updated; the Worker ships only the short table.

import { writeFileSync } from "node:fs";
import { cityMapping } from "city-timezones";

const CITIES = 300;
const target = new URL("../tools/places/cities.ts", import.meta.url);

const known = cityMapping.filter((city) => city.timezone && city.city_ascii);
const largest = known.toSorted((a, b) => b.pop - a.pop);

const cities = new Map<string, string>();
for (const city of largest) {
  if (cities.size === CITIES) break;
  // The larger of two cities of one name is the one people mean.
  if (!cities.has(city.city_ascii)) cities.set(city.city_ascii, city.timezone);
}

const zonesByCountry = new Map<string, Set<string>>();
for (const city of known) {
  const zones = zonesByCountry.get(city.country) ?? new Set();
  zonesByCountry.set(city.country, zones.add(city.timezone));
}
const countries = new Map(
  [...zonesByCountry]
    .filter(([, zones]) => zones.size === 1)
    .map(([country, [zone]]) => [country, zone!] as const),
);

const table = (name: string, comment: string, entries: Map<string, string>) =>
  `/** ${comment} */\nexport const ${name}: Record<string, string> = {\n` +
  [...entries]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([place, zone]) => `  ${JSON.stringify(place)}: ${JSON.stringify(zone)},\n`)
    .join("") +
  "};\n";

writeFileSync(
  target,
  "// Made by `src/dev/make-cities.ts` from the `city-timezones` package; edit that, not this.\n\n" +
    table("CITY_ZONES", `The ${CITIES} largest cities and their time zones.`, cities) +
    "\n" +
    table("COUNTRY_ZONES", "Countries that lie in one time zone.", countries),
);
