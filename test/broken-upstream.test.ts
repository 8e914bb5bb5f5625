// The upstream breaks in the middle of a talk, through the real dial: the local model fails on demand, at every step of
// a typed question that needs a tool.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Item } from "../src/protocol/messages.ts";
import { frames, spoken } from "./support/spoken.ts";
import { pageWith, request, withToken } from "./support/worker-page.ts";
import type { WorkerPage } from "./support/worker-page.ts";

const UPSTREAM = "https://fails-on-demand.test";

/** Plans a fault for the next connection. The request goes through the same outbound service as the dial. */
async function plan(page: WorkerPage, fault: string): Promise<void> {
  const stub = env.CONVERSATION.get(env.CONVERSATION.idFromString(page.conversation.conversationId));
  const status = await runInDurableObject(stub, async () => {
    const body = JSON.stringify({ fault });
    const headers = { "Content-Type": "application/json" };
    return (await fetch(`${UPSTREAM}/faults`, { method: "POST", headers, body })).status;
  });
  expect(status).toBe(200);
}

async function storedItems(page: WorkerPage): Promise<Item[]> {
  const { conversationId, token } = page.conversation;
  const answer = await request(`/api/conversations/${conversationId}`, withToken(token));
  return (await answer.json<{ items: Item[] }>()).items;
}

/** Waits until the last thing said is a whole answer with a time of day, and everything is played. */
async function answeredAtLast(page: WorkerPage): Promise<void> {
  await page.until(() => {
    const answers = page.seen.flatMap((message) =>
      message.type === "item" && message.item.role === "assistant" && message.item.kind === "message"
        ? [message.item]
        : [],
    );
    const isWhole =
      answers.at(-1)?.status === "completed" && /\d:\d\d [AP]M in Tokyo/.test(answers.at(-1)!.text);
    const state = page.seen.findLast((message) => message.type === "state");
    return isWhole && state?.type === "state" && state.state === "listening" ? true : undefined;
  });
}

describe("an upstream that breaks", () => {
  test.for([
    "drop@session.created",
    "drop@session.updated",
    "drop@conversation.item.added",
    "drop@response.created",
    "drop@response.output_item.added",
    "drop@response.function_call_arguments.done",
    "drop@response.output_item.done",
    "drop@response.done",
    "drop@response.output_audio.delta",
    "drop@response.output_audio.delta#4",
    "close:1011@response.created",
    "close:1001@response.output_audio.delta#3",
    "error:server_error@response.created",
    "expire:0",
    "duplicate@response.done",
    "stragglers",
  ])("RB8 %s: the question is answered in the end, asked once, its tool run once", async (fault) => {
    const page = await pageWith({ REALTIME_URL: `${UPSTREAM}/v1/realtime` });
    page.playsAtOnce();
    await plan(page, fault);
    page.send({ type: "text", text: "What time is it in Tokyo?" });
    await answeredAtLast(page);
    const items = await storedItems(page);
    expect(items.filter((item) => item.role === "user").map((item) => item.text)).toEqual([
      "What time is it in Tokyo?",
    ]);
    expect(items.filter((item) => item.status === "in_progress")).toEqual([]);
    const runs = items.filter((item) => item.kind === "tool");
    expect(runs.map((item) => item.tool?.status)).toEqual(["done"]);
    const stub = env.CONVERSATION.get(env.CONVERSATION.idFromString(page.conversation.conversationId));
    const outputs = await runInDurableObject(stub, (_instance, state) =>
      state.storage.sql.exec("SELECT call_id FROM items WHERE kind = 'tool_output'").toArray(),
    );
    expect(outputs).toHaveLength(1);
    page.close();
  });

  test("RT6 no quota is said in plain words and not dialled again", async () => {
    const page = await pageWith({ REALTIME_URL: `${UPSTREAM}/v1/realtime` });
    await plan(page, "fail:insufficient_quota");
    page.send({ type: "text", text: "What time is it in Tokyo?" });
    expect(await page.sees("state", ({ state }) => state === "asleep")).toMatchObject({ reason: "refused" });
    expect(
      page.seen.filter((message) => message.type === "state" && message.state === "connecting"),
    ).toHaveLength(1);
    page.close();
  });
});

/** Opens by voice and says it, faster than a person would; the greeting has been heard. */
async function says(page: WorkerPage, words: string): Promise<void> {
  page.send({ type: "hello", pageId: "p1", streamId: "s1" });
  page.send({ type: "start" });
  await saidBy(page, "assistant", 1);
  page.send({ type: "resending", fromSample: 0 });
  for (const frame of frames(await spoken(words))) page.send(frame);
}

