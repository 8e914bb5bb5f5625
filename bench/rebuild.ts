// How long a conversation takes to have a session again that knows what was said: from the dial to ready, through
// the real Worker under workerd, to the local model, with so many stored items and so long a way to the model.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { type DevServer, startDev } from "../src/dev/dev-server.ts";
import { findFreePorts } from "../src/dev/ports.ts";
import { withoutSettings } from "../src/dev/settings.ts";
import { startLocalModel } from "../src/local-model/server.ts";
import { makeAgentProject } from "../test/browser/agent-project.ts";
import { TcpProxy } from "../test/browser/e2e/tcp-proxy.ts";

const { values } = parseArgs({
  options: {
    items: { type: "string", default: "10,100,1000" },
    "round-trip": { type: "string", default: "0,150" },
    rounds: { type: "string", default: "5" },
  },
});
const itemCounts = values.items.split(",").map(Number);
const roundTrips = values["round-trip"].split(",").map(Number);
const rounds = Number(values.rounds);

/** So that the 1,000 items are told, where the limits of the agent file would leave the oldest out. */
const LIFTED = { replayItems: 100_000, contextTokens: 1_000_000 };

/** A little more than the conversation keeps between two dials. */
const DIAL_GAP_MS = 1_100;

interface Stored {
  conversationId: string;
  token: string;
  items: number;
}

const model = await startLocalModel({ port: 0 });
console.log(`from the dial to ready in ms, median of ${rounds} (least to most); items told in brackets\n`);
console.log("| limits | stored items | round trip to the model | dial to ready |\n|---|---|---|---|");
try {
  await bench("lifted", LIFTED);
  await bench("of the sample agent", {});
} finally {
  await model.close();
}

async function bench(name: string, limits: Record<string, number>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "parley-bench-"));
  try {
    const project = join(folder, "project");
    makeAgentProject(project, limits);
    const storage = join(folder, "state");
    const conversations = await stored(project, storage);
    for (const roundTripMs of roundTrips) {
      const proxy = await TcpProxy.to(model.port, { roundTripMs });
      const server = await start(project, storage, proxy.port);
      try {
        for (const conversation of conversations) {
          const page = await attach(server.url, conversation);
          const times: number[] = [];
          // The first one compiles code, and is not counted.
          for (let round = 0; round <= rounds; round++) times.push(await page.dialToReadyMs());
          page.close();
          console.log(
            `| ${name} | ${conversation.items} (${itemsTold()}) | ${roundTripMs} ms | ${spread(times.slice(1))} |`,
          );
        }
      } finally {
        await server.stop();
        proxy.close();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function start(root: string, storage: string, modelPort: number): Promise<DevServer> {
  const [port, realtimePort] = await findFreePorts(2);
  return await startDev({
    root,
    env: {
      ...withoutSettings(process.env),
      OPENAI_API_KEY: "bench",
      REALTIME_URL: `http://127.0.0.1:${modelPort}/v1/realtime`,
      PORT: String(port),
      REALTIME_PORT: String(realtimePort),
      PERSIST_TO: storage,
    },
    devVars: false,
    onLine: () => undefined,
  });
}

/** Conversations made through the Worker; their rows are put into their databases while nobody has these open. */
async function stored(root: string, storage: string): Promise<Stored[]> {
  const server = await start(root, storage, model.port);
  const conversations: Stored[] = [];
  try {
    for (const items of itemCounts) {
      const created = await fetch(new URL("/api/conversations", server.url), { method: "POST" });
      conversations.push({ ...((await created.json()) as Omit<Stored, "items">), items });
    }
  } finally {
    await server.stop();
  }
  for (const { conversationId, items } of conversations) {
    const database = new DatabaseSync(
      join(storage, "v3/do/parley-ConversationObject", `${conversationId}.sqlite`),
    );
    const insert = database.prepare(
      "INSERT INTO items (id, position, kind, role, text, status, started_at, ended_at) VALUES (?, ?, 'message', ?, ?, 'completed', ?, ?)",
    );
    database.exec("BEGIN");
    for (let position = 1; position <= items; position++) {
      const role = position % 2 === 1 ? "user" : "assistant";
      insert.run(`item_${position}`, position, role, sentence(position), Date.now(), Date.now());
    }
    database.exec("UPDATE conversation SET greeted = 1; COMMIT");
    database.close();
  }
  return conversations;
}

function sentence(position: number): string {
  return `This is sentence number ${position} of a talk that has gone on for quite a while.`;
}

interface AttachedPage {
  dialToReadyMs(): Promise<number>;
  close(): void;
}

async function attach(url: string, { conversationId, token }: Stored): Promise<AttachedPage> {
  const address = `${url.replace("http", "ws")}/api/conversations/${conversationId}/socket`;
  const socket = new WebSocket(address, ["parley.v1", `token.${token}`]);
  let is = (_state: string): void => undefined;
  const until = (wanted: string) =>
    new Promise<number>((resolve) => {
      is = (state) => state === wanted && resolve(performance.now());
    });
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; state?: string };
      if (message.type === "welcome") resolve();
      else if (message.state !== undefined) is(message.state);
    });
  });
  return {
    async dialToReadyMs() {
      const connecting = until("connecting");
      socket.send('{"type":"start"}');
      const dialledMs = await connecting;
      const readyMs = await until("listening");
      socket.send('{"type":"stop"}');
      await until("asleep");
      // Dials are a second apart, however often a page asks.
      await new Promise((resolve) => setTimeout(resolve, DIAL_GAP_MS));
      return readyMs - dialledMs;
    },
    close: () => socket.close(),
  };
}

/** Each is told by `added` and `done`; before them came `session.created` and `session.updated`. */
function itemsTold(): number {
  return (model.faults.sessions.at(-1)!.sentEvents - 2) / 2;
}

function spread(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b).map(Math.round);
  return `${sorted[Math.floor(sorted.length / 2)]} (${sorted[0]} to ${sorted.at(-1)})`;
}
