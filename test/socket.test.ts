// The page's socket through the real Worker and object.

import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { ConversationObject } from "../src/conversation/object.ts";
import { PING, PONG } from "../src/protocol/messages.ts";
import { WorkerPage } from "./support/worker-page.ts";

const objectOf = (page: WorkerPage): DurableObjectStub<ConversationObject> =>
  env.CONVERSATION.get(env.CONVERSATION.idFromString(page.conversation.conversationId));

describe("the page's socket", () => {
  test("SK1 welcome comes first and is enough to draw the page", async () => {
    const page = await WorkerPage.open();
    expect(page.seen[0]).toEqual({
      type: "welcome",
      protocol: 1,
      conversationId: page.conversation.conversationId,
      state: "asleep",
      items: [],
      hasEarlier: false,
      floor: false,
      settings: { policy: "normal", policies: ["normal"], voice: "marin", voices: ["marin"], muted: false },
      usage: expect.objectContaining({ audioInMs: 0, audioOutMs: 0 }) as unknown,
      limits: { maxFrameBytes: 4800, maxTextChars: 4000 },
    });
  });

  test("SK2 a ping is answered by the runtime, another spelling by the object", async () => {
    const page = await WorkerPage.open();
    page.send(PING);
    await page.sees("pong");
    const stub = objectOf(page);
    await runInDurableObject(stub, (_instance, state) => {
      const pair = state.getWebSocketAutoResponse();
      expect([pair?.request, pair?.response]).toEqual([PING, PONG]);
      // The runtime notes when it answered by itself: this one never reached the object.
      const [socket] = state.getWebSockets();
      expect(state.getWebSocketAutoResponseTimestamp(socket!)).toBeInstanceOf(Date);
    });
    page.send('{ "type": "ping" }');
    await page.until(() =>
      page.seen.filter((message) => message.type === "pong").length === 2 ? true : undefined,
    );
  });

  test("SK3 an evicted object finds its pages again, ghosts and all", async () => {
    const page = await WorkerPage.open();
    page.send({ type: "hello", pageId: "p1", streamId: "s1" });
    page.send({ type: "wave" });
    page.send("{");
    await page.sees("error");
    await evictDurableObject(objectOf(page));
    page.send("[]");
    await page.until(() =>
      page.seen.filter((message) => message.type === "error").length === 2 ? true : undefined,
    );
    expect(page.closed).toBeUndefined();
    const second = await WorkerPage.open(page.conversation);
    second.send({ type: "hello", pageId: "p1", streamId: "s2" });
    expect(await page.isClosed()).toMatchObject({
      code: 1000,
      reason: "replaced by a newer socket of this page",
    });
  });

  test("IN4 an oversize frame closes with 1009 and the conversation can be opened again", async () => {
    const page = await WorkerPage.open();
    page.send(new Uint8Array(5000));
    expect(await page.isClosed()).toMatchObject({ code: 1009 });
    const again = await WorkerPage.open(page.conversation);
    expect(again.seen[0]).toMatchObject({ type: "welcome" });
  });

  test("IN5 audio before start is told once, through the whole Worker", async () => {
    const page = await WorkerPage.open();
    page.send(new Uint8Array(1920));
    expect(await page.sees("error")).toMatchObject({ code: "not_started" });
  });
});
