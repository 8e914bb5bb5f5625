// The page's socket through the real Worker and object.

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
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
      floorTaken: false,
      settings: {
        policy: "normal",
        policies: ["normal", "patient", "snappy", "push-to-talk", "half-duplex"],
        voice: "marin",
        voices: ["marin"],
        muted: false,
        pushToTalk: false,
        halfDuplex: false,
        typingInterrupts: true,
        halfDuplexPolicy: "half-duplex",
      },
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

  test("SK3 an evicted object remembers who holds the floor and has started, and talks on", async () => {
    const page = await WorkerPage.open();
    page.playsAtOnce();
    page.send({ type: "text", text: "Hello" });
    await page.sees("state", ({ state }) => state === "speaking");
    page.send({ type: "start" });
    page.send({ type: "stop" });
    await page.sees("state", ({ state }) => state === "asleep");
    await evictDurableObject(objectOf(page));
    page.seen.length = 0;
    page.send(new Uint8Array(1920));
    page.send({ type: "text", text: "Hello" });
    await page.sees("state", ({ state }) => state === "speaking");
    // Neither "not started" for the frame, nor the floor anew for the typed turn.
    expect(page.seen.filter(({ type }) => type === "error" || type === "floor")).toEqual([]);
    page.close();
  });

  test("RB7 an object that lost its memory while it talked gives its pages a session again", async () => {
    const page = await WorkerPage.open();
    const stub = objectOf(page);
    await runInDurableObject(stub, (_instance, state) => {
      state.storage.sql.exec("UPDATE conversation SET awake = 1");
    });
    await evictDurableObject(stub);
    page.send("{");
    expect(await page.sees("state", ({ state }) => state === "listening")).toBeDefined();
    page.close();
  });

  test("JB1 a talking object beats every 30 s, a sleeping one does not", async () => {
    const page = await WorkerPage.open();
    const stub = objectOf(page);
    const jobs = () =>
      runInDurableObject(stub, async (_instance, state) => {
        const rows = state.storage.sql.exec<{ name: string; due_at: number }>(
          "SELECT * FROM jobs ORDER BY due_at",
        );
        return { jobs: rows.toArray(), alarm: await state.storage.getAlarm() };
      });
    expect((await jobs()).jobs.map(({ name }) => name)).toEqual(["retention"]);
    page.send({ type: "start" });
    await page.sees("state", ({ state }) => state === "connecting");
    const talking = await jobs();
    expect(talking.jobs.map(({ name }) => name)).toEqual(["heartbeat", "retention"]);
    expect(talking.alarm).toBe(talking.jobs[0]?.due_at);
    expect(talking.alarm! - Date.now()).toBeLessThanOrEqual(30_000);
    page.send({ type: "stop" });
    await page.sees("state", ({ state }) => state === "asleep");
    expect((await jobs()).jobs.map(({ name }) => name)).toEqual(["retention"]);
    page.close();
  });

  test("JB2 a conversation nobody came back to is erased; one that was used lately is not", async () => {
    const page = await WorkerPage.open();
    const stub = objectOf(page);
    const dueNow = () =>
      runInDurableObject(stub, async (_instance, state) => {
        state.storage.sql.exec("UPDATE jobs SET due_at = 1");
        await state.storage.setAlarm(Date.now() + 60_000);
      });
    await dueNow();
    await runDurableObjectAlarm(stub);
    expect(page.closed).toBeUndefined();
    await runInDurableObject(stub, (_instance, state) => {
      state.storage.sql.exec("UPDATE conversation SET created_at = created_at - ?", 31 * 86_400_000);
    });
    await dueNow();
    await runDurableObjectAlarm(stub);
    expect(await page.isClosed()).toMatchObject({ code: 1000 });
    const left = await runInDurableObject(stub, (_instance, state) =>
      state.storage.sql
        .exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'")
        .toArray(),
    );
    expect(left).toEqual([]);
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
