// What `npm test` says when there is nothing it can run.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished, vi } from "vitest";
import { runTests } from "../../src/dev/test-command.ts";

const COMMAND = fileURLToPath(new URL("../../src/dev/test.ts", import.meta.url));
const MISSING = "/nowhere/chromium";

it("DV9 without a browser the one sentence is followed by the count", () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", COMMAND],
    { env: { ...process.env, CHROMIUM_PATH: MISSING }, encoding: "utf8" },
  );
  expect(stderr).toBe(`CHROMIUM_PATH is ${MISSING}, which does not start.\n`);
  expect(stdout).toBe("0 passed, 1 failed\n");
  expect(status).toBe(1);
});

it("DV10 asked to stop while the browser is made ready, it runs nothing and counts that as a failure", async () => {
  const lines: string[] = [];
  for (const method of ["log", "error"] as const) {
    const spy = vi.spyOn(console, method).mockImplementation((line) => void lines.push(String(line)));
    onTestFinished(() => spy.mockRestore());
  }
  const stop = new AbortController();
  const findBrowser = () => {
    stop.abort(new Error("Stopped."));
    return Promise.resolve({ executablePath: MISSING, env: {}, source: "npm" as const });
  };
  expect(await runTests({ args: [], findBrowser, stopping: stop.signal })).toBe(1);
  expect(lines).toEqual(["Stopped.", "0 passed, 1 failed"]);
});
