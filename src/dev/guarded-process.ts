// A child that cannot outlive this process: it runs under `guard.ts` in a process group of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { ExitReport } from "./guard.ts";

const GUARD = fileURLToPath(new URL("guard.ts", import.meta.url));

export interface GuardedOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Written to the command's standard input, which then ends. The way for secrets: no list shows it. */
  input?: string;
  /** Called with each line the command prints; without it the command shares this process's output. */
  onLine?: (line: string) => void;
}

export interface GuardedProcess {
  /** The group that holds the command and all that it starts. */
  readonly group: number;
  readonly exited: Promise<ExitReport>;
  /** Ends the group and waits until it is gone. Harmless when repeated. */
  stop(): Promise<void>;
}

/** Runs a TypeScript or JavaScript file with the Node that runs this one. */
export function startGuarded(
  script: string,
  args: readonly string[],
  options: GuardedOptions,
): GuardedProcess {
  const output = options.onLine === undefined ? "inherit" : "pipe";
  const guard = spawn(process.execPath, [...quiet(GUARD), process.execPath, ...quiet(script), ...args], {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: [options.input === undefined ? "ignore" : "pipe", output, output, "ipc"],
  });
  if (guard.stdin !== null) {
    // A command that ends before it has read its input is reported by `exited`, not by EPIPE.
    guard.stdin.on("error", () => {});
    guard.stdin.end(options.input);
  }
  for (const stream of [guard.stdout, guard.stderr]) forEachLine(stream, options.onLine);
  const exited = reportOf(guard);
  return {
    group: guard.pid ?? 0,
    exited,
    async stop() {
      if (guard.connected) guard.disconnect();
      await exited;
    },
  };
}

async function reportOf(guard: ChildProcess): Promise<ExitReport> {
  let report: ExitReport = { code: null, signal: "SIGKILL" };
  guard.on("message", (message) => {
    report = message as ExitReport;
  });
  await once(guard, "exit");
  // The guard normally takes its group along. If somebody killed the guard alone, the group is ended here.
  try {
    process.kill(-guard.pid!, "SIGKILL");
  } catch {
    // Nobody is left in it.
  }
  return report;
}

/** Type stripping is announced as experimental by every process; once would be too often already. */
function quiet(script: string): string[] {
  return ["--disable-warning=ExperimentalWarning", script];
}

function forEachLine(stream: Readable | null, onLine: ((line: string) => void) | undefined): void {
  if (stream !== null && onLine !== undefined) createInterface({ input: stream }).on("line", onLine);
}
