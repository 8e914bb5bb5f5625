import { once } from "node:events";
import { spawn } from "node:child_process";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { startLocalModel } from "../../src/local-model/server.ts";
import type { LocalModel } from "../../src/local-model/server.ts";
import { Thread } from "../../src/local-model/thread.ts";
import { Client } from "./client.ts";
import { errorFor, responseIn, startScripted } from "./scripted-model.ts";

let model: LocalModel | undefined;

afterEach(async () => {
  await model?.close();
  model = undefined;
});

describe("limits", () => {
  it("LM81 refuses the session over the limit with 503, and takes it when another has gone", async () => {
    model = await startScripted({}, { maxSessions: 1 });
    const first = new Client(model);
    await first.next("session.created");
    const refused = new WebSocket(`${model.url}?model=gpt-realtime`);
    const [, answer] = (await once(refused, "unexpected-response")) as [unknown, { statusCode: number }];
    expect(answer.statusCode).toBe(503);
    refused.on("error", () => {});
    refused.terminate();
    first.close();
    await first.closed;
    const second = new Client(model);
    await second.next("session.created");
    second.close();
  });

  it("LM82 takes 15 MiB in one append and no more, and closes with 1009 on a message beyond any event", async () => {
    model = await startScripted();
    const client = new Client(model);
    await client.configure({ audio: { input: { turn_detection: null } } });
    const audio = "A".repeat(15 * 1024 * 1024 * (4 / 3));
    await client.send({ type: "input_audio_buffer.append", audio });
    const error = await errorFor(client, { type: "input_audio_buffer.append", audio: `${audio}AAAA` });
    expect(error).toMatchObject({ code: "invalid_value", param: "audio", event_id: "mine" });
    expect(error.message).toContain("more than 15 MiB");
    await client.configure({});
    await client.send({ type: "input_audio_buffer.append", audio: "A".repeat(22 * 1024 * 1024) });
    expect(await client.closed).toMatchObject({ code: 1009 });
  });

  it("LM83 waits with its speech for a client that does not read", async () => {
    let spoken = 0;
    const voice = {
      async *speak(): AsyncIterable<Int16Array> {
        for (; spoken < 200; spoken++) yield new Int16Array(24_000);
      },
    };
    model = await startScripted({}, { voice });
    const slow = new Client(model);
    await slow.next("session.created");
    slow.socket.pause();
    await slow.send({ type: "response.create" });
    const other = new Client(model);
    // It stands still when a hundred round trips of another session pass without a second of speech.
    const standsStill = async (): Promise<boolean> => {
      const before = spoken;
      for (let count = 0; count < 100; count++) await other.configure({});
      return before > 0 && before === spoken;
    };
    while (!(await standsStill()));
    expect(spoken).toBeLessThan(200);
    slow.socket.resume();
    expect(responseIn(await slow.next("response.done"))).toMatchObject({ status: "completed" });
    expect(spoken).toBe(200);
    slow.close();
    other.close();
  });

  it("LM84 fails what a dead thread was asked, and starts it again for the next question", async () => {
    const thread = new Thread<string, string>(new URL("crashing-thread.ts", import.meta.url));
    expect(await thread.ask("one")).toBe("one");
    await expect(thread.ask("die")).rejects.toThrow("the engine ended with code 3");
    expect(await thread.ask("two")).toBe("two");
    await thread.close();
    await expect(thread.ask("three")).rejects.toThrow("closed");
  });

  it("LM121 serves those who ask in turn, so that none waits for all of another", async () => {
    const thread = new Thread<string, string>(new URL("crashing-thread.ts", import.meta.url));
    const order: string[] = [];
    const ask = async (word: string, asker: string): Promise<void> => {
      order.push(await thread.ask(word, asker));
    };
    const many = Array.from({ length: 64 }, (_, index) => ask(`a${index}`, "a"));
    const others = ["b0", "b1", "c0"].map((word) => ask(word, word[0]!));
    await Promise.all([...many, ...others]);
    expect(order.slice(0, 7)).toEqual(["a0", "a1", "b0", "c0", "a2", "b1", "a3"]);
    expect(order.length).toBe(67);
    const [first, ...rest] = Array.from({ length: 66 }, () => thread.ask("a", "a"));
    await expect(rest.at(-1)).rejects.toThrow("overloaded");
    await expect(thread.ask("b", "b")).resolves.toBe("b");
    await Promise.all([first, ...rest.slice(0, -1)]);
    await thread.close();
  });

  it("LM84 answers with a failed response when the voice dies, and the session goes on", async () => {
    let isDead = true;
    const voice = {
      async *speak(): AsyncIterable<Int16Array> {
        if (isDead) throw new Error("the engine ended with code 3");
        yield new Int16Array(2400);
      },
    };
    model = await startScripted({}, { voice });
    const client = new Client(model);
    await client.send({ type: "response.create" });
    expect(responseIn(await client.next("response.done"))).toMatchObject({
      status: "failed",
      status_details: { type: "failed", error: { code: "server_error" } },
    });
    isDead = false;
    await client.send({ type: "response.create" });
    expect(responseIn(await client.next("response.done"))).toMatchObject({ status: "completed" });
    client.close();
  });

  it("LM85 ends its sessions with 1001 when it is closed, also one that has gone silent", async () => {
    model = await startLocalModel({ port: 0, faults: true });
    const client = new Client(model);
    await client.configure({});
    const silent = new Client(model, "?model=gpt-realtime&fault=silence@session.updated");
    await silent.configure({});
    await model.close();
    model = undefined;
    expect(await client.closed).toMatchObject({ code: 1001 });
    expect(await silent.closed).toMatchObject({ code: expect.any(Number) });
  });

  it.each(["SIGINT", "SIGHUP"] as const)(
    "LM85 ends with code 0 on %s, its sessions with 1001",
    async (signal) => {
      const child = spawn(process.execPath, [
        "--disable-warning=ExperimentalWarning",
        "src/local-model/main.ts",
        "--port",
        "0",
      ]);
      const failed = once(child.stderr, "data").then(([text]) => {
        throw new Error(String(text));
      });
      const [line] = (await Promise.race([once(child.stdout, "data"), failed])) as [Buffer];
      const url = /ws:\S+/.exec(line.toString())![0];
      const client = new Client({ url } as LocalModel);
      await client.next("session.created");
      child.kill(signal);
      expect(await client.closed).toMatchObject({ code: 1001 });
      expect(await once(child, "close")).toEqual([0, null]);
    },
  );
});
