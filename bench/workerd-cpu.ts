// CPU time of the workerd processes this process started, from /proc; zero where there is no /proc.

import { readdirSync, readFileSync } from "node:fs";

/** Linux counts CPU time in ticks of 10 ms. */
const TICK_MS = 10;

export function workerdCpuMs(): number {
  const parents = new Map<number, { parent: number; name: string; ticks: number }>();
  try {
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry)) continue;
      const stat = readStat(entry);
      if (stat !== undefined) parents.set(Number(entry), stat);
    }
  } catch {
    return 0;
  }
  const isOurs = (pid: number): boolean => {
    if (pid === process.pid) return true;
    const entry = parents.get(pid);
    return entry !== undefined && entry.parent > 1 && isOurs(entry.parent);
  };
  let ticks = 0;
  for (const [pid, entry] of parents) {
    if (entry.name.startsWith("workerd") && isOurs(pid)) ticks += entry.ticks;
  }
  return ticks * TICK_MS;
}

function readStat(pid: string): { parent: number; name: string; ticks: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { parent: Number(fields[1]), name, ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    // It ended while we looked.
    return undefined;
  }
}
