import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { LocalModel } from "../../src/local-model/server.ts";
import { Client } from "./client.ts";
import { startScripted } from "./scripted-model.ts";

let model: LocalModel;
let client: Client;

beforeAll(async () => {
  model = await startScripted({ clauseMs: 2000 }, { faults: true, pingIntervalMs: 30 });
});
afterAll(() => model.close());
afterEach(() => client.close());

function connect(...faults: string[]): Client {
  const query = faults.map((fault) => `&fault=${encodeURIComponent(fault)}`).join("");
  client = new Client(model, `?model=gpt-realtime-2.1${query}`);
  return client;
}

/** The HTTP answer to an upgrade that is refused. */
async function refusal(query: string, from = model): Promise<{ status: number; body: string }> {
  const socket = new WebSocket(`${from.url}?model=gpt-realtime-2.1${query}`);
  const [, response] = (await once(socket, "unexpected-response")) as [
    unknown,
    AsyncIterable<Buffer> & { statusCode: number },
  ];
  let body = "";
  for await (const part of response) body += part.toString();
  return { status: response.statusCode, body };
}

describe("faults of the wire", () => {
  it("FT2 breaks the connection after the chosen event, without a close frame", async () => {
    connect("drop@response.created");
    await client.send({ type: "response.create" });
    expect(await client.closed).toEqual({ code: 1006, reason: "" });
    connect("drop:end@response.output_audio.delta#2");
    await client.send({ type: "response.create" });
    expect(await client.closed).toMatchObject({ code: 1006 });
    expect(client.types.filter((type) => type === "response.output_audio.delta").length).toBe(2);
    expect(client.types.at(-1)).toBe("response.output_audio.delta");
  });

  it("FT2 breaks it when the client sends something, before that is handled", async () => {
    connect("drop:end@response.create");
    await client.send({ type: "response.create" });
    expect(await client.closed).toMatchObject({ code: 1006 });
    expect(client.types).not.toContain("response.created");
  });

  it("FT2 closes with a code and a reason, and never with one that must not be sent", async () => {
    connect("close:4001,so it goes@session.updated");
    await client.configure({});
    expect(await client.closed).toEqual({ code: 4001, reason: "so it goes" });
    connect("close:1006");
    expect(await client.closed).toMatchObject({ code: 1011 });
  });

  it("FT2 goes silent: the connection stays open, and nothing is answered, not even a ping", async () => {
    connect("silence@session.updated");
    await client.configure({});
    const from = client.events.length;
    let pings = 0;
    client.socket.on("ping", () => pings++);
    client.socket.on("pong", () => pings++);
    client.socket.ping();
    await client.send({ type: "session.update", session: { type: "realtime" } });
    // Another session on the same server is pinged several times meanwhile.
    const other = new Client(model);
    for (let count = 0; count < 3; count++) await once(other.socket, "ping");
    other.close();
    expect([client.events.length, pings, client.socket.readyState]).toEqual([from, 0, WebSocket.OPEN]);
    client.socket.terminate();
  });

  it("FT3 delays one event while the others go on", async () => {
    connect("delay:150@session.updated");
    const sentAt = performance.now();
    await client.send({ type: "session.update", session: { type: "realtime" } });
    await client.send({ type: "input_audio_buffer.clear" });
    await client.next("input_audio_buffer.cleared");
    await client.next("session.updated");
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(149);
  });

  it("FT3 withholds an event once, or each time, though what it tells of has happened", async () => {
    connect("withhold@session.updated");
    await client.send({ type: "session.update", session: { type: "realtime", instructions: "Hidden." } });
    const second = await client.configure({});
    expect(second["session"]).toMatchObject({ instructions: "Hidden." });
    client.close();
    connect("withhold@conversation.item.done#each");
    await client.send({ type: "response.create" });
    await client.next("rate_limits.updated");
    await client.send({ type: "response.create" });
    await client.next("rate_limits.updated");
    expect(client.types).not.toContain("conversation.item.done");
  });

  it("FT3 sends an event twice, alike to the letter", async () => {
    connect("duplicate@response.done");
    await client.send({ type: "response.create" });
    const first = await client.next("response.done");
    expect(await client.next("response.done")).toEqual(first);
  });

  it("FT4 holds everything back by a lag or a jitter, and keeps the order", async () => {
    connect("lag:100", "jitter:30");
    await client.next("session.created");
    const sentAt = performance.now();
    await client.send({ type: "response.create" });
    await client.next("rate_limits.updated");
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(99);
    const steps = ["response.created", "response.output_item.added", "response.content_part.added"];
    const ends = [
      "response.content_part.done",
      "response.output_item.done",
      "response.done",
      "rate_limits.updated",
    ];
    const order = [...steps, ...ends].map((type) => client.types.indexOf(type));
    expect(order).toEqual(order.toSorted((one, other) => one - other));
  });

  it("FT4 ends with session_expired after so many seconds, whatever the server's own limit", async () => {
    connect("expire:0.05");
    const { session } = (await client.next("session.created")) as unknown as {
      session: { expires_at: number };
    };
    expect(session.expires_at).toBeLessThanOrEqual(Date.now() / 1000 + 1);
    expect((await client.next("error"))["error"]).toMatchObject({ code: "session_expired" });
    expect(await client.closed).toMatchObject({ code: 1001 });
  });

  it("FT5 refuses so many upgrades, or all for a while, and then no more", async () => {
    model.faults.next("refuse:429", { times: 2 });
    expect((await refusal("")).status).toBe(429);
    expect((await refusal("")).status).toBe(429);
    connect();
    await client.next("session.created");
    client.close();
    model.faults.next("refuse", { forMs: 60_000 });
    for (let count = 0; count < 3; count++) expect((await refusal("")).status).toBe(503);
    model.faults.clear();
    model.faults.next("refuse:reset");
    const socket = new WebSocket(`${model.url}?model=gpt-realtime-2.1`);
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toBe("ECONNRESET");
    connect();
    await client.next("session.created");
  });

  it("FT5 rejects inside the socket, as the service does for an account in trouble", async () => {
    connect("reject:insufficient_quota");
    expect((await client.next("error"))["error"]).toMatchObject({ code: "insufficient_quota" });
    expect(await client.closed).toEqual({ code: 4000, reason: "invalid_request_error.insufficient_quota" });
    connect("reject");
    expect(await client.closed).toMatchObject({ code: 3000 });
  });

  it("FT6 takes no fault from clients unless it was started to", async () => {
    const closed = await startScripted();
    expect(await refusal("&fault=drop", closed)).toMatchObject({
      status: 400,
      body: expect.stringContaining("--faults"),
    });
    const answer = await fetch(`http://127.0.0.1:${closed.port}/faults`, { method: "POST", body: "{}" });
    expect(answer.status).toBe(404);
    await closed.close();
    const { status, body } = await refusal("&fault=burn");
    expect([status, body]).toEqual([400, expect.stringContaining("there are drop, close")]);
  });
});
