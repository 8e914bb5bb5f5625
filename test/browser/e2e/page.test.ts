// The page as it is served, with its content policy in force.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, type LaunchOptions } from "../chromium.ts";
import { runDev } from "../run-dev.ts";
import type { TestDevServer } from "../run-dev.ts";

let server: TestDevServer;
let browser: Browser | undefined;
beforeAll(async () => {
  server = await runDev();
});
afterAll(async () => {
  await browser?.close();
  await server.stop();
});

interface OpenPage {
  page: Page;
  /** What the browser had to say about the page: errors, and what the policy forbade. */
  complaints: string[];
}

/** The page in a fresh browser. `prepare` runs there before the page's own code. */
async function openPage(options: LaunchOptions = {}, prepare?: () => void): Promise<OpenPage> {
  await browser?.close();
  browser = await launch(options);
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  if (prepare !== undefined) await page.addInitScript(prepare);
  await page.goto(server.url);
  return { page, complaints };
}

async function isMicrophone(page: Page, is: string): Promise<void> {
  await page.locator(`[data-testid="talk"][data-microphone="${is}"]`).waitFor();
}

describe("the page as served", () => {
  it("PG18 runs under a policy without inline or blob code, with the microphone for itself alone", async () => {
    const { headers } = await fetch(server.url);
    const policy = headers.get("Content-Security-Policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|blob:|\*/);
    expect(headers.get("Permissions-Policy")).toContain("microphone=(self)");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");

    const { page, complaints } = await openPage();
    await page.getByTestId("text").fill("What time is it in Tokyo?");
    await page.getByTestId("send").click();
    await page.locator('[data-testid="state"][data-state="speaking"]').waitFor();
    await page.locator('[data-testid="state"][data-state="listening"]').waitFor();
    expect(await page.getByTestId("transcript").innerText()).toMatch(/It is \d+:\d\d [AP]M in Tokyo/);

    // The fake microphone beeps: the meter moves when the capture worklet hears it.
    await page.getByTestId("talk").click();
    await isMicrophone(page, "on");
    await page.waitForFunction(
      () =>
        Number(document.querySelector<HTMLElement>("#meter-microphone")!.style.getPropertyValue("--level")) >
        0,
    );
    expect(complaints).toEqual([]);
  });

  it("PG3 a refused microphone is said with a retry, and typing goes on", async () => {
    const { page } = await openPage({ grantMicrophone: false });
    await page.getByTestId("talk").click();
    await page.getByTestId("retry").waitFor();
    expect(await page.getByTestId("notice").innerText()).toContain("may not use the microphone");
    await page.getByTestId("text").fill("Hello");
    await page.getByTestId("text").press("Enter");
    await page.locator('[data-testid="item"][data-role="assistant"]').waitFor();
  });

  it("PG2 a microphone that is granted after Cancel is released", async () => {
    const { page } = await openPage({}, makeGrantsWait);
    await page.getByTestId("talk").click();
    await isMicrophone(page, "opening");
    await page.getByTestId("talk").click();
    await isMicrophone(page, "off");
    await page.waitForFunction(() => "grant" in globalThis);
    await page.evaluate(() => (globalThis as unknown as Granting).grant());
    await page.waitForFunction(() => {
      const { streams } = globalThis as unknown as Granting;
      return streams.flatMap((stream) => stream.getTracks()).every((track) => track.readyState === "ended");
    });
    await isMicrophone(page, "off");
    expect(await page.getByTestId("notice").isVisible()).toBe(false);
  });
});

interface Granting {
  /** What the page has been given so far. */
  streams: MediaStream[];
  /** The person says yes. */
  grant(): void;
}

/** Runs in the page before its own code: the microphone is given when `grant` is called. */
function makeGrantsWait(): void {
  const granting = globalThis as unknown as Granting;
  granting.streams = [];
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    return await new Promise((resolve) => {
      granting.grant = () => {
        granting.streams.push(stream);
        resolve(stream);
      };
    });
  };
}
