import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { BrainTurn, Decision } from "../../src/local-model/brain.ts";
import type { LocalModel } from "../../src/local-model/server.ts";
import { base64, Client } from "./client.ts";
import { adds, message, responseIn, startScripted } from "./scripted-model.ts";
import type { Usage } from "./scripted-model.ts";

let model: LocalModel;
let client: Client;
const turns: BrainTurn[] = [];

beforeAll(async () => {
  const decide = (turn: BrainTurn): Decision => {
    turns.push(turn);
    return { kind: "say", text: "Yes." };
  };
  model = await startScripted({ decide });
});
afterAll(() => model.close());
afterEach(() => {
  client.close();
  turns.length = 0;
});

/** Text of so many tokens. */
const text = (tokens: number): string => "word".repeat(tokens);

async function answer(response: Record<string, unknown> = {}): Promise<ReturnType<typeof responseIn>> {
  await client.send({ type: "response.create", response: { output_modalities: ["text"], ...response } });
  return responseIn(await client.next("response.done"));
}

/** What the last response was told, by first word. */
const seen = (): string[] =>
  (turns.at(-1)?.memories ?? []).map((memory) => (memory.kind === "said" ? memory.text.split(" ")[0]! : ""));

async function fill(count: number, tokens: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    await adds(client, message("user", `${index} ${text(tokens - 1)}`, `item_${index}`));
  }
}

function checkInvariants(usage: Usage): void {
  const { input_token_details: input, output_token_details: output } = usage;
  const { cached_tokens_details: cached } = input;
  expect(usage.total_tokens).toBe(usage.input_tokens + usage.output_tokens);
  expect(usage.input_tokens).toBe(input.text_tokens + input.audio_tokens + input.image_tokens);
  expect(usage.output_tokens).toBe(output["text_tokens"]! + output["audio_tokens"]!);
  expect(input.cached_tokens).toBe(Object.values(cached).reduce((one, other) => one + other, 0));
  expect(input.cached_tokens % 64).toBe(0);
  for (const kind of ["text_tokens", "audio_tokens", "image_tokens"] as const) {
    expect(cached[kind]).toBeLessThanOrEqual(input[kind]);
  }
}

