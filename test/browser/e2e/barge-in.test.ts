// Someone speaks over the answer. What the store says was heard is compared with the samples that really left the
// player, less what the audio context says the device still held.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SAMPLES_PER_MS } from "../../../src/audio/format.ts";
import type { ConversationSnapshot, Item } from "../../../src/protocol/messages.ts";
import { runDev } from "../run-dev.ts";
import type { TestDevServer } from "../run-dev.ts";
import { speechAt } from "../wav.ts";
import { TalkingPage } from "./talking-page.ts";

let server: TestDevServer;
beforeAll(async () => {
  server = await runDev();
});
afterAll(async () => {
  await server.stop();
});

/** The greeting is over by then, the long answer has begun by `OVER_IT_S`. */
const AFTER_GREETING_S = 5;
const OVER_IT_S = 9;
/** Reports are whole milliseconds, the flush ramps down over 64 samples, the resampler rings for a few. */
const TOLERANCE_MS = 20;

describe("speaking over the answer", () => {
  it("BI2 silences the page, and the stored item is cut at what left the player", async () => {
    const someone = await TalkingPage.open(
      server.url,
      speechAt(
        [
          [AFTER_GREETING_S, "What can you do?"],
          [OVER_IT_S, "What time is it in Paris?"],
        ],
        "slt",
      ),
    );
    try {
      await someone.byTestId("talk").click();
      await someone.isIn("speaking");
      await someone.isIn("listening");
      const greetingEnd = (await someone.recording()).lastFrame;
      await someone.isIn("speaking");

      const cut = someone.page.locator('[data-testid="item"][data-status="interrupted"]');
      await cut.waitFor();
      // The next answer has not begun: all that was recorded since the greeting is the cut one.
      const { firstFrame, lastFrame, rateHz, latencyMs } = await someone.recording(greetingEnd + 1);
      const item = await storedItem(someone, (await cut.getAttribute("data-item-id"))!);
      expect(item.status).toBe("interrupted");
      expect(await cut.locator(".words").innerText()).toBe(item.text);

      const pcm = Buffer.concat(someone.sentAudio.get(item.id)!);
      const sent = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.byteLength / 2);
      const leadMs = sent.findIndex((sample) => sample !== 0) / SAMPLES_PER_MS;
      const leftPlayerMs = leadMs + ((lastFrame - firstFrame) * 1000) / rateHz;
      const errorMs = item.heardMs! - (leftPlayerMs - latencyMs);
      console.log(
        `heard ${item.heardMs} ms of ${Math.round(sent.length / SAMPLES_PER_MS)} ms; left the player ${leftPlayerMs.toFixed(1)} ms, ` +
          `device latency ${latencyMs.toFixed(1)} ms: error ${errorMs.toFixed(1)} ms`,
      );
      expect(Math.abs(errorMs)).toBeLessThan(TOLERANCE_MS);
      expect(item.heardMs).toBeLessThan(sent.length / SAMPLES_PER_MS);

      // The one who interrupted is answered.
      await someone.items("assistant", "tool").waitFor();
      await someone.isIn("listening");
      expect(await someone.items("assistant").last().innerText()).toContain("Paris");
    } finally {
      await someone.close();
    }
  });
});

/** The item as the conversation stores it, asked for with the page's own token. */
async function storedItem(someone: TalkingPage, id: string): Promise<Item> {
  const snapshot = await someone.page.evaluate(async () => {
    const { conversationId, token } = JSON.parse(localStorage.getItem("parley.conversation")!) as Record<
      string,
      string
    >;
    const answer = await fetch(`/api/conversations/${conversationId}`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    return (await answer.json()) as ConversationSnapshot;
  });
  return snapshot.items.find((item) => item.id === id)!;
}
