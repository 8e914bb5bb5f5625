import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import type { LocalModel } from "../../src/local-model/server.ts";
import { base64, Client } from "./client.ts";
import { adds, errorFor, message, startScripted } from "./scripted-model.ts";

let model: LocalModel | undefined;

afterEach(async () => {
  await model?.close();
  model = undefined;
});

const request = (target: string, upgrade: boolean): string =>
  [
    `GET ${target} HTTP/1.1`,
    "Host: x",
    upgrade ? "Connection: Upgrade" : "Connection: close",
    ...(upgrade
      ? ["Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
      : []),
    "\r\n",
  ].join("\r\n");

async function reach(port: number, sent: string, allowHalfOpen = false): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen });
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(sent);
  return socket;
}

const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

describe("rude clients", () => {
  it.each([
    ["//", false, 404],
    ["//", true, 404],
    ["//v1/realtime", true, 404],
    ["http://[", false, 400],
    ["http://[", true, 400],
  ] as const)(
    "LM116 answers the address %s (upgrade: %s) with %i, and goes on",
    async (target, upgrade, status) => {
      model = await startScripted({}, { faults: true });
      const socket = await reach(model.port, request(target, upgrade));
      expect(await text(socket)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      const client = new Client(model);
      await client.configure({});
      client.close();
    },
  );

  it("LM116 outlives clients that reset while they are refused", async () => {
    model = await startScripted();
    for (let count = 0; count < 20; count++) {
      const socket = await reach(model.port, request("/nope", true));
      // Some before the refusal, some in its middle.
      if (count % 2 === 1) await once(socket, "data");
      socket.resetAndDestroy();
    }
    const client = new Client(model);
    expect(await client.configure({})).toMatchObject({ type: "session.updated" });
    client.close();
  });

  it("LM116 ends with code 0 though a refused client keeps its half of the connection, and one says nothing", async () => {
    const child = spawn(process.execPath, [
      "--disable-warning=ExperimentalWarning",
      "src/local-model/main.ts",
      "--port",
      "0",
    ]);
    const ended = once(child, "close");
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const port = Number(new URL(/ws:\S+/.exec(line.toString())![0]).port);
    const refused = await reach(port, request("/nope", true), true);
    await once(refused, "data");
    const mute = await reach(port, "", true);
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    refused.destroy();
    mute.destroy();
  });

  it("LM118 keeps nothing of a session that has ended but its report", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const kept: WeakRef<Int16Array>[] = [];
    const hear = (samples: Int16Array): string => {
      kept.push(new WeakRef(samples));
      return "";
    };
    model = await startScripted({ hear });
    const client = new Client(model);
    await client.configure({ audio: { input: { turn_detection: null } } });
    await client.send({ type: "input_audio_buffer.append", audio: base64(new Int16Array(24_000)) });
    await client.send({ type: "input_audio_buffer.commit" });
    await client.next("conversation.item.done");
    const other = new Client(model);
    const isCollected = async (): Promise<boolean> => {
      // A round trip lets go of what only the last turn of the event loop holds.
      await other.configure({});
      collect();
      return kept[0]!.deref() === undefined;
    };
    expect(await isCollected()).toBe(false);
    client.close();
    await client.closed;
    let rounds = 0;
    while (!(await isCollected()) && rounds < 50) rounds++;
    expect(rounds).toBeLessThan(50);
    expect(model.faults.sessions[0]).toMatchObject({ isOpen: false, closeCode: 1000, sentEvents: 5 });
    other.close();
  });

  it("LM119 reads no further while what waits is long, and takes all of it in the end", async () => {
    model = await startScripted();
    const client = new Client(model);
    await client.next("session.created");
    // Detection takes its time over the first; then five of 14 MB each, more than may wait.
    await client.send({ type: "input_audio_buffer.append", audio: base64(new Int16Array(24_000 * 60)) });
    const detection = { input: { turn_detection: null } };
    await client.send({ type: "session.update", session: { type: "realtime", audio: detection } });
    const audio = Buffer.alloc(11_000_000).toString("base64");
    for (let count = 0; count < 5; count++) await client.send({ type: "input_audio_buffer.append", audio });
    await client.send({ type: "input_audio_buffer.clear" });
    await client.next("session.updated");
    expect(client.socket.bufferedAmount).toBeGreaterThan(audio.length);
    await client.next("input_audio_buffer.cleared");
    expect(model.faults.sessions[0]).toMatchObject({ appends: 6 });
    expect(client.types).not.toContain("error");
    client.close();
  });

  it("LM119 holds 64 MiB of texts per conversation, and takes more when some is deleted", async () => {
    model = await startScripted();
    const client = new Client(model);
    const long = "x".repeat(16 * 1024 * 1024);
    for (let index = 0; index < 4; index++) await adds(client, message("user", long, `item_${index}`));
    const fifth = { type: "conversation.item.create", item: message("user", "x", "item_4") };
    expect(await errorFor(client, fifth)).toMatchObject({ code: "invalid_value", event_id: "mine" });
    await client.send({ type: "conversation.item.delete", item_id: "item_0" });
    await adds(client, message("user", "x", "item_5"));
    client.close();
  });

  it("LM120 takes an event as a whole or not at all, also one that is nested without end", async () => {
    model = await startScripted();
    const client = new Client(model);
    const before = (await client.configure({ instructions: "before" }))["session"];
    const raw = async (event: string): Promise<unknown> => {
      client.socket.send(event);
      return (await client.next("error"))["error"];
    };
    const refusal = {
      code: "invalid_value",
      message: expect.stringContaining("nested deeper than 100 levels"),
    };
    for (const levels of [101, 20_000]) {
      const tool = `{"type":"function","name":"f","parameters":{"a":${nested(levels)}}}`;
      const session = `{"type":"realtime","instructions":"after","tools":[${tool}]}`;
      expect(await raw(`{"type":"session.update","session":${session}}`)).toMatchObject(refusal);
      const part = `{"type":"input_audio","audio":"","transcript":${nested(levels)}}`;
      const item = `{"id":"deep","type":"message","role":"user","content":[${part}]}`;
      expect(await raw(`{"type":"conversation.item.create","item":${item}}`)).toMatchObject(refusal);
    }
    expect((await client.configure({}))["session"]).toEqual(before);
    const gone = await errorFor(client, { type: "conversation.item.delete", item_id: "deep" });
    expect(gone).toMatchObject({ code: "item_delete_invalid_item_id" });
    client.close();
  });

  it("LM120 checks a transcript, and who may call which tools of an MCP server", async () => {
    model = await startScripted();
    const client = new Client(model);
    const content = [{ type: "input_audio", audio: "", transcript: 42 }];
    const item = { id: "spoken", type: "message", role: "user", content };
    expect(await errorFor(client, { type: "conversation.item.create", item })).toMatchObject({
      code: "invalid_type",
      param: "item.content[0].transcript",
    });
    const mcp = { type: "mcp", server_label: "x", server_url: "http://127.0.0.1:1/" };
    for (const [field, value, code] of [
      ["require_approval", "banana", "invalid_value"],
      ["require_approval", { never: { tool_names: "f" } }, "invalid_type"],
      ["allowed_tools", 7, "invalid_type"],
      ["allowed_tools", ["f", 1], "invalid_type"],
    ] as const) {
      const session = { type: "realtime", tools: [{ ...mcp, [field]: value }] };
      const error = await errorFor(client, { type: "session.update", session });
      expect([error.code, error.param]).toEqual([code, expect.stringContaining(`session.tools[0].${field}`)]);
    }
    await client.configure({
      tools: [{ ...mcp, require_approval: null, allowed_tools: { tool_names: ["f"] } }],
    });
    client.close();
  });
});
