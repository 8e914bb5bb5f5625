import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { unpackChromium } from "../../src/dev/unpack-chromium.ts";

const PACKAGE_JSON = fileURLToPath(
  new URL("../../node_modules/@sparticuz/chromium/package.json", import.meta.url),
);

it("DV9 the unpacked Chromium is kept by version; what a killed unpack or an older version left is removed", async () => {
  const cache = mkdtempSync(join(tmpdir(), "parley-cache-"));
  onTestFinished(() => rmSync(cache, { recursive: true, force: true }));
  const { version } = JSON.parse(readFileSync(PACKAGE_JSON, "utf8")) as { version: string };
  const ended = spawnSync(process.execPath, ["--version"]).pid;
  const unpacked = version;
  const inWork = `${version}-${process.pid}-aB3dE6`;
  for (const name of [unpacked, inWork, `${version}-${ended}-aB3dE6`, "100.0.0", "unpacked"]) {
    mkdirSync(join(cache, name));
  }
  expect((await unpackChromium(cache)).executablePath).toBe(join(cache, unpacked, "chromium"));
  expect(readdirSync(cache).toSorted()).toEqual([unpacked, inWork].toSorted());
});
