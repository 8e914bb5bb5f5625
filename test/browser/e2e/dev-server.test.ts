import { expect, it, onTestFinished } from "vitest";
import { runDev } from "../run-dev.ts";

it("DV2 the page, the Worker and the local model are ready together, with nothing set", async () => {
  const dev = await runDev();
  onTestFinished(async () => await dev.stop());
  const page = await fetch(`${dev.url}/`);
  expect(page.headers.get("content-type")).toContain("text/html");
  expect((await fetch(`${dev.url}/build/main.js`)).status).toBe(200);
  expect(await (await fetch(`${dev.url}/healthz`)).json()).toEqual({ ok: true });
  expect(await (await fetch(`${dev.localModelUrl}/healthz`)).json()).toEqual({ ok: true });
  expect((await fetch(`${dev.url}/api/conversations`, { method: "POST" })).status).toBe(201);
});