describe("context", () => {
  it("LM76 counts audio, text and images by their rates, and the sums agree", async () => {
    client = new Client(model);
    await client.configure({ instructions: text(10) });
    const audio = base64(new Int16Array(24 * 2796));
    const image_url = "data:image/png;base64,iVBORw0KGgo=";
    const content = [
      { type: "input_text", text: text(5) },
      { type: "input_audio", audio },
      { type: "input_image", image_url, detail: "low" },
    ];
    await adds(client, { type: "message", role: "user", content });
    await client.send({ type: "response.create" });
    const { usage } = responseIn(await client.next("response.done"));
    checkInvariants(usage);
    // 2,796 ms of the user's audio were billed as 27 tokens on the wire; 400 ms of the assistant's are 8.
    expect(usage.input_token_details).toMatchObject({ text_tokens: 15, audio_tokens: 27, image_tokens: 85 });
    expect(usage.output_token_details).toEqual({ text_tokens: 1, audio_tokens: 8, reasoning_tokens: 0 });
  });

  it("LM76 counts what was read before as cached, in blocks of 64, until something in it changes", async () => {
    client = new Client(model, "?model=gpt-realtime");
    await client.configure({ instructions: text(100) });
    await adds(client, message("user", text(100), "first"));
    const usages = [(await answer()).usage, (await answer()).usage];
    expect(usages.map((usage) => usage.input_token_details.cached_tokens)).toEqual([0, 192]);
    await client.send({ type: "conversation.item.delete", item_id: "first" });
    usages.push((await answer()).usage);
    expect(usages[2]!.input_token_details.cached_tokens).toBe(64);
    await client.configure({ instructions: text(99) });
    usages.push((await answer()).usage);
    expect(usages[3]!.input_token_details.cached_tokens).toBe(0);
    for (const usage of usages) checkInvariants(usage);
    expect(usages[0]!.output_token_details).not.toHaveProperty("reasoning_tokens");
  });

  it("LM77 drops the oldest items from the model's view when they are too many; they stay in the conversation", async () => {
    client = new Client(model, "?model=gpt-realtime");
    await client.configure({ instructions: text(224) });
    await fill(30, 1000);
    const { usage, status } = await answer();
    expect(status).toBe("completed");
    expect(usage.input_tokens).toBe(28_224);
    expect([seen()[0], seen().length]).toEqual(["2", 28]);
    expect(client.types).not.toContain("conversation.item.deleted");
    await client.send({ type: "conversation.item.retrieve", item_id: "item_0" });
    await client.next("conversation.item.retrieved");
  });

  it("LM77 gives the second models a wider view", async () => {
    client = new Client(model);
    await fill(30, 1000);
    await answer();
    expect(seen().length).toBe(30);
  });

  it("LM77 drops more at once with a retention ratio, and so less often", async () => {
    client = new Client(model, "?model=gpt-realtime");
    const truncation = {
      type: "retention_ratio",
      retention_ratio: 0.5,
      token_limits: { post_instructions: 1000 },
    };
    await client.configure({ instructions: text(5000), truncation });
    await fill(11, 100);
    await answer();
    expect(seen()).toEqual(["6", "7", "8", "9", "10"]);
    await fill(0, 0);
    await adds(client, message("user", `11 ${text(99)}`));
    await answer();
    expect(seen().slice(0, 2)).toEqual(["6", "7"]);
  });

  it("LM77 keeps the newest item whatever the limit", async () => {
    client = new Client(model);
    const token_limits = { post_instructions: 0 };
    await client.configure({ truncation: { type: "retention_ratio", retention_ratio: 1, token_limits } });
    await fill(2, 10);
    await answer();
    expect(seen()).toEqual(["1"]);
  });

  it.each(["auto", { type: "retention_ratio", retention_ratio: 0.5 }])(
    "LM77 fails a response when the newest item and the instructions alone are too long, also under %j",
    async (truncation) => {
      client = new Client(model, "?model=gpt-realtime");
      await client.configure({ truncation, instructions: text(1224) });
      const tooLong = {
        status: "failed",
        status_details: { type: "failed", error: { code: "context_length_exceeded" } },
        usage: { total_tokens: 0 },
      };
      await adds(client, message("user", "0 before", "before"));
      await adds(client, message("user", text(27_001), "long"));
      expect(await answer()).toMatchObject(tooLong);
      // Nothing was dropped for it.
      await client.send({ type: "conversation.item.delete", item_id: "long" });
      expect((await answer()).status).toBe("completed");
      expect(seen()).toEqual(["0"]);
      await adds(client, message("user", text(27_000), "fits"));
      const { status, usage } = await answer();
      expect([status, usage.input_tokens]).toEqual(["completed", 28_224]);
      await client.configure({ instructions: text(28_225) });
      await adds(client, message("user", "hello"));
      expect(await answer()).toMatchObject(tooLong);
    },
  );

  it("LM77 fails a response instead when truncation is disabled", async () => {
    client = new Client(model, "?model=gpt-realtime");
    await client.configure({ truncation: "disabled" });
    await fill(29, 1000);
    expect(await answer()).toMatchObject({
      status: "failed",
      status_details: { type: "failed", error: { code: "context_length_exceeded" } },
      output: [],
      usage: { total_tokens: 0 },
    });
    expect(await answer({ conversation: "none", input: [] })).toMatchObject({ status: "completed" });
  });

  it("LM78 tells the rate limit after the end of each response, tokens only, and less each time", async () => {
    client = new Client(model);
    await answer();
    const limits = async (): Promise<Record<string, unknown>> =>
      ((await client.next("rate_limits.updated"))["rate_limits"] as Record<string, unknown>[])[0]!;
    const first = await limits();
    expect(first).toEqual({
      name: "tokens",
      limit: expect.any(Number),
      remaining: expect.any(Number),
      reset_seconds: expect.any(Number),
    });
    await answer();
    expect((await limits())["remaining"]).toBeLessThan(Number(first["remaining"]));
    const types = client.types.filter((type) => /^response\.(created|done)|^rate/.test(type));
    expect(types).toEqual([
      "response.created",
      "response.done",
      "rate_limits.updated",
      "response.created",
      "response.done",
      "rate_limits.updated",
    ]);
  });
});
