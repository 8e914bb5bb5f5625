// What an agent does about its own voice in rooms without echo cancellation: a long answer in a real browser whose
// microphone hears what the page plays, softer and later: `npm run bench:echo`.

import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { AnswerInRoom } from "../../test/browser/e2e/answer-in-room.ts";
import type { Room } from "../../test/browser/e2e/room.ts";
import { runDev } from "../../test/browser/run-dev.ts";
import { silence } from "../../test/browser/wav.ts";

const { values } = parseArgs({
  options: {
    gains: { type: "string", default: "-6,-12,-20,-30" },
    delays: { type: "string", default: "20,120" },
    /** Instead, the microphone is turned on without a greeting. */
    ungreeted: { type: "boolean", default: false },
  },
});

/** Nobody says or thinks anything for so long: it is over. */
const OVER_MS = 3_000;
/** An agent that talks to itself does so for ever. */
const PATIENCE_MS = 60_000;
const POLL_MS = 100;

async function untilOver({ someone }: AnswerInRoom): Promise<boolean> {
  const untilMs = performance.now() + PATIENCE_MS;
  let sinceMs = performance.now();
  while (performance.now() - sinceMs < OVER_MS) {
    if (performance.now() > untilMs) return false;
    const state = await someone.byTestId("state").getAttribute("data-state");
    if (state !== "listening") sinceMs = performance.now();
    await wait(POLL_MS);
  }
  return true;
}

async function row(url: string, room: Room, isGreeted: boolean): Promise<string> {
  const answer = isGreeted
    ? await AnswerInRoom.open(url, silence(), room)
    : await AnswerInRoom.openUnder("normal", url, silence(), room);
  const { someone } = answer;
  try {
    if (isGreeted) await untilOver(answer);
    const { lastFrame } = await someone.recording();
    const before = (await someone.snapshot()).items.length;
    const greeting = await counts(answer);
    await answer.ask();
    const isOver = await untilOver(answer);
    const { items } = await someone.snapshot();
    const first = items.slice(before).find(({ role, kind }) => role === "assistant" && kind === "message")!;
    const { rateHz, firstFrame, lastFrame: end } = await someone.recording(lastFrame + 1);
    const { leadMs, soundEndMs } = someone.sent(first.id);
    const took = `${seconds((soundEndMs - leadMs) / 1_000)}, ${seconds((end - firstFrame) / rateHz)}`;
    const all = await counts(answer);
    const both = all.map((count, index) => `${greeting[index]!}, ${count - greeting[index]!}`);
    return `| ${room.gainDb} dB, ${room.delayMs} ms | ${both.join(" | ")} | ${first.status} | ${isOver ? took : "did not end"} |`;
  } finally {
    await someone.close();
  }
}

/** Holds, dropped turns, notices, cut answers, and turns that slipped through. */
async function counts(answer: AnswerInRoom): Promise<number[]> {
  const { items } = await answer.someone.snapshot();
  const cuts = items.filter(({ role, status }) => role === "assistant" && status === "interrupted").length;
  const slipped = (await answer.spokenTurns()).length;
  return [await answer.told("hold"), answer.dropped, answer.notices, cuts, slipped];
}

function seconds(of: number): string {
  return `${of.toFixed(1)} s`;
}

const server = await runDev({}, { limits: {} });
console.log(
  "| echo | holds: before the question, after | turns dropped | notices | cuts | turns that slipped through | the answer | its length, took |\n|---|---|---|---|---|---|---|---|",
);
try {
  for (const gainDb of values.gains.split(",").map(Number)) {
    for (const delayMs of values.delays.split(",").map(Number)) {
      console.log(await row(server.url, { gainDb, delayMs }, !values.ungreeted));
    }
  }
} finally {
  await server.stop();
}
