// The weather now, from Open-Meteo (free, no key). The network can fail: the agent then says so and goes on.

import * as z from "zod";
import { defineTool } from "../define.ts";
import type { ToolAnswer } from "../define.ts";

const GEOCODING = "https://geocoding-api.open-meteo.com/v1/search";
const FORECAST = "https://api.open-meteo.com/v1/forecast";

const geocoded = z.object({
  results: z.array(z.object({ name: z.string(), latitude: z.number(), longitude: z.number() })).optional(),
});
const forecast = z.object({
  current: z.object({ temperature_2m: z.number(), wind_speed_10m: z.number(), weather_code: z.number() }),
});

/** WMO weather codes, the highest of each group: what people would call it. */
const SKIES: readonly (readonly [upTo: number, words: string])[] = [
  [0, "clear skies"],
  [2, "a few clouds"],
  [3, "an overcast sky"],
  [48, "fog"],
  [57, "drizzle"],
  [67, "rain"],
  [77, "snow"],
  [82, "showers"],
  [86, "snow showers"],
  [99, "thunderstorms"],
];

export const weather = defineTool({
  name: "get_weather",
  description: 'Tells the current weather in a city. For example "what is the weather in Paris".',
  parameters: z.object({ place: z.string().min(1).max(100).describe("The city") }),
  timeoutMs: 8_000,
  idempotent: true,
  async run({ place }, { signal }): Promise<ToolAnswer> {
    try {
      const where = geocoded.parse(
        await fetchJson(`${GEOCODING}?count=1&name=${encodeURIComponent(place)}`, signal),
      );
      const found = where.results?.[0];
      if (found === undefined) {
        return {
          output: {
            error: "unknown_place",
            say: `I do not know a place called ${place}. Which city do you mean?`,
          },
        };
      }
      const query = `latitude=${found.latitude}&longitude=${found.longitude}&current=temperature_2m,wind_speed_10m,weather_code`;
      const { current } = forecast.parse(await fetchJson(`${FORECAST}?${query}`, signal));
      const degrees = Math.round(current.temperature_2m);
      const sky = SKIES.find(([upTo]) => current.weather_code <= upTo)?.[1] ?? "changing weather";
      return {
        output: {
          place: found.name,
          temperatureCelsius: degrees,
          windKmh: Math.round(current.wind_speed_10m),
          sky,
          say: `In ${found.name} it is ${degrees} degrees Celsius with ${sky}.`,
        },
        display: `${found.name}: ${degrees} °C, ${sky}`,
      };
    } catch (thrown) {
      // Out of time is the runner's to report; anything else is the service's or the network's fault.
      if (signal.aborted) throw thrown;
      return {
        output: { error: "weather_unreachable", say: "I cannot reach the weather service right now." },
        display: "The weather service cannot be reached",
      };
    }
  },
});

async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}
