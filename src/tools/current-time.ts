// The current time in a place: the simplest tool, and the pattern for yours.

import * as z from "zod";
import { defineTool } from "../define.ts";
import { findZone } from "./places/find-zone.ts";

export const currentTime = defineTool({
  name: "current_time",
  description:
    'Tells the current local time and day in a city, country or time zone. For example "what time is it in Tokyo".',
  parameters: z.object({
    place: z.string().min(1).max(100).describe("The city, country or IANA time zone"),
  }),
  timeoutMs: 2_000,
  idempotent: true,
  run({ place }, { now }) {
    const found = findZone(place);
    if (found === undefined) {
      return {
        output: {
          error: "unknown_place",
          say: `I do not know the time zone of ${place}. Which larger city is near it?`,
        },
      };
    }
    const at = new Date(now());
    const format = (options: Intl.DateTimeFormatOptions) =>
      // Some ICU versions put a narrow no-break space before AM and PM.
      new Intl.DateTimeFormat("en-US", { timeZone: found.zone, ...options })
        .format(at)
        .replaceAll("\u202f", " ");
    const time = format({ hour: "numeric", minute: "2-digit" });
    const day = format({ weekday: "long" });
    return {
      output: { place: found.name, zone: found.zone, time, day, say: `It is ${time} in ${found.name}.` },
      display: `${found.name}: ${time}, ${day}`,
    };
  },
});
