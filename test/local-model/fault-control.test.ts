import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FaultError } from "../../src/local-model/faults/fault.ts";
import type { LocalModel } from "../../src/local-model/server.ts";
import { Client } from "./client.ts";
import { startScripted } from "./scripted-model.ts";

let model: LocalModel;
let client: Client;

beforeAll(async () => {
  model = await startScripted({}, { faults: true, keepAudioMs: 500 });
});
afterAll(() => model.close());
afterEach(() => {
  client.close();
  model.faults.clear();
});

async function connect(): Promise<string> {
  client = new Client(model);
  const { session } = (await client.next("session.created")) as unknown as { session: { id: string } };
  return session.id;
}

async function http(
  method: string,
  path = "/faults",
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`http://127.0.0.1:${model.port}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

describe("fault control", () => {
  it("FT10 puts a fault into a live session, now or at an event to come", async () => {
    const id = await connect();
    model.faults.inject(id, "withhold@session.updated");
    expect(model.faults.sessions.find((session) => session.id === id)).toMatchObject({ waitingFaults: 1 });
    await client.send({ type: "session.update", session: { type: "realtime" } });
    await client.configure({});
    expect(client.types.filter((type) => type === "session.updated").length).toBe(1);
    const next = model.faults.nextSession();
    model.faults.inject(id, "drop:end");
    expect(await client.closed).toMatchObject({ code: 1006 });
    expect(await connect()).toBe(await next);
    expect(() => model.faults.inject(id, "drop")).toThrow(FaultError);
    expect(() => model.faults.inject(id, "refuse")).toThrow(/plan it for the next/);
  });

  it("FT10 plans a fault for the next session alone, or for several", async () => {
    model.faults.next("close:4009", { times: 2 });
    for (let count = 0; count < 2; count++) {
      await connect();
      expect(await client.closed).toMatchObject({ code: 4009 });
    }
    await connect();
    await client.configure({});
  });

  it("FT10 is reached over HTTP: plan, inject, look, clear", async () => {
    const id = await connect();
    const other = new Client(model);
    await other.next("session.created");
    await http("POST", "/faults", { fault: "close:4001", session: id });
    expect(await client.closed).toMatchObject({ code: 4001 });
    await http("POST", "/faults", { fault: "close:4002", session: "all" });
    expect(await other.closed).toMatchObject({ code: 4002 });
    const planned = await http("POST", "/faults", { fault: "refuse:500", times: 3 });
    expect(await planned.json()).toMatchObject({ planned: 1 });
    const cleared = (await (await http("DELETE")).json()) as { planned: number; sessions: unknown[] };
    expect(cleared.planned).toBe(0);
    expect(cleared.sessions).toContainEqual(
      expect.objectContaining({ id, isOpen: false, closeCode: 4001, sentEvents: 1 }),
    );
    await connect();
    await client.configure({});
  });

  it("FT10 refuses what it cannot read, and whoever is a web page", async () => {
    await connect();
    for (const body of [
      { fault: "burn" },
      {},
      { fault: "drop", session: "sess_x" },
      { fault: "drop", when: 1 },
    ]) {
      const answer = await http("POST", "/faults", body);
      expect([answer.status, await answer.json()]).toEqual([400, { error: { message: expect.any(String) } }]);
    }
    expect((await http("POST", "/faults", "x".repeat(20_000))).status).toBe(400);
    expect((await http("PUT")).status).toBe(400);
    expect((await http("GET", "/faults/else")).status).toBe(404);
    const page = await http("POST", "/faults", { fault: "drop" }, { origin: "http://page.example" });
    expect(page.status).toBe(403);
  });

  it("FT11 counts each sample a session was sent, and keeps them when told to, up to the limit", async () => {
    const id = await connect();
    const audio = Int16Array.from({ length: 24 * 600 }, (_, index) => (index * 7) % 30_000);
    await client.speaks(audio);
    await client.configure({});
    expect(model.faults.sessions.find((session) => session.id === id)).toMatchObject({
      receivedSamples: audio.length,
      appends: audio.length / 960,
    });
    const kept = audio.slice(0, 24 * 500);
    expect(model.faults.audioOf(id)).toEqual(kept);
    const answer = await http("GET", `/faults/audio/${id}`);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from(kept.buffer));
    client.close();
    await client.closed;
    // What an ended session was sent can still be read.
    expect(model.faults.audioOf(id)).toEqual(kept);
  });

  it("FT11 keeps no audio unless told to", async () => {
    const plain = await startScripted({}, { faults: true });
    client = new Client(plain);
    await client.speaks(new Int16Array(2400));
    await client.configure({});
    const [session] = plain.faults.sessions;
    expect(session).toMatchObject({ receivedSamples: 2400 });
    expect(plain.faults.audioOf(session!.id)).toBeUndefined();
    const answer = await fetch(`http://127.0.0.1:${plain.port}/faults/audio/${session!.id}`);
    expect(answer.status).toBe(404);
    await plain.close();
  });
});
