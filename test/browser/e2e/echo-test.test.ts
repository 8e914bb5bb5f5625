// The test for echo in a real browser, in rooms that give back what the page plays or do not. The conversation has no
// part in it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
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

describe("the test for echo", () => {
  it.each([
    ["a room that gives back the agent's voice", { gainDb: -15, delayMs: 60 }, "echo", /headphones/],
    ["one that gives back next to nothing of it", { gainDb: -50, delayMs: 60 }, "fine", /^Fine/],
  ])("PG51 PG52 tells %s", async (_room, room, verdict, words) => {
    const someone = await TalkingPage.open(server.url, silence(), { room });
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
