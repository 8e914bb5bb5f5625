// What `npm test` does: finds a browser, runs vitest and counts. The last line is the count, whatever happened.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Chromium } from "./find-chromium.ts";
import { startGuarded } from "./guarded-process.ts";
import { countTests, summaryOf, type TestCounts, type VitestReport } from "./test-counts.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const VITEST = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");

export interface TestRun {
  /** For vitest. */
  args: readonly string[];
  /** Takes seconds where the browser has to be unpacked first. */
  findBrowser: () => Promise<Chromium>;
  stopping: AbortSignal;
}

/** Resolves with the exit code when everything has ended. */
export async function runTests({ args, findBrowser, stopping }: TestRun): Promise<number> {
  let counts = countTests(null, null);
  try {
    const browser = await findBrowser();
    stopping.throwIfAborted();
    console.log(`Browser: ${browser.executablePath}`);
    counts = await runVitest(args, stopping);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  console.log(summaryOf(counts));
  return counts.failed === 0 ? 0 : 1;
}

async function runVitest(args: readonly string[], stopping: AbortSignal): Promise<TestCounts> {
  const folder = mkdtempSync(join(tmpdir(), "parley-test-"));
  const report = join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const vitest = startGuarded(VITEST, ["run", "--config", "test/vitest.config.ts", ...reporters, ...args], {
      cwd: ROOT,
      env: process.env,
    });
    stopping.addEventListener("abort", () => void vitest.stop());
    const { code } = await vitest.exited;
    return countTests(existsSync(report) ? readReport(report) : null, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path: string): VitestReport {
  return JSON.parse(readFileSync(path, "utf8")) as VitestReport;
}
