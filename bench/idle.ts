// What silence costs: one spoken answer, then nobody says anything while the page stays attached and pings. Counts,
// through the real Worker under workerd with the agent file as it is, how long the session to the model stays open and
// how long the object stays in memory.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { startDev } from "../src/dev/dev-server.ts";
import { findFreePorts } from "../src/dev/ports.ts";
import { withoutSettings } from "../src/dev/settings.ts";
import { startLocalModel } from "../src/local-model/server.ts";
import { PING, PING_INTERVAL_MS, PONG } from "../src/protocol/messages.ts";
import { makeAgentProject } from "../test/browser/agent-project.ts";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "5" } } });
const silenceMs = Number(values.minutes) * 60_000;
const LOOK_EVERY_MS = 100;
/** Longer than from one ping to the next: a page that pings has been seen to change nothing. */
const SETTLED_MS = 2 * PING_INTERVAL_MS;
const DAY_MS = 86_400_000;

const storage = mkdtempSync(join(tmpdir(), "parley-bench-"));
const model = await startLocalModel({ port: 0 });
const [port, realtimePort] = await findFreePorts(2);
let constructions = 0;
// A copy: an edit of the sources would reload the Worker, which ends every socket.
const root = join(storage, "project");
makeAgentProject(root, {});
const server = await startDev({
  root,
  env: {
    ...withoutSettings(process.env),
    OPENAI_API_KEY: "bench",
    REALTIME_URL: `http://127.0.0.1:${model.port}/v1/realtime`,
    PORT: String(port),
    REALTIME_PORT: String(realtimePort),
    PERSIST_TO: storage,
  },
  devVars: false,
  onLine: (_part, line) => {
    if (line.includes("back_in_memory")) constructions += 1;
  },
});

try {
  const created = await fetch(new URL("/api/conversations", server.url), { method: "POST" });
  const { conversationId, token } = (await created.json()) as { conversationId: string; token: string };
  const address = `${server.url.replace("http", "ws")}/api/conversations/${conversationId}/socket`;
  const socket = new WebSocket(address, ["parley.v1", `token.${token}`]);
  let pongs = 0;
  socket.on("message", (data: Buffer) => {
    if (data.toString() === PONG) pongs += 1;
  });
  await answerPlayed(socket);

  const database = join(storage, "v3/do/parley-ConversationObject", `${conversationId}.sqlite`);
  const ping = setInterval(() => socket.send(PING), PING_INTERVAL_MS);
  const startedMs = performance.now();
  let lookedMs = startedMs;
  let upstreamMs = 0;
  let memoryMs = 0;
  let lastUseMs = startedMs;
  while (lookedMs - startedMs < silenceMs) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const nowMs = performance.now();
    const isUpstreamOpen = model.faults.sessions.some(({ isOpen }) => isOpen);
    // The runtime closes the database of an object it evicts, and then there is no log beside it.
    const isInMemory = existsSync(`${database}-wal`);
    if (isUpstreamOpen) upstreamMs += nowMs - lookedMs;
    if (isInMemory) memoryMs += nowMs - lookedMs;
    if (isUpstreamOpen || isInMemory) lastUseMs = nowMs;
    lookedMs = nowMs;
  }
  clearInterval(ping);
  const isAttached = socket.readyState === WebSocket.OPEN;
  const backInMemory = constructions;
  socket.close();
  await server.stop();
  if (!isAttached) throw new Error("The page lost its socket: this was no silence.");

  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  console.log(
    `page attached to the end; pings answered: ${pongs}; brought back to memory: ${backInMemory} times`,
  );
  console.log(
    `nothing was open or in memory after second ${seconds(lastUseMs - startedMs)}; timed work that waits: ${waiting(database)}\n`,
  );
  console.log("| after the last word, silent for | upstream open | object in memory |\n|---|---|---|");
  console.log(`| ${seconds(silenceMs)} s, measured | ${seconds(upstreamMs)} s | ${seconds(memoryMs)} s |`);
  // Only where nothing is left that could bring it back: no alarm within the hour, and pings have been seen not to.
  if (performance.now() - lastUseMs > SETTLED_MS && /^retention in [1-9]/.test(waiting(database))) {
    console.log(`| an hour, by the above | ${seconds(upstreamMs)} s | ${seconds(memoryMs)} s |`);
  }
} finally {
  await server.stop();
  await model.close();
  rmSync(storage, { recursive: true, force: true });
}

/** Asks a typed question, plays the answer as a page does, and resolves when it has been heard. */
async function answerPlayed(socket: WebSocket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) return;
      const message = JSON.parse(data.toString()) as { type: string; itemId?: string; totalMs?: number };
      if (message.type === "welcome") socket.send('{"type":"text","text":"Hello"}');
      if (message.type !== "audio_end") return;
      const { itemId, totalMs: playedMs } = message;
      setTimeout(() => {
        socket.send(JSON.stringify({ type: "playback", itemId, playedMs, done: true }));
        resolve();
      }, playedMs);
    });
  });
}

/** The rows of the one alarm: what could still bring the object back by itself. */
function waiting(file: string): string {
  const database = new DatabaseSync(file);
  const jobs = database.prepare("SELECT name, due_at FROM jobs").all() as { name: string; due_at: number }[];
  database.close();
  return (
    jobs
      .map(({ name, due_at }) => `${name} in ${((due_at - Date.now()) / DAY_MS).toFixed(1)} days`)
      .join(", ") || "none"
  );
}
