// The HTTP contract, from outside.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { MAX_PAGES } from "../src/conversation/object.ts";
import { SNAPSHOT_TURNS } from "../src/protocol/messages.ts";
import type { ConversationSnapshot, HttpError } from "../src/protocol/messages.ts";
import { TurnStore } from "../src/store/turn-store.ts";
import worker from "../src/worker.ts";
import {
  createConversation,
  openSocket,
  ORIGIN,
  request,
  withToken,
  WorkerPage,
} from "./support/worker-page.ts";

async function refusal(answer: Response): Promise<[number, string]> {
  const { error } = await answer.json<HttpError>();
  expect(typeof error.message).toBe("string");
  return [answer.status, error.code];
}

const post = (headers: Record<string, string> = {}) =>
  request("/api/conversations", {
    method: "POST",
    headers: { "CF-Connecting-IP": crypto.randomUUID(), ...headers },
  });

describe("the HTTP routes", () => {
  test("HT1 creating answers an id, an unguessable token and an absolute socket address", async () => {
    const answer = await post();
    expect(answer.status).toBe(201);
    const body = await answer.json<Record<string, string>>();
    expect(body["token"]).toMatch(/^[\w-]{43}$/);
    expect(body["socketUrl"]).toBe(`wss://parley.test/api/conversations/${body["conversationId"]}/socket`);
    expect((await createConversation()).token).not.toBe(body["token"]);
  });

  test("HT2 the token itself is nowhere in the database", async () => {
    const { conversationId, token } = await createConversation();
    const stub = env.CONVERSATION.get(env.CONVERSATION.idFromString(conversationId));
    const stored = await runInDurableObject(stub, (_instance, state) =>
      state.storage.sql.exec("SELECT * FROM conversation").toArray(),
    );
    expect(JSON.stringify(stored)).not.toContain(token);
    expect(stored[0]?.["token_hash"]).toMatch(/^[0-9a-f]{64}$/);
  });

  test("HT3 a foreign origin is refused everywhere, our own and none are not", async () => {
    expect(await refusal(await post({ Origin: "https://evil.test" }))).toEqual([403, "origin_not_allowed"]);
    expect(await refusal(await post({ Origin: "null" }))).toEqual([403, "origin_not_allowed"]);
    expect((await post({ Origin: ORIGIN })).status).toBe(201);
    const { conversationId, token } = await createConversation();
    const evil = await openSocket(conversationId, `parley.v1, token.${token}`, {
      Origin: "https://evil.test",
    });
    expect(await refusal(evil)).toEqual([403, "origin_not_allowed"]);
  });

  test("HT3 an origin on the list is allowed", async () => {
    const allowing = { ...env, ALLOWED_ORIGINS: "https://shop.test" };
    const headers = { Origin: "https://shop.test", "CF-Connecting-IP": "shop" };
    const answer = await worker.request(`${ORIGIN}/api/conversations`, { method: "POST", headers }, allowing);
    expect(answer.status).toBe(201);
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("https://shop.test");
    const preflight = await worker.request(
      `${ORIGIN}/api/conversations/x`,
      {
        method: "OPTIONS",
        headers: { Origin: "https://shop.test", "Access-Control-Request-Method": "DELETE" },
      },
      allowing,
    );
    expect(preflight.headers.get("Access-Control-Allow-Headers")).toContain("Authorization");
  });

  test("HT4 the bearer reads the conversation", async () => {
    const { conversationId, token } = await createConversation();
    const answer = await request(`/api/conversations/${conversationId}`, withToken(token));
    expect(await answer.json()).toMatchObject({
      conversationId,
      state: "asleep",
      items: [],
      hasEarlier: false,
      usage: { audioInMs: 0 },
    });
  });

  test("TR7 the bearer reads the newest receipts, oldest first", async () => {
    const { conversationId, token } = await createConversation();
    const read = async () => {
      const answer = await request(`/api/conversations/${conversationId}`, withToken(token));
      return (await answer.json<ConversationSnapshot>()).turns;
    };
    expect(await read()).toEqual([]);
    const stub = env.CONVERSATION.get(env.CONVERSATION.idFromString(conversationId));
    await runInDurableObject(stub, (_instance, { storage }) => {
      const turns = new TurnStore(storage.sql);
      for (let n = 0; n <= SNAPSHOT_TURNS; n++) {
        turns.add({ outcome: "silent", itemId: `u${n}`, latencyMs: { commit: n } }, n);
      }
      const playback = { underruns: 1, gapMs: 90 };
      turns.add({ outcome: "interrupted", itemId: "last", heardMs: 7, latencyMs: {}, playback }, 1_000);
    });
    const turns = await read();
    expect(turns).toHaveLength(SNAPSHOT_TURNS);
    expect(turns[0]).toEqual({ outcome: "silent", itemId: "u2", latencyMs: { commit: 2 } });
    expect(turns.at(-1)).toEqual({
      outcome: "interrupted",
      itemId: "last",
      heardMs: 7,
      latencyMs: {},
      playback: { underruns: 1, gapMs: 90 },
    });
  });

  test("HT5 wrong tokens are 401, foreign and never created ids are 404 and leave nothing stored", async () => {
    const { conversationId } = await createConversation();
    const { token: other } = await createConversation();
    const path = `/api/conversations/${conversationId}`;
    expect(await refusal(await request(path))).toEqual([401, "unauthorized"]);
    expect(await refusal(await request(path, withToken("short")))).toEqual([401, "unauthorized"]);
    expect(await refusal(await request(path, withToken(other)))).toEqual([401, "unauthorized"]);
    const neverCreated = env.CONVERSATION.newUniqueId();
    for (const id of ["nonsense", "0".repeat(64), neverCreated.toString()]) {
      expect(await refusal(await request(`/api/conversations/${id}`, withToken(other)))).toEqual([
        404,
        "not_found",
      ]);
      expect((await openSocket(id, `parley.v1, token.${other}`)).status).toBe(404);
    }
    const tables = await runInDurableObject(env.CONVERSATION.get(neverCreated), (_instance, state) =>
      state.storage.sql
        .exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'")
        .toArray(),
    );
    expect(tables).toEqual([]);
  });

  test("HT6 a limit that makes no sense is refused", async () => {
    const { conversationId, token } = await createConversation();
    const items = (query: string) =>
      request(`/api/conversations/${conversationId}/items${query}`, withToken(token));
    expect(await (await items("?limit=5&before=nobody")).json()).toEqual({ items: [], hasEarlier: false });
    for (const limit of ["0", "101", "-1", "x", "1.5"]) {
      expect(await refusal(await items(`?limit=${limit}`))).toEqual([400, "bad_request"]);
    }
  });

  test("HT7 deleting erases, closes the pages with 1000 and leaves a 404", async () => {
    const page = await WorkerPage.open();
    const { conversationId, token } = page.conversation;
    const path = `/api/conversations/${conversationId}`;
    expect((await request(path, withToken(token, { method: "DELETE" }))).status).toBe(204);
    expect(await page.isClosed()).toMatchObject({ code: 1000 });
    expect(page.seen.at(-1)).toEqual({ type: "state", state: "ended" });
    expect((await request(path, withToken(token))).status).toBe(404);
    expect((await request(path, withToken(token, { method: "DELETE" }))).status).toBe(404);
  });

  test("HT8 the day's cap holds, to the last one", async () => {
    const cap = env.DAILY_CAP.getByName("a day of its own");
    const noon = Date.UTC(2026, 0, 1, 12);
    const take = (address: string, atMs = noon) => cap.take(10, address, atMs);
    // A fifth of the day is one address's share.
    expect([await take("a"), await take("a"), await take("a")]).toEqual([true, true, false]);
    for (const address of "bcdefghi") await take(address);
    expect([await take("x"), await take("x", noon + 43_200_000)]).toEqual([false, true]);
    const full = { ...env, MAX_CONVERSATIONS_PER_DAY: "1" };
    const create = () =>
      worker.request(
        `${ORIGIN}/api/conversations`,
        { method: "POST", headers: { "CF-Connecting-IP": crypto.randomUUID() } },
        full,
      );
    await create();
    expect(await refusal(await create())).toEqual([429, "daily_limit"]);
  });

  test("HT8 one address cannot open many at once", async () => {
    const headers = { "CF-Connecting-IP": "203.0.113.9" };
    let last = await post(headers);
    for (let count = 0; count < 25 && last.status === 201; count++) last = await post(headers);
    expect(await refusal(last)).toEqual([429, "too_many"]);
  });

  test("HT9 a socket needs an upgrade, the subprotocol and the token", async () => {
    const { conversationId, token } = await createConversation();
    const plain = await request(`/api/conversations/${conversationId}/socket`);
    expect(await refusal(plain)).toEqual([426, "upgrade_required"]);
    for (const protocols of [undefined, "parley.v1", `token.${token}`, "parley.v1, token.wrong"]) {
      expect(await refusal(await openSocket(conversationId, protocols))).toEqual([401, "unauthorized"]);
    }
    const answer = await openSocket(conversationId, `parley.v1, token.${token}`);
    expect([answer.status, answer.headers.get("Sec-WebSocket-Protocol")]).toEqual([101, "parley.v1"]);
    answer.webSocket?.accept();
    for (let count = 1; count < MAX_PAGES; count++) {
      (await openSocket(conversationId, `parley.v1, token.${token}`)).webSocket?.accept();
    }
    expect((await openSocket(conversationId, `parley.v1, token.${token}`)).status).toBe(429);
  });

  test("HT10 health and headers", async () => {
    const answer = await request("/healthz");
    expect(await answer.json()).toEqual({ ok: true });
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(answer.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    expect(await refusal(await request("/api/nothing"))).toEqual([404, "not_found"]);
  });

  test("HT11 a wrong setting is named, its value is not", async () => {
    const broken = { ...env, REALTIME_URL: "http://secret.example" };
    for (const [path, method] of [
      ["/api/conversations", "POST"],
      ["/healthz", "GET"],
    ] as const) {
      const answer = await worker.request(`${ORIGIN}${path}`, { method }, broken);
      const text = await answer.text();
      expect(answer.status).toBe(503);
      expect(text).toContain("REALTIME_URL");
      expect(text).not.toContain("secret");
    }
    const keyless = await worker.request(`${ORIGIN}/healthz`, {}, { ...env, OPENAI_API_KEY: "" });
    expect(await keyless.text()).toContain("OPENAI_API_KEY");
  });
});
