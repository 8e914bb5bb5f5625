// Someone opens the page, presses the button and waits: the agent speaks first.

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

/** The resampler rings for a few samples beyond the sound, and quiet ones round to nothing. */
const TOLERANCE_MS = 20;

describe("a conversation opened by voice", () => {
  it("TT7 begins with the greeting, and all of it is heard", async () => {
    const someone = await TalkingPage.open(server.url, silence());
    try {
      await someone.byTestId("talk").click();
      await someone.isIn("speaking");
      await someone.isIn("listening");
      await someone.isMicrophone("on");

      expect(await someone.items("user").count()).toBe(0);
      const greeting = someone.items("assistant");
      expect(await greeting.count()).toBe(1);
      const item = await someone.storedItem((await greeting.getAttribute("data-item-id"))!);
      expect(item.status).toBe("completed");
      expect(await greeting.locator(".words").innerText()).toBe(item.text);

      const { firstFrame, lastFrame, rateHz } = await someone.recording();
      const { leadMs, soundEndMs } = someone.sent(item.id);
      // Longer where the player ran dry on a busy machine, never shorter.
      const heardMs = ((lastFrame - firstFrame) * 1000) / rateHz;
      expect(heardMs).toBeGreaterThan(soundEndMs - leadMs - TOLERANCE_MS);
      expect(someone.complaints).toEqual([]);
    } finally {
      await someone.close();
    }
  });
});
