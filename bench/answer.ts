// From the last sample of a spoken question to the first sound of the answer, through the real Worker and the local
// model: the model's 500 ms of closing silence, recognition, a tool, synthesis and every hop are in it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { FRAME_MS, FRAME_SAMPLES, SAMPLES_PER_MS } from "../src/audio/format.ts";
import { startDev } from "../src/dev/dev-server.ts";
import { findFreePorts } from "../src/dev/ports.ts";
import { withoutSettings } from "../src/dev/settings.ts";
import { synthesise } from "../src/local-model/voice/synthesise.ts";

const ROUNDS = 5;
const QUESTION = "What time is it in Tokyo?";
/** The asker's voice; the agent has another. */
const VOICE = "slt";

const storage = mkdtempSync(join(tmpdir(), "parley-bench-"));
const startedMs = performance.now();
const [port, realtimePort] = await findFreePorts(2);
const server = await startDev({
  env: {
    ...withoutSettings(process.env),
    PORT: String(port),
    REALTIME_PORT: String(realtimePort),
    PERSIST_TO: storage,
  },
  devVars: false,
  onLine: () => undefined,
});
console.log(`ready after ${Math.round(performance.now() - startedMs)} ms`);

try {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await ask(synthesise(QUESTION, VOICE)));
  const sorted = times.toSorted((a, b) => a - b).map(Math.round);
  console.log(
    `end of speech to first audio: median ${sorted[Math.floor(ROUNDS / 2)]} ms (${sorted.join(", ")})`,
  );
} finally {
  await server.stop();
  rmSync(storage, { recursive: true, force: true });
}

/** Milliseconds from the end of the question, spoken in real time, to the first frame of the answer. */
async function ask(speech: Int16Array): Promise<number> {
  const created = await fetch(new URL("/api/conversations", server.url), { method: "POST" });
  const { token, socketUrl } = (await created.json()) as { token: string; socketUrl: string };
  const socket = new WebSocket(socketUrl, ["parley.v1", `token.${token}`]);
  let speechEndMs: number | undefined;
  let microphone: NodeJS.Timeout | undefined;
  try {
    return await new Promise<number>((resolve, reject) => {
      let hasGreeted = false;
      socket.on("error", reject);
      socket.on("message", (data: Buffer, isBinary) => {
        if (isBinary) {
          if (speechEndMs !== undefined) resolve(performance.now() - speechEndMs);
          return;
        }
        const message = JSON.parse(data.toString()) as Record<string, unknown>;
        // Opened by a typed word: there is no greeting to wait for.
        if (message["type"] === "welcome") socket.send('{"type":"text","text":"Hello"}');
        if (message["type"] === "audio_end") {
          hasGreeted = true;
          const { itemId, totalMs: playedMs } = message;
          socket.send(JSON.stringify({ type: "playback", itemId, playedMs, done: true }));
        }
        if (message["state"] === "listening" && hasGreeted && microphone === undefined) {
          socket.send('{"type":"start"}');
          microphone = speak(socket, speech, () => (speechEndMs = performance.now()));
        }
      });
    });
  } finally {
    clearInterval(microphone);
    socket.close();
  }
}

/** Sends `speech` in real time, then silence; `ended` is called when its last sample has gone out. */
function speak(socket: WebSocket, speech: Int16Array, ended: () => void): NodeJS.Timeout {
  const startMs = performance.now();
  let sent = 0;
  let isOver = false;
  return setInterval(() => {
    const due = Math.floor(((performance.now() - startMs) * SAMPLES_PER_MS) / FRAME_SAMPLES) * FRAME_SAMPLES;
    for (; sent < due; sent += FRAME_SAMPLES) {
      const frame = new Int16Array(FRAME_SAMPLES);
      frame.set(speech.subarray(sent, sent + FRAME_SAMPLES));
      socket.send(new Uint8Array(frame.buffer));
    }
    if (!isOver && sent >= speech.length) {
      isOver = true;
      ended();
    }
  }, FRAME_MS / 4);
}
