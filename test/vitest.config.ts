// Three kinds of test. `worker` runs in workerd and meets the local model where the provider would be; `node` covers
// the local model, the scripts, what the page computes, and what is lost when things break; `browser` drives a real
// Chromium against a development server of its own. Nothing leaves the machine.

import { fileURLToPath } from "node:url";
import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { fetch, type Request, Response } from "miniflare";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { WORKER_SETTINGS } from "../src/dev/settings.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A test of the Worker may wait for one spoken answer of the local model. */
const WORKER_TEST_TIMEOUT_MS = 30_000;
/** The scripts' tests start and stop whole process trees. */
const NODE_TEST_TIMEOUT_MS = 60_000;
/** A browser test starts Chromium and a development server, and talks in real time. */
const BROWSER_TEST_TIMEOUT_MS = 120_000;

/** The hosts tests may dial, and where the port of each one's stand-in is found. */
const STAND_INS: Record<string, string> = {
  "api.openai.com": "TEST_LOCAL_MODEL_PORT",
  "refuses-keys.test": "TEST_REFUSING_MODEL_PORT",
  "fails-on-demand.test": "TEST_FAULTY_MODEL_PORT",
};

/** What a test gets that tries to reach the internet: no real server sends it. */
const BLOCKED_STATUS = 599;

/** An empty value counts as unset: the tests meet the defaults. */
const UNSET = Object.fromEntries(WORKER_SETTINGS.map((name) => [name, ""]));

// `.env` is none of the places a setting comes from, and the pool would otherwise read it.
process.env["CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV"] = "false";

/** Files that take a minute and look small: begun last, they would leave one core with nothing to do. */
const LONG_FILES = /\/(chaos|dev-command|turn-taking|broken-upstream)\.test\.ts$/;

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's own
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG_FILES.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** Every request that leaves the Worker comes through here, WebSocket upgrades too. */
async function outbound(request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.hostname === "never-answers.test") return await new Promise<never>(() => undefined);
  const port = process.env[STAND_INS[url.hostname] ?? ""];
  if (port !== undefined) {
    url.protocol = "http:";
    url.host = `127.0.0.1:${port}`;
  }
  if (url.hostname !== "127.0.0.1") return new Response("blocked in tests", { status: BLOCKED_STATUS });
  // The dial below makes a handshake of its own.
  const headers = [...request.headers].filter(([name]) => !name.startsWith("sec-websocket-"));
  const { method } = request;
  const hasBody = method !== "GET" && method !== "HEAD";
  return await fetch(url, {
    method,
    headers,
    ...(hasBody ? { body: await request.arrayBuffer() } : {}),
  });
}

export default defineConfig({
  root,
  test: {
    // The Worker logs a line per lifecycle change; of a test that passes nobody wants to read them.
    silent: "passed-only",
    // Most tests wait for speech in real time: one for each core, where vitest would leave one free.
    maxWorkers: 2,
    sequence: { sequencer: LongFirst },
    projects: [
      {
        root,
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              // Over `.dev.vars`, so that a developer's own key and server stay out of the tests.
              bindings: { ...UNSET, OPENAI_API_KEY: "test-key" },
              outboundService: outbound,
            },
          }),
        ],
        test: {
          name: "worker",
          // Every file would load the Worker anew; each test opens conversations of its own.
          isolate: false,
          include: ["test/**/*.test.ts"],
          exclude: ["test/browser/**", "test/chaos/**", "test/local-model/**", "test/dev/**"],
          globalSetup: ["test/local-model/schema/watch-worker-tests.ts", "test/start-local-model.ts"],
          setupFiles: ["test/hold-logs.ts"],
          testTimeout: WORKER_TEST_TIMEOUT_MS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        root,
        test: {
          name: "node",
          include: [
            "test/local-model/**/*.test.ts",
            "test/dev/**/*.test.ts",
            "test/browser/*.test.ts",
            "test/chaos/*.test.ts",
          ],
          // Every event the local model sends is checked against the provider's own declarations.
          globalSetup: ["test/local-model/schema/count-types.ts"],
          setupFiles: ["test/local-model/schema/watch-tests.ts"],
          testTimeout: NODE_TEST_TIMEOUT_MS,
          hookTimeout: NODE_TEST_TIMEOUT_MS,
          sequence: { groupOrder: 1 },
        },
      },
      {
        root,
        test: {
          name: "browser",
          include: ["test/browser/e2e/**/*.test.ts"],
          testTimeout: BROWSER_TEST_TIMEOUT_MS,
          hookTimeout: BROWSER_TEST_TIMEOUT_MS,
          // Speech is heard in real time: two browsers at once on a small machine drop audio.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
