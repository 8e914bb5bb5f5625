// The whole Worker against the local model, through the real dial: what a page would see of a talk.

import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { request, withToken, WorkerPage } from "./support/worker-page.ts";
import type { ConversationSnapshot } from "../src/protocol/messages.ts";

const HOUR = /\b\d{1,2}:\d{2} (AM|PM)\b/;

async function snapshot(page: WorkerPage): Promise<ConversationSnapshot> {
  const { conversationId, token } = page.conversation;
  return (await request(`/api/conversations/${conversationId}`, withToken(token))).json();
}

/** Waits for the answer to have been spoken and played. */
async function answered(page: WorkerPage): Promise<void> {
  await page.sees("state", ({ state }) => state === "speaking");
  await page.until(() => {
    const states = page.seen.flatMap((message) => (message.type === "state" ? [message.state] : []));
    return states.at(-1) === "listening" ? true : undefined;
  });
}

describe("the whole way", () => {
  test("WW1 a typed question runs a tool, is answered in audio, and is stored", async () => {
    const page = await WorkerPage.open();
    page.playsAtOnce();
    page.send({ type: "text", text: "What time is it in Tokyo?", id: "m1" });
    await answered(page);
    expect(await page.sees("tool", ({ status }) => status === "done")).toMatchObject({
      name: "current_time",
    });
    expect(page.audioBytes()).toBeGreaterThan(48_000);
    const { items, usage } = await snapshot(page);
    expect(items.map((item) => [item.role, item.kind])).toEqual([
      ["user", "message"],
      ["assistant", "tool"],
      ["assistant", "message"],
    ]);
    expect(items[1]?.text).toMatch(/^Tokyo: /);
    expect(items[2]?.text).toMatch(HOUR);
    // In Tokyo's time, not ours.
    const tokyo = new Intl.DateTimeFormat("en-US", { timeZone: "Asia/Tokyo", hour: "numeric" }).format();
    expect(items[2]?.text.replace(/:\d\d/, "")).toContain(tokyo.replace("\u202f", " "));
    expect(usage.audioOutMs).toBeGreaterThan(1000);
    expect(usage.outputAudioTokens).toBeGreaterThan(0);
    page.close();
  });

  test("TT7 opened by voice, the agent greets once", async () => {
    const page = await WorkerPage.open();
    page.playsAtOnce();
    page.send({ type: "start" });
    await answered(page);
    expect((await snapshot(page)).items).toMatchObject([
      { role: "assistant", text: "Hi, I am Parley. How can I help you?" },
    ]);
    page.close();
  });

  test("AG2 a note is remembered and recalled", async () => {
    const page = await WorkerPage.open();
    page.playsAtOnce();
    page.send({ type: "text", text: "Remember that my car is on level three" });
    await answered(page);
    page.seen.length = 0;
    page.send({ type: "text", text: "What did I ask you to remember?" });
    await answered(page);
    expect((await snapshot(page)).items.at(-1)?.text).toContain("my car is on level three");
    page.close();
  });

  test("AG3 without a network the weather tool says so, and the talk goes on", async () => {
    const page = await WorkerPage.open();
    page.playsAtOnce();
    page.send({ type: "text", text: "What is the weather in Paris?" });
    await answered(page);
    expect((await snapshot(page)).items.at(-1)?.text).toContain("cannot reach the weather service");
    page.seen.length = 0;
    page.send({ type: "text", text: "What time is it in Paris?" });
    await answered(page);
    expect((await snapshot(page)).items.at(-1)?.text).toMatch(HOUR);
    page.close();
  });

  test("WW3 a talk that slept goes on with what was said before", async () => {
    const page = await WorkerPage.open();
    page.playsAtOnce();
    page.send({ type: "text", text: "What time is it in Tokyo?" });
    await answered(page);
    page.send({ type: "stop" });
    await page.sees("state", ({ state }) => state === "asleep");
    page.seen.length = 0;
    page.send({ type: "text", text: "What time is it in Paris?" });
    await answered(page);
    const { items } = await snapshot(page);
    expect(items.filter((item) => item.role === "user").map((item) => item.text)).toEqual([
      "What time is it in Tokyo?",
      "What time is it in Paris?",
    ]);
    expect(items.at(-1)?.text).toContain("Paris");
    page.close();
  });

  test("RT1 the key travels in a header, never in the address", async () => {
    const page = await WorkerPage.open();
    const stub = env.CONVERSATION.get(env.CONVERSATION.idFromString(page.conversation.conversationId));
    await runInDurableObject(stub, async () => {
      const dialled: { url: string; key: string | null }[] = [];
      const { dialRealtime } = await import("../src/realtime/dial.ts");
      const before = globalThis.fetch;
      globalThis.fetch = ((url: string, init: RequestInit) => {
        dialled.push({ url, key: new Headers(init.headers).get("Authorization") });
        return before(url, init);
      }) as typeof fetch;
      try {
        const closed = await new Promise<number>((resolve) => {
          void dialRealtime("https://api.openai.com/v1/realtime?model=gpt-realtime-2.1", "the-key", {
            message: () => resolve(0),
            closed: resolve,
          });
        });
        expect(closed).toBe(0);
      } finally {
        globalThis.fetch = before;
      }
      expect(dialled).toEqual([
        { url: "https://api.openai.com/v1/realtime?model=gpt-realtime-2.1", key: "Bearer the-key" },
      ]);
    });
    page.close();
  });

  test("RT1 an upstream that does not answer the upgrade is given up in time", async () => {
    const page = await WorkerPage.open();
    const stub = env.CONVERSATION.get(env.CONVERSATION.idFromString(page.conversation.conversationId));
    await runInDurableObject(stub, async () => {
      const { dialRealtime } = await import("../src/realtime/dial.ts");
      const listener = { message: () => undefined, closed: () => undefined };
      await expect(dialRealtime("https://never-answers.test/", "k", listener, 50)).rejects.toMatchObject({
        failure: { kind: "dial_timeout", waitedMs: 50 },
      });
    });
    page.close();
  });
});
