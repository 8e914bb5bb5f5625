import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type Chromium, findChromium } from "../../src/dev/find-chromium.ts";

/** Programs that take the place of browsers: all a finder asks of one is that it starts. */
function createBrowsers(exitCodes: Readonly<Record<string, number>>): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), "parley-browsers-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, exitCode] of Object.entries(exitCodes)) {
    writeFileSync(join(folder, name), `#!/bin/sh\nexit ${exitCode}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return (name) => join(folder, name);
}

const nothingFromNpm = () => Promise.reject(new Error("not installed"));
const fromNpm = (executablePath: string) => (): Promise<Chromium> =>
  Promise.resolve({ executablePath, env: {}, source: "npm" });

it("DV9 the browser is CHROMIUM_PATH, else an installed one, else the one from npm", async () => {
  const at = createBrowsers({ named: 0, installed: 0, packaged: 0 });
  const system = [at("missing"), at("installed")];
  const all = { chromiumPath: at("named"), system, fromNpm: fromNpm(at("packaged")) };
  expect(await findChromium(all)).toMatchObject({ executablePath: at("named"), source: "CHROMIUM_PATH" });
  expect(await findChromium({ ...all, chromiumPath: "" })).toMatchObject({ executablePath: at("installed") });
  expect(await findChromium({ ...all, chromiumPath: undefined, system: [] })).toMatchObject({
    source: "npm",
  });
});

it("DV9 an installed browser that does not start is passed over", async () => {
  const at = createBrowsers({ launcher: 1, packaged: 0 });
  const places = { chromiumPath: undefined, system: [at("launcher")], fromNpm: fromNpm(at("packaged")) };
  expect(await findChromium(places)).toMatchObject({ source: "npm" });
});

it("DV9 a CHROMIUM_PATH that does not start is an error, and nothing else is tried", async () => {
  const at = createBrowsers({ installed: 0 });
  const places = { chromiumPath: at("missing"), system: [at("installed")], fromNpm: nothingFromNpm };
  await expect(findChromium(places)).rejects.toThrow(/^CHROMIUM_PATH is .*missing, which does not start\.$/);
});

it("DV9 without any browser one line says what to install", async () => {
  const places = { chromiumPath: undefined, system: [], fromNpm: nothingFromNpm };
  await expect(findChromium(places)).rejects.toThrow(
    /^No browser for the tests: install Chromium or Chrome.*$/,
  );
});
