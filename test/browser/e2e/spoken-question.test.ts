// Someone presses the button and asks the time in Tokyo. The voice that asks is another than the agent's; what the
// page plays is put through the recogniser.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SAMPLE_RATE_HZ } from "../../../src/audio/format.ts";
import { writeInt16 } from "../../../src/audio/pcm16.ts";
import { clockPhrases } from "../../../src/local-model/brain/slots/times.ts";
import { recogniserFor } from "../../../src/local-model/hearing/recogniser.ts";
import { resample } from "../../../src/local-model/resampler.ts";
import { runDev } from "../run-dev.ts";
import type { TestDevServer } from "../run-dev.ts";
import { speechAt } from "../wav.ts";
import { TalkingPage } from "./talking-page.ts";

let server: TestDevServer;
beforeAll(async () => {
  server = await runDev();
});
afterAll(async () => {
  await server.stop();
});

/** From the press of the button on: a breath, so that the detector meets the beginning of the words. */
const SPEAKS_AT_S = 0.5;

describe("a spoken question", () => {
  it("WW2 is answered aloud with the right hour, and the transcript survives a reload", async () => {
    const someone = await TalkingPage.open(
      server.url,
      speechAt([[SPEAKS_AT_S, "What time is it in Tokyo?"]], "slt"),
    );
    try {
      // A conversation that begins with a typed turn has no greeting, which the question would meet halfway.
      await someone.type("Hello");
      await someone.isIn("speaking");
      await someone.isIn("listening");
      const helloEnd = (await someone.recording()).lastFrame;

      const asked = new Date();
      await someone.byTestId("talk").click();
      await someone.items("assistant", "tool").waitFor();
      await someone.isIn("speaking");
      await someone.isIn("listening");
      expect(await someone.items("user").last().innerText()).toMatch(/what time is it in tokyo/i);
      expect(await someone.items("assistant", "tool").innerText()).toContain("Tokyo");

      const { samples, rateHz } = await someone.recording(helloEnd + 1);
      const heard = new Int16Array(Math.floor((samples.length * SAMPLE_RATE_HZ) / rateHz) + 1);
      writeInt16(resample(samples, rateHz, SAMPLE_RATE_HZ).subarray(0, heard.length), heard);
      const recogniser = await recogniserFor(["it is {clock} in {city}"], {
        clock: clockPhrases(1),
        city: ["tokyo", "paris", "london", "new york", "cairo", "delhi", "toronto", "sydney", "kyoto"],
      });
      const words = recogniser.recognise(heard);
      expect(words).toMatch(new RegExp(`^it is (${tokyoHours(asked).join("|")}) .* in tokyo$`));

      const before = await someone.byTestId("transcript").innerText();
      await someone.page.reload();
      await someone.items("assistant", "tool").waitFor();
      expect(await someone.byTestId("transcript").innerText()).toBe(before);
      expect(someone.complaints).toEqual([]);
    } finally {
      await someone.close();
    }
  });
});

/** The hour in Tokyo as spoken; two of them when it may have turned meanwhile. */
function tokyoHours(asked: Date): string[] {
  const names = "twelve one two three four five six seven eight nine ten eleven".split(" ");
  const hour = (at: Date) =>
    Number(
      new Intl.DateTimeFormat("en", { timeZone: "Asia/Tokyo", hour: "numeric", hourCycle: "h23" }).format(at),
    ) % 12;
  return [...new Set([hour(asked), hour(new Date())])].map((value) => names[value]!);
}
