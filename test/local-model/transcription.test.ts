import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { LocalModel } from "../../src/local-model/server.ts";
import { base64, Client } from "./client.ts";
import type { ServerEvent } from "./client.ts";
import { startScripted } from "./scripted-model.ts";

let model: LocalModel;
let client: Client;
let hear: () => string | Promise<string> = () => "turn on the light";

const EVENT = "conversation.item.input_audio_transcription";

beforeAll(async () => {
  model = await startScripted({ hear: () => hear() }, { faults: true });
});
afterAll(() => model.close());
afterEach(() => {
  client.close();
  hear = () => "turn on the light";
});

async function transcribing(name: string, more: object = {}, faults = ""): Promise<void> {
  client = new Client(model, `?model=gpt-realtime-2.1${faults}`);
  await client.configure({
    ...more,
    audio: { input: { turn_detection: null, transcription: { model: name } } },
  });
}

/** Commits 2.4 s of audio. */
async function commits(): Promise<unknown> {
  await client.send({ type: "input_audio_buffer.append", audio: base64(new Int16Array(24 * 2400)) });
  await client.send({ type: "input_audio_buffer.commit" });
  return (await client.next("input_audio_buffer.committed"))["item_id"];
}

const deltas = (): ServerEvent[] => client.events.filter(({ type }) => type === `${EVENT}.delta`);

describe("transcription", () => {
  it("LM79 streams its words and ends with the whole, billed by the token or by the second", async () => {
    const duration = { type: "duration", seconds: 2 };
    const tokens = {
      type: "tokens",
      total_tokens: 29,
      input_tokens: 24,
      input_token_details: { text_tokens: 0, audio_tokens: 24 },
      output_tokens: 5,
    };
    for (const [name, usage, pieces] of [
      ["gpt-realtime-whisper", duration, 4],
      ["whisper-1", duration, 1],
      ["gpt-4o-transcribe", tokens, 4],
    ] as const) {
      await transcribing(name);
      const id = await commits();
      const done = await client.next(`${EVENT}.completed`);
      expect(done).toMatchObject({ item_id: id, content_index: 0, usage });
      expect(deltas().length).toBe(pieces);
      expect(
        deltas()
          .map(({ delta }) => delta)
          .join(""),
      ).toBe(done["transcript"]);
      expect(deltas().every(({ obfuscation }) => typeof obfuscation === "string")).toBe(true);
      client.close();
    }
  });

  it("LM79 tells one speaker's segment, and logprobs when they are included", async () => {
    await transcribing("gpt-4o-transcribe-diarize", { include: ["item.input_audio_transcription.logprobs"] });
    await commits();
    expect(await client.next(`${EVENT}.segment`)).toMatchObject({ speaker: "A", start: 0, end: 2.4 });
    const { logprobs } = await client.next(`${EVENT}.completed`);
    expect(logprobs).toHaveLength(4);
    expect(deltas()[0]).toMatchObject({ logprobs: [{ logprob: 0 }] });
  });

  it("LM79 ends silence with an empty transcript", async () => {
    hear = () => "";
    await transcribing("gpt-realtime-whisper");
    await commits();
    expect(await client.next(`${EVENT}.completed`)).toMatchObject({
      transcript: "",
      usage: { type: "duration", seconds: 0 },
    });
    expect(deltas()).toEqual([]);
  });

  it("LM79 says so when it fails, and the model answers all the same", async () => {
    hear = () => Promise.reject(new Error("broken ear"));
    await transcribing("gpt-realtime-whisper");
    const id = await commits();
    expect(await client.next(`${EVENT}.failed`)).toMatchObject({
      item_id: id,
      error: { type: "server_error", code: "transcription_failed", param: null },
    });
    await client.send({ type: "response.create" });
    expect(await client.next("response.done")).toMatchObject({ response: { status: "completed" } });
  });

  it("LM79 does not hold up the response, nor wait for it", async () => {
    await transcribing("gpt-realtime-whisper", {}, "&fault=slow-transcription:200");
    await commits();
    await client.send({ type: "response.create" });
    const done = await client.next("response.done");
    const completed = await client.next(`${EVENT}.completed`);
    expect(client.events.indexOf(completed)).toBeGreaterThan(client.events.indexOf(done));
    // The committed item is not told of again.
    expect(client.types.filter((type) => type === "conversation.item.done").length).toBe(2);
  });

  it("LM65 transcribes each turn of a session that only does that, without a response or a rate limit", async () => {
    client = new Client(model, "?intent=transcription");
    const transcription = { model: "gpt-4o-transcribe" };
    const session = { type: "transcription", audio: { input: { turn_detection: null, transcription } } };
    await client.send({ type: "session.update", session });
    await client.next("session.updated");
    const id = await commits();
    expect(await client.next(`${EVENT}.completed`)).toMatchObject({ item_id: id });
    expect(client.types.filter((type) => /^(response|rate)/.test(type))).toEqual([]);
  });
});
