// A project as small as can be, and the development command running in it: what these tests are about is the
// command, and a real agent would take seconds longer to start.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { findFreePorts } from "../../src/dev/ports.ts";
import { allProcesses, type Process } from "./process-table.ts";
import { withoutSettings } from "../../src/dev/settings.ts";

const PACKAGE_JSON = fileURLToPath(new URL("../../package.json", import.meta.url));
const COMMAND = fileURLToPath(new URL("stand-in-dev.ts", import.meta.url));

/** Stopping is allowed three seconds of grace for each part, and finding out that npm is gone half a second. */
const GONE_TIMEOUT_MS = 10_000;
const LOOK_EVERY_MS = 50;

const WRANGLER_TOML = `
name = "stand-in"
main = "worker.js"
compatibility_date = "2026-07-30"
send_metrics = false
[assets]
directory = "public"
binding = "ASSETS"
run_worker_first = ["/healthz"]
[vars]
REALTIME_MODEL = "model-of-vars"
TRANSCRIPTION_MODEL = "transcription-of-vars"
ALLOWED_ORIGINS = "https://vars.example"
`;
/** Answers with its settings, so that a test sees what reached it. */
const WORKER = `
export default {
  fetch(request, { ASSETS, ...settings }) {
    return Response.json(settings);
  },
};
`;
const LOCAL_MODEL = `
import { createServer } from "node:http";
const server = createServer((request, response) => response.end('{"ok":true}'));
server.listen(Number(process.env.REALTIME_PORT), "127.0.0.1");
`;

export interface ProjectFiles {
  ".dev.vars"?: string;
  "local-model.mjs"?: string;
  "worker.js"?: string;
}

/** A folder that is removed after the test. */
export function createProject(files: ProjectFiles = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "parley-stand-in-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "public"));
  const contents = {
    "wrangler.toml": WRANGLER_TOML,
    "worker.js": WORKER,
    "local-model.mjs": LOCAL_MODEL,
    "public/index.html": "hello",
    "package.json": JSON.stringify({ private: true, scripts: { dev: commandOf(folder) } }),
    ...files,
  };
  for (const [name, text] of Object.entries(contents)) writeFileSync(join(folder, name), text);
  return folder;
}

/** The command of this repository, with the stand-in in its place: how npm runs it decides which signals arrive. */
function commandOf(folder: string): string {
  const { scripts } = JSON.parse(readFileSync(PACKAGE_JSON, "utf8")) as { scripts: { dev: string } };
  const command = scripts.dev.replace("src/dev/dev.ts", `${COMMAND} ${folder}`);
  if (!command.includes(COMMAND)) throw new Error(`npm run dev is not src/dev/dev.ts: ${command}`);
  return command;
}

export interface RunningDev {
  pid: number;
  port: number;
  realtimePort: number;
  /** Everything printed so far. */
  lines: string[];
  /** The line with the address; rejects when the command ends before it. */
  ready: Promise<string>;
  exited: Promise<number | null>;
}

/** Runs the development command in `folder` on free ports. Whatever is left of it ends with the test. */
export async function runDev(
  folder: string,
  env: Record<string, string> = {},
  { throughNpm = false } = {},
): Promise<RunningDev> {
  const [port, realtimePort] = await findFreePorts(2);
  const ports = { PORT: String(port), REALTIME_PORT: String(realtimePort) };
  const given: NodeJS.ProcessEnv = { ...withoutSettings(process.env), ...ports, ...env };
  // These tests may run under npm themselves.
  delete given["npm_lifecycle_event"];
  const [file, args] = throughNpm ? ["npm", ["run", "dev"]] : [process.execPath, [COMMAND, folder]];
  const child = spawn(file, args, { cwd: folder, env: given, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => kill([...descendants(child.pid!).map(({ pid }) => pid), child.pid!]));

  const lines: string[] = [];
  const exited = new Promise<number | null>((resolve) => child.on("close", resolve));
  return {
    pid: child.pid!,
    port: Number(given["PORT"]),
    realtimePort: Number(given["REALTIME_PORT"]),
    lines,
    ready: readyLine(child, lines, exited),
    exited,
  };
}

function readyLine(child: ChildProcess, lines: string[], exited: Promise<number | null>): Promise<string> {
  const ready = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (line.startsWith("Ready: ")) resolve(line);
      });
    }
    void exited.then(() => reject(new Error(`ended before it was ready:\n${lines.join("\n")}`)));
  });
  // A test that expects the command to end does not ask.
  ready.catch(() => {});
  return ready;
}

/** All that `pid` started, directly or not. */
export function descendants(pid: number): Process[] {
  const all = allProcesses();
  const found: Process[] = [];
  const parents = [pid];
  for (const parent of parents) {
    for (const child of all.filter((candidate) => candidate.parent === parent)) {
      found.push(child);
      parents.push(child.pid);
    }
  }
  return found;
}

/** Waits until none of `those` runs any more. Answers with the ones that had to be killed at the end of the wait. */
export async function remaining(those: readonly Process[]): Promise<Process[]> {
  const deadline = performance.now() + GONE_TIMEOUT_MS;
  for (;;) {
    const alive = new Set(allProcesses().map(({ pid }) => pid));
    const left = those.filter(({ pid }) => alive.has(pid));
    if (left.length === 0) return [];
    if (performance.now() > deadline) {
      kill(left.map(({ pid }) => pid));
      return left;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function kill(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Gone already.
    }
  }
}
