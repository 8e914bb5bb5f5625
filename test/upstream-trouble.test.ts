// An upstream that is not there, or does not want us, through the real dial.

import { describe, expect, test } from "vitest";
import { pageWith, request, withToken } from "./support/worker-page.ts";
import type { WorkerPage } from "./support/worker-page.ts";

async function storedTexts(page: WorkerPage): Promise<string[]> {
  const { conversationId, token } = page.conversation;
  const answer = await request(`/api/conversations/${conversationId}`, withToken(token));
  return (await answer.json<{ items: { text: string }[] }>()).items.map((item) => item.text);
}

describe("trouble upstream", () => {
  test.for([
    ["nobody listens", "http://127.0.0.1:1/v1/realtime"],
    ["the upgrade is refused", "https://blocked.test/v1/realtime"],
  ] as const)(
    "RT8 when %s the page learns unavailable, sees connecting, and loses nothing",
    async ([, url]) => {
      const page = await pageWith({ REALTIME_URL: url });
      page.send({ type: "text", text: "hello" });
      expect(await page.sees("error")).toMatchObject({ code: "unavailable", retryable: true });
      expect(page.seen.findLast((message) => message.type === "state")).toMatchObject({
        state: "connecting",
      });
      expect(await storedTexts(page)).toEqual(["hello"]);
      page.close();
    },
  );

  test("RT9 a refused key is bland for the page and costs no item", async () => {
    const page = await pageWith({
      REALTIME_URL: "https://refuses-keys.test/v1/realtime",
      OPENAI_API_KEY: "sk-secret",
    });
    page.send({ type: "text", text: "hello" });
    expect(await page.sees("error")).toMatchObject({ code: "refused", retryable: false });
    expect(await page.sees("state", ({ state }) => state === "asleep")).toMatchObject({ reason: "refused" });
    expect(await storedTexts(page)).toEqual(["hello"]);
    expect(JSON.stringify(page.seen)).not.toContain("secret");
    page.close();
  });

  test("HT11 a setting that is wrong only for the object leaves the conversation asleep, not broken", async () => {
    const page = await pageWith({ REALTIME_URL: "nonsense" });
    page.send({ type: "text", text: "hello" });
    expect(await page.sees("error")).toMatchObject({ code: "refused" });
    expect(await storedTexts(page)).toEqual(["hello"]);
    page.close();
  });
});
