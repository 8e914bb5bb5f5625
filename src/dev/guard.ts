// Runs one command and makes sure that it ends: `node guard.ts <file> <arguments>`. It leads a process group of
// its own and is bound to its parent by the IPC channel. When the channel closes, because the parent asked or
// because it was killed, the command is asked to end and then the whole group is killed: nothing a command
// started, such as workerd, outlives the script that started it.

import { spawn } from "node:child_process";

/** How long a command may tidy up after SIGTERM. Nothing here needs a second; people wait for it after Ctrl-C. */
const GRACE_MS = 3_000;

export interface ExitReport {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const [file, ...args] = process.argv.slice(2);
const command = spawn(file!, args, { stdio: "inherit" });

command.on("error", (error) => {
  console.error(error.message);
  endWith({ code: 127, signal: null });
});
command.on("exit", (code, signal) => endWith({ code, signal }));

process.on("disconnect", () => {
  command.kill("SIGTERM");
  setTimeout(killGroup, GRACE_MS);
});

// Signals to the group are for the command. The guard leaves last.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

function endWith(report: ExitReport): void {
  if (!process.connected) killGroup();
  // The report must be on its way before this process kills itself along with the group.
  process.send?.(report, () => killGroup());
}

function killGroup(): void {
  process.kill(-process.pid, "SIGKILL");
}
