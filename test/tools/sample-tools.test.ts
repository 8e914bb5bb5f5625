// The sample agent's three tools.

import { describe, expect, test, vi } from "vitest";
import { CITY_ZONES } from "../../src/tools/places/cities.ts";
import { findZone } from "../../src/tools/places/find-zone.ts";
import { currentTime } from "../../src/tools/current-time.ts";
import { weather } from "../../src/tools/weather.ts";
import type { ToolContext } from "../../src/define.ts";

const context: ToolContext = {
  conversationId: "c",
  callId: "call_1",
  signal: new AbortController().signal,
  notes: { add: () => undefined, all: () => [] },
  now: () => Date.UTC(2026, 6, 1, 12, 42),
};

describe("the sample tools", () => {
  test("AG1 every IANA zone and each of the 300 largest cities is found", () => {
    const zones = Intl.supportedValuesOf("timeZone");
    expect(zones.length).toBeGreaterThan(400);
    for (const zone of zones) expect(findZone(zone)?.zone, zone).toBe(zone);
    expect(Object.keys(CITY_ZONES)).toHaveLength(300);
    for (const alias of ["Asia/Kathmandu", "Europe/Kyiv", "US/Pacific", "Japan", "Etc/GMT+5"]) {
      expect(findZone(alias), alias).toBeDefined();
    }
    for (const [city, zone] of Object.entries(CITY_ZONES)) expect(findZone(city)?.zone, city).toBe(zone);
  });

  test("AG1 people's spellings are understood", () => {
    const spoken: [string, string][] = [
      ["tokyo", "Asia/Tokyo"],
      ["São Paulo", "America/Sao_Paulo"],
      ["new york city", "America/New_York"],
      ["Paris, France", "Europe/Paris"],
      ["Japan", "Asia/Tokyo"],
      ["kathmandu", "Asia/Kathmandu"],
      ["US/Pacific", "America/Los_Angeles"],
      ["the UK", "Europe/London"],
    ];
    for (const [place, zone] of spoken) {
      const found = findZone(place)?.zone;
      const offset = (name: string) =>
        new Intl.DateTimeFormat("en", { timeZone: name, timeZoneName: "longOffset" }).format(0);
      expect(found && offset(found), place).toBe(offset(zone));
    }
  });

  test("AG1 the time is told for the place, and an unknown place is asked about", async () => {
    expect(await currentTime.run({ place: "Tokyo" }, context)).toMatchObject({
      output: { zone: "Asia/Tokyo", time: "9:42 PM", day: "Wednesday", say: "It is 9:42 PM in Tokyo." },
      display: "Tokyo: 9:42 PM, Wednesday",
    });
    expect(await currentTime.run({ place: "Atlantis" }, context)).toMatchObject({
      output: { error: "unknown_place" },
    });
  });

  test("AG3 the weather is told, and a service that cannot be reached is said", async () => {
    const fetchSpy = vi.spyOn(globalThis, "fetch");
    fetchSpy.mockResolvedValueOnce(
      Response.json({ results: [{ name: "Paris", latitude: 48.85, longitude: 2.35 }] }),
    );
    fetchSpy.mockResolvedValueOnce(
      Response.json({ current: { temperature_2m: 18.4, wind_speed_10m: 11, weather_code: 61 } }),
    );
    expect(await weather.run({ place: "paris" }, context)).toMatchObject({
      output: { say: "In Paris it is 18 degrees Celsius with rain." },
    });
    fetchSpy.mockRejectedValueOnce(new TypeError("no network"));
    expect(await weather.run({ place: "paris" }, context)).toMatchObject({
      output: { error: "weather_unreachable", say: "I cannot reach the weather service right now." },
    });
    fetchSpy.mockRestore();
  });
});
