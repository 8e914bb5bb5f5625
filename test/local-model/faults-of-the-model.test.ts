import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { LocalModel } from "../../src/local-model/server.ts";
import { synthesise } from "../../src/local-model/voice/synthesise.ts";
import { base64, Client, withSilence } from "./client.ts";
import { ladder, responseIn, startScripted } from "./scripted-model.ts";

let model: LocalModel;
let client: Client;
let heard = 0;

beforeAll(async () => {
  const hear = (): string => `turn ${++heard}`;
  model = await startScripted({ hear, clauseMs: 1000 }, { faults: true, audioPace: 2 });
});
afterAll(() => model.close());
afterEach(() => {
  client.close();
  heard = 0;
});

function connect(...faults: string[]): Client {
  const query = faults.map((fault) => `&fault=${encodeURIComponent(fault)}`).join("");
  client = new Client(model, `?model=gpt-realtime-2.1${query}`);
  return client;
}

const EVENT = "conversation.item.input_audio_transcription";

async function commits(): Promise<unknown> {
  await client.send({ type: "input_audio_buffer.append", audio: base64(new Int16Array(4800)) });
  await client.send({ type: "input_audio_buffer.commit" });
  return (await client.next("input_audio_buffer.committed"))["item_id"];
}

async function transcribing(...faults: string[]): Promise<void> {
  connect(...faults);
  const transcription = { model: "gpt-realtime-whisper" };
  await client.configure({ audio: { input: { turn_detection: null, transcription } } });
}

describe("faults of the model", () => {
  it.each(["insufficient_quota", "rate_limit_exceeded", "inference_rate_limit_exceeded", "server_error"])(
    "FT7 fails a response with %s before it is announced, without usage, and goes on",
    async (code) => {
      connect(`fail:${code}`, "pace:0");
      await client.send({ type: "response.create" });
      const failed = responseIn(await client.next("response.done"));
      expect(failed).toMatchObject({
        status: "failed",
        status_details: { type: "failed", error: { code, message: expect.any(String) } },
        output: [],
        usage: { total_tokens: 0 },
      });
      expect(client.types).not.toContain("response.created");
      await client.send({ type: "response.create" });
      expect(responseIn(await client.next("response.done"))).toMatchObject({ status: "completed" });
    },
  );

  it("FT7 fails a response at a chosen event, with what was said so far", async () => {
    connect("fail:server_error@response.output_audio.delta#2");
    await client.send({ type: "response.create" });
    const failed = responseIn(await client.next("response.done"));
    expect(failed).toMatchObject({ status: "failed", output: [{ status: "incomplete" }] });
    expect(failed.usage.output_tokens).toBeGreaterThan(0);
    expect(client.types.filter((type) => type === "response.output_audio.delta").length).toBe(2);
    await client.send({ type: "response.create" });
    expect(responseIn(await client.next("response.done"))).toMatchObject({ status: "completed" });
  });

  it("FT7 fails the response that runs and not the answer that waits for its end", async () => {
    connect("pace:0.1", "chunk:100");
    const turn_detection = { type: "server_vad", interrupt_response: false };
    await client.configure({ audio: { input: { turn_detection } } });
    await client.send({ type: "response.create" });
    await client.next("response.output_audio.delta");
    await client.speaks(withSilence(synthesise("Good morning to you.", "slt"), 300, 1200));
    await client.next("input_audio_buffer.committed");
    model.faults.injectAll("pace:0");
    model.faults.injectAll("fail:server_error@session.updated");
    await client.configure({});
    expect(responseIn(await client.next("response.done"))).toMatchObject({ status: "failed" });
    expect(responseIn(await client.next("response.done"))).toMatchObject({ status: "completed" });
  });

  it("FT8 lets deltas follow a cancel, before the end of the response", async () => {
    connect("stragglers:3");
    await client.send({ type: "response.create" });
    await client.next("response.output_audio.delta");
    await client.configure({});
    const from = client.events.length;
    await client.send({ type: "response.cancel" });
    await client.next("response.done");
    const late = client.types.slice(from, client.types.indexOf("response.output_audio.done"));
    expect(late.filter((type) => type === "response.output_audio.delta").length).toBe(3);
  });

  it("FT8 answers in text although audio was asked for, once", async () => {
    connect("text-answer", "pace:0");
    await client.send({ type: "response.create" });
    const done = await client.next("response.done");
    expect(done["response"]).toMatchObject({
      output_modalities: ["audio"],
      output: [{ content: [{ type: "output_text", text: "Yes." }] }],
    });
    expect(ladder(client)).toContain("response.output_text.done");
    await client.send({ type: "response.create" });
    await client.next("response.output_audio.done");
  });

  it("FT8 leaves the phase out", async () => {
    connect("no-phase", "pace:0");
    await client.send({ type: "response.create" });
    expect(responseIn(await client.next("response.done")).output[0]).not.toHaveProperty("phase");
  });

  it("FT8 speaks in deltas of the asked length, at the asked pace", async () => {
    connect("chunk:40", "pace:0");
    await client.send({ type: "response.create" });
    await client.next("response.done");
    const sizes = client.events.flatMap((event) =>
      event.type === "response.output_audio.delta"
        ? [Buffer.from(String(event["delta"]), "base64").length]
        : [],
    );
    expect([sizes.length, new Set(sizes)]).toEqual([25, new Set([40 * 48])]);
    client.close();
    connect("pace:10");
    const sentAt = performance.now();
    await client.send({ type: "response.create" });
    await client.next("response.done");
    // The last of the 1,000 ms goes out when the 900 ms before it have been waited for.
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(89);
  });

  it("FT8 writes a text answer word by word, so that it can be cancelled in its middle", async () => {
    connect("words:60000");
    await client.configure({ output_modalities: ["text"] });
    await client.send({ type: "response.create" });
    await client.next("response.content_part.added");
    await client.send({ type: "response.cancel" });
    expect(responseIn(await client.next("response.done"))).toMatchObject({
      status: "cancelled",
      output: [{ content: [{ type: "output_text", text: "" }] }],
    });
  });

  it("FT9 fails one transcription", async () => {
    await transcribing("failed-transcription");
    const first = await commits();
    expect(await client.next(`${EVENT}.failed`)).toMatchObject({ item_id: first });
    const second = await commits();
    expect(await client.next(`${EVENT}.completed`)).toMatchObject({ item_id: second });
  });

  it("FT9 finishes a transcription after its successor", async () => {
    await transcribing("reordered-transcription");
    const first = await commits();
    const second = await commits();
    expect(await client.next(`${EVENT}.completed`)).toMatchObject({ item_id: second });
    expect(await client.next(`${EVENT}.completed`)).toMatchObject({ item_id: first, transcript: "Turn 1" });
  });

  it("FT9 transcribes later, and nothing else waits", async () => {
    await transcribing("slow-transcription:150");
    const sentAt = performance.now();
    await commits();
    await client.next("conversation.item.done");
    await client.next(`${EVENT}.completed`);
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(149);
  });
});
