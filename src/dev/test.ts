// `npm test`: every test, the ones in a real browser included. Arguments go to vitest: `npm test -- test/tools`.
// The last line counts what passed, failed and was skipped.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { findChromium } from "./find-chromium.ts";
import { startGuarded } from "./guarded-process.ts";
import { stopSignals } from "./stop-signals.ts";
import { countTests, summaryOf, type VitestReport } from "./test-counts.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const VITEST = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");

process.exitCode = await runTests(process.argv.slice(2));

async function runTests(args: readonly string[]): Promise<number> {
  const stopping = stopSignals();
  try {
    const browser = await findChromium();
    console.log(`Browser: ${browser.executablePath}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
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
    const counts = countTests(existsSync(report) ? readReport(report) : null, code);
    console.log(summaryOf(counts));
    return counts.failed === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path: string): VitestReport {
  return JSON.parse(readFileSync(path, "utf8")) as VitestReport;
}
