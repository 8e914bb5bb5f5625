import { once } from "node:events";
import { spawn } from "node:child_process";
import { afterEach, describe, expect, it } from "vitest";
import type { Brain, Decision } from "../../src/local-model/brain.ts";
import { startLocalModel } from "../../src/local-model/server.ts";
import type { LocalModel, LocalModelOptions } from "../../src/local-model/server.ts";
import { Client } from "./client.ts";

let model: LocalModel | undefined;

afterEach(async () => {
  await model?.close();
  model = undefined;
});

/** Parts that answer at once, for tests that are only about the connection. */
async function start(options: LocalModelOptions = {}): Promise<LocalModel> {
  const vocabulary = { key: "", templates: [], classes: {}, loops: {} };
  const brain: Brain = {
    vocabulary: () => vocabulary,
    properNames: [],
    decide: (): Decision => ({ kind: "say", text: "yes" }),
  };
  const hearing = { prepare: (): void => {}, hear: () => Promise.resolve("") };
  const voice = {
    async *speak(): AsyncIterable<Int16Array> {
      yield new Int16Array(2400);
    },
  };
  model = await startLocalModel({ port: 0, brain, hearing, voice, ...options });
  return model;
}

async function run(args: string[]): Promise<{ code: unknown; output: string }> {
  const child = spawn(process.execPath, [
    "--disable-warning=ExperimentalWarning",
    "src/local-model/main.ts",
    ...args,
  ]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data: Buffer) => (output += data.toString()));
  }
  const [code] = (await once(child, "close")) as [unknown];
  return { code, output };
}

describe("connection", () => {
  it("LM50 upgrades a client with another key, tells it why, and closes with 3000", async () => {
    const client = new Client(await start({ requireKey: "right" }), undefined, "wrong");
    expect((await client.next("error"))["error"]).toMatchObject({
      type: "invalid_request_error",
      code: "invalid_api_key",
    });
    expect(await client.closed).toEqual({ code: 3000, reason: "invalid_request_error.invalid_api_key" });
    const right = new Client(model!, undefined, "right");
    await right.next("session.created");
    right.close();
    expect(await right.closed).toMatchObject({ code: 1000 });
  });

  it("LM50 takes the key from the subprotocol too, and selects realtime", async () => {
    await start({ requireKey: "right" });
    const client = new Client(model!, undefined, "", ["realtime", "openai-insecure-api-key.right"]);
    await client.next("session.created");
    expect(client.socket.protocol).toBe("realtime");
  });

  it("LM51 closes with 4000 on a missing or unknown model", async () => {
    await start();
    const missing = new Client(model!, "");
    expect((await missing.next("error"))["error"]).toMatchObject({ code: "missing_model" });
    expect(await missing.closed).toEqual({ code: 4000, reason: "invalid_request_error.missing_model" });
    const unknown = new Client(model!, "?model=gpt-nope");
    expect((await unknown.next("error"))["error"]).toMatchObject({
      code: "invalid_model",
      message: 'Model "gpt-nope" is not supported in realtime mode.',
    });
    expect(await unknown.closed).toEqual({ code: 4000, reason: "invalid_request_error.invalid_model" });
  });

  it("LM51 closes with 4000 on what is left of the beta, and on calls it does not have", async () => {
    await start();
    const beta = new Client(model!, undefined, "any", ["realtime", "openai-beta.realtime-v1"]);
    expect(await beta.closed).toEqual({
      code: 4000,
      reason: "invalid_request_error.beta_api_shape_disabled",
    });
    const call = new Client(model!, "?call_id=rtc_123");
    expect(await call.closed).toEqual({ code: 4000, reason: "invalid_request_error.invalid_call_id" });
    expect(call.types).toEqual(["error"]);
  });

  it("LM87 closes with 1000 when it is asked to, and knows no event of calls", async () => {
    const client = new Client(await start());
    await client.send({ type: "output_audio_buffer.clear" });
    expect((await client.next("error"))["error"]).toMatchObject({ code: "invalid_value", param: "type" });
    await client.send({ type: "session.close" });
    expect(await client.closed).toMatchObject({ code: 1000 });
  });

  it("LM87 compresses when it is told to and the client offers it", async () => {
    const plain = new Client(await start());
    await plain.next("session.created");
    expect(plain.socket.extensions).toBe("");
    await model!.close();
    const client = new Client(await start({ deflate: true }));
    await client.configure({});
    expect(client.socket.extensions).toContain("permessage-deflate");
  });

  it("LM52 ends a session at its time with session_expired and 1001", async () => {
    const client = new Client(await start({ sessionLifetimeMs: 200 }));
    expect((await client.next("error"))["error"]).toMatchObject({ code: "session_expired" });
    expect(await client.closed).toMatchObject({ code: 1001 });
  });

  it("LM53 pings with four bytes", async () => {
    const client = new Client(await start({ pingIntervalMs: 50 }));
    const [payload] = (await once(client.socket, "ping")) as [Buffer];
    expect(payload.length).toBe(4);
  });

  it("LM54 speaks with the parts it was given, and answers healthz", async () => {
    const { port } = await start();
    const client = new Client(model!);
    await client.send({ type: "response.create" });
    expect(await client.next("response.output_audio_transcript.done")).toMatchObject({ transcript: "yes" });
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
  });

  it("LM55 logs one line per session, of ids and numbers", async () => {
    const lines: string[] = [];
    const client = new Client(await start({ log: (line) => lines.push(line) }));
    await client.asks("a secret");
    await client.next("response.done");
    client.close();
    await client.closed;
    await model!.close();
    model = undefined;
    expect(lines).toEqual([
      expect.stringMatching(
        /^sess_\w{21} closed 1000 after \d+ s: 2 items, 1 responses, heard 0 ms, spoke 100 ms$/,
      ),
    ]);
  });

  it("LM56 explains itself, refuses to be open to others, and names the setting of a taken port", async () => {
    const { port } = await start();
    const [help, open, taken, partial] = await Promise.all([
      run(["--help"]),
      run(["--host", "0.0.0.0"]),
      run(["--port", String(port)]),
      run(["--port", "1.5"]),
    ]);
    expect(partial).toEqual({
      code: 1,
      output: 'local model: --port or REALTIME_PORT must be a whole number, not "1.5"\n',
    });
    expect(help).toMatchObject({ code: 0, output: expect.stringContaining("REALTIME_PORT") });
    expect(open).toMatchObject({ code: 1, output: expect.stringContaining("--allow-remote") });
    expect(taken.code).toBe(1);
    expect(taken.output).toMatch(new RegExp(`^local model: port ${port} is taken: .*REALTIME_PORT.*\\n$`));
  });

  it("LM57 says when it is ready and ends cleanly on a signal", async () => {
    const child = spawn(process.execPath, [
      "--disable-warning=ExperimentalWarning",
      "src/local-model/main.ts",
      "--port",
      "0",
    ]);
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    expect(line.toString()).toMatch(/^local model ready on ws:\/\/127\.0\.0\.1:\d+\/v1\/realtime\n$/);
    child.kill("SIGTERM");
    expect(await once(child, "close")).toEqual([0, null]);
  });
});
