// How many spoken conversations the local model holds at once in real time: sessions speak a question again and
// again as a microphone would, and every transcript must be there within a second of the end of the turn. The server
// runs in a process of its own, so that its memory is its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { FRAME_BYTES, FRAME_MS } from "../src/audio/format.ts";
import { findFreePort } from "../src/dev/ports.ts";
import { withoutSettings } from "../src/dev/settings.ts";
import { inRoom } from "./speech/speech-samples.ts";
import { synthesise } from "../src/local-model/voice/synthesise.ts";

const { values } = parseArgs({
  options: {
    sessions: { type: "string", default: "1,4,8,12,16,24" },
    turns: { type: "string", default: "4" },
  },
});
const turns = Number(values.turns);
/** A conversation is not all questions: this long somebody listens or thinks before the next. */
const PAUSE_MS = 4_000;
const LATE_MS = 1_000;
/** Sessions do not all begin in one instant. */
const STAGGER_MS = 370;

const TOOL = {
  type: "function",
  name: "current_time",
  description: 'Tells the local time. For example "what time is it in Tokyo".',
  parameters: { type: "object", properties: { place: { type: "string" } }, required: ["place"] },
};
const QUESTIONS = ["What time is it in Tokyo?", "What time is it in Paris?", "Who are you?"].map((text) =>
  Buffer.from(inRoom(synthesise(text, "slt"), 40).buffer),
);
const silence = Buffer.alloc(FRAME_BYTES);

interface Turn {
  readonly transcriptMs: number;
  readonly soundMs: number | undefined;
}

const port = await findFreePort();
const server = spawn(
  process.execPath,
  ["--disable-warning=ExperimentalWarning", "src/local-model/main.ts", "--port", String(port)],
  { env: withoutSettings(process.env), stdio: ["ignore", "pipe", "inherit"] },
);
const lines = createInterface(server.stdout);
await once(lines, "line");
const startMb = memoryMb();
// The engine takes its own share with the first conversation; that is no session's.
await converse(0);
const idleMb = memoryMb();
console.log(
  `memory at start ${startMb.toFixed(0)} MB, after a first conversation ${idleMb.toFixed(0)} MB; times from the end of the turn (speech_stopped), ms\n`,
);
console.log(
  "| sessions | turns | transcript p50 | p95 | first sound or call p50 | p95 | memory per session, MB |\n|---|---|---|---|---|---|---|",
);
try {
  for (const count of values.sessions.split(",").map(Number)) {
    const all = (
      await Promise.all(Array.from({ length: count }, (_, index) => converse(index * STAGGER_MS)))
    ).flat();
    const perSession = (memoryMb() - idleMb) / count;
    const heard = all.map((turn) => turn.transcriptMs);
    const answered = all.flatMap((turn) => turn.soundMs ?? []);
    const cells = [
      percentile(heard, 50),
      percentile(heard, 95),
      percentile(answered, 50),
      percentile(answered, 95),
    ];
    console.log(
      `| ${count} | ${all.length} | ${cells.map((ms) => ms.toFixed(0)).join(" | ")} | ${perSession.toFixed(1)} |`,
    );
    if (percentile(heard, 95) > LATE_MS) break;
  }
} finally {
  server.kill();
}

/** One session: speaks at the pace of a microphone, all the time, silence included. */
async function converse(afterMs: number): Promise<Turn[]> {
  await sleep(afterMs);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/realtime?model=gpt-realtime`, {
    headers: { authorization: "Bearer bench" },
  });
  await once(socket, "open");
  const send = (event: object): void => socket.send(JSON.stringify(event));
  const transcription = { model: "gpt-4o-mini-transcribe" };
  send({
    type: "session.update",
    session: { type: "realtime", tools: [TOOL], audio: { input: { transcription } } },
  });
  const found: Turn[] = [];
  let stoppedAt: number | undefined;
  let transcriptMs: number | undefined;
  let soundMs: number | undefined;
  socket.on("message", (data: Buffer) => {
    const event = JSON.parse(data.toString()) as Record<string, unknown> & { type: string };
    const since = stoppedAt === undefined ? undefined : performance.now() - stoppedAt;
    if (event.type === "input_audio_buffer.speech_stopped") stoppedAt = performance.now();
    else if (event.type.endsWith("transcription.completed")) transcriptMs = since;
    else if (event.type === "response.output_audio.delta") soundMs ??= since;
    else if (event.type === "response.function_call_arguments.done") {
      soundMs ??= since;
      const output = JSON.stringify({ place: "Tokyo", time: "9:42 PM" });
      send({
        type: "conversation.item.create",
        item: { type: "function_call_output", call_id: event["call_id"], output },
      });
      send({ type: "response.create" });
    }
  });
  let due = performance.now();
  const append = async (frame: Buffer): Promise<void> => {
    send({ type: "input_audio_buffer.append", audio: frame.toString("base64") });
    due += FRAME_MS;
    await sleep(Math.max(0, due - performance.now()));
  };
  for (let turn = 0; turn < turns; turn++) {
    [stoppedAt, transcriptMs, soundMs] = [undefined, undefined, undefined];
    const question = QUESTIONS[turn % QUESTIONS.length]!;
    for (let at = 0; at < question.length; at += FRAME_BYTES) {
      await append(question.subarray(at, at + FRAME_BYTES));
    }
    for (let waited = 0; waited < PAUSE_MS; waited += FRAME_MS) await append(silence);
    // A transcript that is not there after the pause is as late as the pause is long.
    found.push({ transcriptMs: transcriptMs ?? PAUSE_MS, soundMs });
  }
  socket.close();
  return found;
}

function memoryMb(): number {
  const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

function percentile(times: readonly number[], percent: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
