// Whether the latency an audio context reports is the true one, by a real sound server: Chromium plays into a null sink
// of PulseAudio, whose monitor is recorded. The button stops the agent without a hold, so that the stored position is
// what left the player less the reported latency; it is compared with where the sink was at that moment.
// `docs/turn-taking.md` has the commands. Nothing of the project needs this.

import { spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runDev } from "../../test/browser/run-dev.ts";
import { silence } from "../../test/browser/wav.ts";
import { TalkingPage } from "../../test/browser/e2e/talking-page.ts";
import { generator } from "../../test/chaos/random.ts";
import { COMPARED_MS, endPosition, SLOPE_MS } from "../../test/browser/e2e/audible.ts";
import { MonitorRecording, RATE_HZ } from "./monitor-recording.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "20" },
    seed: { type: "string", default: "20261122" },
    monitor: { type: "string", default: "parley.monitor" },
  },
});
const random = generator(Number(values.seed));
const EARLIEST_MS = 600;
const LATEST_MS = 5_000;

/** Runs in the page: when the player is told to be silent, ms since the epoch, and the latency then. */
function watchFlush(): void {
  const world = globalThis as unknown as {
    tap: { context: AudioContext };
    flushes: { atMs: number; latencyMs: number }[];
  };
  world.flushes = [];
  let isBegun = true;
  // oxlint-disable-next-line typescript/unbound-method -- called with its port below
  const post = MessagePort.prototype.postMessage as (this: MessagePort, ...message: unknown[]) => void;
  MessagePort.prototype.postMessage = function (this: MessagePort, ...message: unknown[]) {
    const { type, latencyMs } = message[0] as { type?: string; latencyMs?: number };
    if (type === "begin") isBegun = true;
    // The page's own; the conversation says it once more.
    if (type === "flush" && isBegun) {
      isBegun = false;
      world.flushes.push({ atMs: performance.timeOrigin + performance.now(), latencyMs: latencyMs! });
    }
    post.call(this, ...message);
  } as never;
}

const toolFile = fileURLToPath(new URL("story-tool.ts", import.meta.url));
const server = await runDev({}, { limits: {}, toolFile });
const recorder = spawn("parec", [
  `--device=${values.monitor}`,
  "--format=float32le",
  `--rate=${RATE_HZ}`,
  "--channels=1",
  "--latency-msec=10",
]);
const recording = new MonitorRecording(recorder.stdout);
const someone = await TalkingPage.open(server.url, silence(), { isAudible: true });
try {
  await someone.type("Hello");
  await someone.isIn("speaking");
  await someone.isIn("listening");
  await someone.page.evaluate(watchFlush);
  await someone.type("Tell me a story");
  const cut: { id: string }[] = [];
  for (let index = 0; index < Number(values.count); index++) {
    await someone.isIn("speaking");
    await wait(EARLIEST_MS + random() * (LATEST_MS - EARLIEST_MS));
    await someone.byTestId("interrupt").click();
    const items = someone.page.locator('[data-testid="item"][data-status="interrupted"]');
    await items.nth(index).waitFor();
    cut.push({ id: (await items.nth(index).getAttribute("data-item-id"))! });
    await someone.type("Tell me a story");
  }
  await wait(500);
  const flushes = await someone.page.evaluate(
    () => (globalThis as unknown as { flushes: { atMs: number; latencyMs: number }[] }).flushes,
  );
  if (flushes.length !== cut.length) throw new Error(`${flushes.length} flushes, ${cut.length} cuts`);

  const errors: number[] = [];
  for (const [index, { id }] of cut.entries()) {
    const { atMs, latencyMs } = flushes[index]!;
    const item = await someone.storedItem(id);
    // The end is not softened here: what is compared ends a slope later than the moment that is asked for.
    const heard = recording.until(atMs + SLOPE_MS, COMPARED_MS + SLOPE_MS);
    const found = endPosition(someone.sentSamples(id), heard, RATE_HZ);
    if (found === undefined) {
      console.log(`${item.heardMs} ms: what the sink played then is not found in the answer`);
      continue;
    }
    const atSinkMs = found.atMs - SLOPE_MS;
    errors.push(item.heardMs! - atSinkMs);
    console.log(
      `stored ${item.heardMs} ms, the sink was at ${atSinkMs.toFixed(1)} ms, reported latency ${latencyMs.toFixed(1)} ms: ` +
        `error ${(item.heardMs! - atSinkMs).toFixed(1)} ms`,
    );
  }
  const sorted = errors.toSorted((a, b) => a - b);
  console.log(
    `${errors.length} cuts, seed ${values.seed}: stored less true position: median ` +
      `${sorted[sorted.length >> 1]!.toFixed(1)} ms, from ${sorted[0]!.toFixed(1)} to ${sorted.at(-1)!.toFixed(1)} ms; ` +
      `the monitor came in pieces of ${recording.pieceMs.toFixed(1)} ms`,
  );
} finally {
  await someone.close();
  recorder.kill();
  await server.stop();
}
