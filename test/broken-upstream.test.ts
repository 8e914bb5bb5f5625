// The upstream breaks in the middle of a talk, through the real dial: the local model fails on demand, at every step of
// a typed question that needs a tool.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Item } from "../src/protocol/messages.ts";
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
