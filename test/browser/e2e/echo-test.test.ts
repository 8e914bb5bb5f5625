// The test for echo in a real browser: the microphone plays a file that begins when it is opened, so that the room is
// in the file. The conversation has no part in it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SAMPLE_RATE_HZ } from "../../../src/audio/format.ts";
import { echoPhrase } from "../../../src/browser/echo-phrase.ts";
import { runDev } from "../run-dev.ts";
import type { TestDevServer } from "../run-dev.ts";
import { silence } from "../wav.ts";
import { TalkingPage } from "./talking-page.ts";

let server: TestDevServer;
beforeAll(async () => {
  server = await runDev();
});
afterAll(async () => {
  await server.stop();
});

/** A room that gives back what the speaker plays, 15 dB softer. The player begins a moment after the microphone. */
function echo(): Int16Array {
  const phrase = echoPhrase();
  const at = Math.round(0.4 * SAMPLE_RATE_HZ);
  const room = new Int16Array(at + phrase.length + SAMPLE_RATE_HZ);
  room.set(
    phrase.map((sample) => Math.round(sample * 10 ** (-15 / 20))),
    at,
  );
  return room;
}

describe("the test for echo", () => {
  it.each([
    ["a room that gives back the agent's voice", echo(), "echo", /headphones/],
    ["a still one", silence(), "fine", /^Fine/],
  ])("PG51 PG52 tells %s", async (_room, heard, verdict, words) => {
    const someone = await TalkingPage.open(server.url, heard, { plain: true });
    try {
      await someone.page.getByText("Details").click();
      await someone.byTestId("echo-test").click();
      const result = someone.byTestId("echo-result");
      await someone.page.locator('[data-testid="echo-result"][data-verdict="running"]').waitFor();
      await someone.page.locator(`[data-testid="echo-result"][data-verdict="${verdict}"]`).waitFor();
      expect(await result.innerText()).toMatch(words);
      // What was played is the phrase, by the way the agent's voice goes.
      const { samples, rateHz } = await someone.recording();
      expect(samples.length / rateHz).toBeGreaterThan(3);
      await someone.isMicrophone("off");
      expect(await someone.byTestId("echo-test").isEnabled()).toBe(true);
      expect(someone.complaints).toEqual([]);
    } finally {
      await someone.close();
    }
  });
});
