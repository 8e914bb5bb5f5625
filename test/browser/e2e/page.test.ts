// The page as it is served, with its content policy in force.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "../chromium.ts";
import { runDev } from "../run-dev.ts";
import type { TestDevServer } from "../run-dev.ts";

let server: TestDevServer;
beforeAll(async () => {
  server = await runDev();
});
afterAll(async () => {
  await server.stop();
});

describe("the page as served", () => {
  it("PG18 runs under a policy without inline or blob code, with the microphone for itself alone", async () => {
    const { headers } = await fetch(server.url);
    const policy = headers.get("Content-Security-Policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|blob:|\*/);
    expect(headers.get("Permissions-Policy")).toContain("microphone=(self)");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");

    const browser = await launch();
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      await page.goto(server.url);
      await page.getByTestId("text").fill("What time is it in Tokyo?");
      await page.getByTestId("send").click();
      await page.locator('[data-testid="state"][data-state="speaking"]').waitFor();
      await page.locator('[data-testid="state"][data-state="listening"]').waitFor();
      expect(await page.getByTestId("transcript").innerText()).toMatch(/It is \d+:\d\d [AP]M in Tokyo/);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  it("PG3 a refused microphone is said with a retry, and typing goes on", async () => {
    const browser = await launch({ args: ["--deny-permission-prompts"], grantMicrophone: false });
    try {
      const page = await browser.newPage();
      await page.goto(server.url);
      await page.getByTestId("talk").click();
      await page.getByTestId("retry").waitFor();
      expect(await page.getByTestId("notice").innerText()).toMatch(/microphone/i);
      await page.getByTestId("text").fill("Hello");
      await page.getByTestId("text").press("Enter");
      await page.locator('[data-testid="item"][data-role="assistant"]').waitFor();
    } finally {
      await browser.close();
    }
  });
});
