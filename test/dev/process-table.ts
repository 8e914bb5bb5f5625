// Which processes there are. Dead ones that nobody has collected do not count. Minimal Linux machines have no
// `ps`, others have no `/proc`.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

export interface Process {
  pid: number;
  parent: number;
  /** The command line. */
  args: string;
}

export function allProcesses(): Process[] {
  if (!existsSync("/proc/self/stat")) return fromPs();
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => fromProc(Number(pid))).filter((found) => found !== null);
}

function fromProc(pid: number): Process | null {
  try {
    // The command's name stands in brackets and may hold anything; state and parent follow it.
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
    if (state === "Z" || state === "X") return null;
    const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return { pid, parent: Number(parent), args };
  } catch {
    // It has ended.
    return null;
  }
}

function fromPs(): Process[] {
  const table = execFileSync("ps", ["-axo", "pid=,ppid=,stat=,args="], { encoding: "utf8" });
  return table.split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+([^Z]\S*)\s+(.*)$/.exec(line);
    return match === null ? [] : [{ pid: Number(match[1]), parent: Number(match[2]), args: match[4]! }];
  });
}