/** Waits until so many messages of this role are over, and nothing plays or runs any more. */
function saidBy(page: WorkerPage, role: Item["role"], count: number): Promise<Item[]> {
  return page.until(() => {
    const items = new Map(
      page.seen.flatMap((message) =>
        message.type === "item" && message.item.kind === "message" && message.item.role === role
          ? [[message.item.id, message.item] as const]
          : [],
      ),
    );
    for (const message of page.seen) if (message.type === "item_removed") items.delete(message.id);
    const over = [...items.values()].filter((item) => item.status !== "in_progress");
    const state = page.seen.findLast((message) => message.type === "state");
    return over.length >= count && state?.type === "state" && state.state === "listening" ? over : undefined;
  });
}

describe("a transcription that fails", () => {
  test("RB9 the turn's sound is kept, and the session after the next drop knows what was asked", async () => {
    const page = await pageWith({ REALTIME_URL: `${UPSTREAM}/v1/realtime` });
    page.playsAtOnce();
    await plan(page, "failed-transcription");
    // The second thing this session is told, after the tool's output, is what is typed below.
    await plan(page, "drop@conversation.item.create#2");
    await says(page, "What time is it in Tokyo?");
    await saidBy(page, "assistant", 2);
    expect(await saidBy(page, "user", 1)).toMatchObject([{ text: "", status: "failed" }]);
    const stub = env.CONVERSATION.get(env.CONVERSATION.idFromString(page.conversation.conversationId));
    const keptMs = await runInDurableObject(
      stub,
      (_instance, state) =>
        state.storage.sql.exec<{ bytes: number }>("SELECT SUM(LENGTH(pcm)) AS bytes FROM speech").one()
          .bytes / 48,
    );
    expect(keptMs).toBeGreaterThan(1000);
    page.send({ type: "text", text: "What did I ask first?" });
    const answers = await saidBy(page, "assistant", 3);
    expect(page.seen.filter(({ type }) => type === "error")).toHaveLength(1);
    expect(answers.at(-1)?.text.toLowerCase()).toContain("what time is it in tokyo");
    const { conversationId, token } = page.conversation;
    await request(`/api/conversations/${conversationId}`, withToken(token, { method: "DELETE" }));
    const tables = await runInDurableObject(stub, (_instance, state) =>
      state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'speech'").toArray(),
    );
    expect(tables).toEqual([]);
  });
});

describe("an answer in text", () => {
  const QUESTION = { type: "text", text: "Are you a robot?" };

  test("RB10 it is taken off and asked for once more, and then it is spoken", async () => {
    const page = await pageWith({ REALTIME_URL: `${UPSTREAM}/v1/realtime` });
    page.playsAtOnce();
    page.send({ type: "text", text: "My name is Ada." });
    await saidBy(page, "assistant", 1);
    page.send({ type: "stop" });
    await page.sees("state", ({ state }) => state === "asleep");
    await plan(page, "text-answer");
    const before = page.audioBytes();
    page.send(QUESTION);
    const answers = await saidBy(page, "assistant", 2);
    expect(answers).toHaveLength(2);
    expect(page.seen.filter(({ type }) => type === "item_removed")).toHaveLength(1);
    expect(page.seen.filter(({ type }) => type === "error")).toEqual([]);
    expect(page.audioBytes() - before).toBeGreaterThan(24_000);
    const stored = await storedItems(page);
    expect(stored.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
    expect(stored.at(-1)?.status).toBe("completed");
    page.close();
  });

  test("RB10 a model that answers in text again is read instead, without a loop", async () => {
    const page = await pageWith({ REALTIME_URL: `${UPSTREAM}/v1/realtime?fault=text-answer` });
    page.playsAtOnce();
    page.send(QUESTION);
    const [answer] = await saidBy(page, "assistant", 1);
    expect(answer?.status).toBe("completed");
    expect(answer?.text).not.toBe("");
    expect(page.audioBytes()).toBe(0);
    const dials = page.seen.filter((message) => message.type === "state" && message.state === "connecting");
    expect(dials).toHaveLength(2);
    // The talk goes on, and the fault is over.
    page.send({ type: "text", text: "What time is it in Tokyo?" });
    await answeredAtLast(page);
    expect(page.audioBytes()).toBeGreaterThan(24_000);
    page.close();
  });
});
