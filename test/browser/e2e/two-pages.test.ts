// Someone has the same conversation open twice: one page at a time has the microphone and the speaker.

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

describe("two pages on one conversation", () => {
  it("PG7 the one that presses Talk has it, the other falls silent, says so, and can take it back", async () => {
    const first = await TalkingPage.open(server.url, silence());
    try {
      await first.byTestId("talk").click();
      await first.isIn("speaking");
      await first.isMicrophone("on");

      const second = await first.anotherTab();
      await second.byTestId("talk").click();
      await second.isMicrophone("on");
      await first.isMicrophone("taken");
      await second.isIn("listening");
      await first.byTestId("state").filter({ hasText: "Another page has the microphone." }).waitFor();

      // What is said from now on is heard at the second page, and seen at both.
      const silentSince = (await first.recording()).lastFrame;
      await second.type("Hello");
      await second.isIn("speaking");
      await second.isIn("listening");
      expect((await second.recording()).samples.length).toBeGreaterThan(0);
      expect((await first.recording()).lastFrame).toBe(silentSince);
      expect(await first.items("user").innerText()).toContain("Hello");

      await first.byTestId("talk").click();
      await first.isMicrophone("on");
      await second.isMicrophone("taken");
      await first.type("Thank you");
      await first.isIn("speaking");
      await first.isIn("listening");
      expect((await first.recording()).lastFrame).toBeGreaterThan(silentSince);
      expect([...first.complaints, ...second.complaints]).toEqual([]);
    } finally {
      await first.close();
    }
  });
});
