// Someone speaks over the answer. What the store says was heard is compared with the samples that really left the
// player. The page fell silent by itself before the conversation told it to, so that the device holds none of them back.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Item } from "../../../src/protocol/messages.ts";
import { runDev } from "../run-dev.ts";
import type { TestDevServer } from "../run-dev.ts";
import { speechAt } from "../wav.ts";
import { TalkingPage } from "./talking-page.ts";
import type { Recording, SentAudio } from "./talking-page.ts";

let server: TestDevServer;
beforeAll(async () => {
  server = await runDev();
});
afterAll(async () => {
  await server.stop();
});

/** From the press of the button on: a breath, so that the detector meets the beginning of the words. */
const SPEAKS_AT_S = 0.5;
/** Reports are whole milliseconds, the flush ramps down over 64 samples, the resampler rings for a few. */
const TOLERANCE_MS = 20;

/** On a busy machine the player may run dry, and a recording with a gap in it measures nothing. */
const MAX_ATTEMPTS = 3;

describe("speaking over the answer", () => {
  it("BI2 silences the page, and the stored item is cut at what left the player", async () => {
    let underruns = await speakOver();
    for (let attempt = 1; underruns > 0 && attempt < MAX_ATTEMPTS; attempt += 1) {
      underruns = await speakOver();
    }
    expect(underruns, "the player ran dry each time").toBe(0);
  });
});

/** Answers with the times the player ran dry; only when it did not, the heard position was looked at. */
async function speakOver(): Promise<number> {
  const someone = await TalkingPage.open(
    server.url,
    speechAt([[SPEAKS_AT_S, "What time is it in Paris?"]], "slt"),
  );
  try {
    // A conversation that begins with a typed turn has no greeting: the long answer is the first thing said.
    await someone.type("What can you do?");
    await someone.isIn("speaking");
    await someone.byTestId("talk").click();

    const cut = someone.page.locator('[data-testid="item"][data-status="interrupted"]');
    await cut.waitFor();
    // The next answer has not begun: all that was recorded is the cut one.
    const recording = await someone.recording();
    const underruns = await someone.underruns();
    const item = await someone.storedItem((await cut.getAttribute("data-item-id"))!);
    expect(item.status).toBe("interrupted");
    expect(await cut.locator(".words").innerText()).toBe(item.text);
    if (underruns === 0) judge(item, recording, someone.sent(item.id));

    // The one who interrupted is answered.
    await someone.items("assistant", "tool").waitFor();
    await someone.isIn("listening");
    expect(await someone.items("assistant").last().innerText()).toContain("Paris");
    return underruns;
  } finally {
    await someone.close();
  }
}

function judge(item: Item, recording: Recording, { totalMs, leadMs }: SentAudio): void {
  const { firstFrame, lastFrame, rateHz, latencyMs } = recording;
  const leftPlayerMs = leadMs + ((lastFrame - firstFrame) * 1000) / rateHz;
  const errorMs = item.heardMs! - leftPlayerMs;
  // Not by `console.log`: of a test that passes nothing is shown, and this number is wanted then too.
  process.stdout.write(
    `heard ${item.heardMs} ms of ${Math.round(totalMs)} ms; left the player ${leftPlayerMs.toFixed(1)} ms, ` +
      `device latency ${latencyMs.toFixed(1)} ms: error ${errorMs.toFixed(1)} ms\n`,
  );
  expect(Math.abs(errorMs)).toBeLessThan(TOLERANCE_MS);
  expect(item.heardMs).toBeLessThan(totalMs);
}
