// How long a frame takes through the relay, each way, and what it costs: the real Worker under workerd between a
// page and a scripted Realtime server, all on this machine. `bench/README.md` says how to read the numbers.

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { WebSocketServer } from "ws";
import { FRAME_BYTES, FRAME_MS } from "../src/audio/format.ts";
import { startDev } from "../src/dev/dev-server.ts";
import { findFreePorts } from "../src/dev/ports.ts";
import { withoutSettings } from "../src/dev/settings.ts";
import { benchPage } from "./page.ts";
import type { BenchPage } from "./page.ts";
import { workerdCpuMs } from "./workerd-cpu.ts";
import { ScriptedUpstream } from "./upstream.ts";

const { values } = parseArgs({
  options: {
    conversations: { type: "string", default: "1,10,50" },
    seconds: { type: "string", default: "6" },
    rounds: { type: "string", default: "3" },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
/** The first moments pay for compilation and are not counted. */
const WARM_UP_MS = 2_000;

const upstreams = new WebSocketServer({ port: 0, host: "127.0.0.1" });
await once(upstreams, "listening");
const sessions: ScriptedUpstream[] = [];
upstreams.on("connection", (socket) => sessions.push(new ScriptedUpstream(socket)));

const storage = mkdtempSync(join(tmpdir(), "parley-bench-"));
const [port, realtimePort] = await findFreePorts(2);
const server = await startDev({
  env: {
    ...withoutSettings(process.env),
    OPENAI_API_KEY: "bench",
    REALTIME_URL: `http://127.0.0.1:${(upstreams.address() as AddressInfo).port}/v1/realtime`,
    MAX_CONVERSATIONS_PER_DAY: "100000",
    PORT: String(port),
    REALTIME_PORT: String(realtimePort),
    PERSIST_TO: storage,
  },
  devVars: false,
  onLine: () => undefined,
});

console.log(
  `frames of ${FRAME_MS} ms both ways, ${seconds} s a round, ${rounds} rounds; times in ms, CPU of workerd in µs a frame\n`,
);
console.log(
  "| conversations | up p50 | up p99 | down p50 | down p99 | CPU/frame |\n|---|---|---|---|---|---|",
);
try {
  for (const count of values.conversations.split(",").map(Number)) {
    for (let round = 0; round < rounds; round++) console.log(await measure(count));
  }
} finally {
  await server.stop();
  upstreams.close();
  for (const socket of upstreams.clients) socket.terminate();
  rmSync(storage, { recursive: true, force: true });
}

async function measure(count: number): Promise<string> {
  sessions.length = 0;
  const pages: BenchPage[] = [];
  for (let index = 0; index < count; index++) pages.push(await benchPage(server.url, index));
  const stop = pages.map((page, index) => {
    const up = setInterval(() => page.sendFrame(FRAME_BYTES), FRAME_MS);
    const down = setInterval(() => sessions[index]?.sendDelta(FRAME_BYTES), FRAME_MS);
    return () => {
      clearInterval(up);
      clearInterval(down);
    };
  });
  await sleep(WARM_UP_MS);
  for (const session of sessions) session.latenciesMs.length = 0;
  for (const page of pages) page.latenciesMs.length = 0;
  const cpuBefore = workerdCpuMs();
  await sleep(seconds * 1000);
  const cpuMs = workerdCpuMs() - cpuBefore;
  for (const end of stop) end();
  const up = sessions.flatMap((session) => session.latenciesMs);
  const down = pages.flatMap((page) => page.latenciesMs);
  for (const page of pages) page.close();
  const cells = [percentile(up, 50), percentile(up, 99), percentile(down, 50), percentile(down, 99)];
  return `| ${count} | ${cells.map((ms) => ms.toFixed(2)).join(" | ")} | ${((cpuMs * 1000) / (up.length + down.length)).toFixed(0)} |`;
}

function percentile(times: number[], percent: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
