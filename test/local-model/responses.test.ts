import { afterEach, describe, expect, it } from "vitest";
import type { BrainTurn, Decision } from "../../src/local-model/brain.ts";
import type { LocalModel, LocalModelOptions } from "../../src/local-model/server.ts";
import { Client } from "./client.ts";
import { adds, errorFor, ladder, message, responseIn, startScripted } from "./scripted-model.ts";
import type { Script } from "./scripted-model.ts";

let model: LocalModel | undefined;
let client: Client;
const turns: BrainTurn[] = [];

afterEach(async () => {
  turns.length = 0;
  client.close();
  await model?.close();
});

async function connect(
  decision: Decision = { kind: "say", text: "Yes." },
  options: LocalModelOptions = {},
  query?: string,
  script: Script = {},
): Promise<void> {
  const decide = (turn: BrainTurn): Decision => {
    turns.push(turn);
    return decision;
  };
  model = await startScripted({ decide, ...script }, { faults: true, ...options });
  client = new Client(model, query);
}

const calls: Decision = {
  kind: "call",
  calls: [
    { name: "first", arguments: { place: "Tokyo" } },
    { name: "second", arguments: {} },
  ],
};

describe("responses", () => {
  it("LM68 makes several calls in one response, each with its place and its own call id", async () => {
    await connect(calls);
    await client.send({ type: "response.create" });
    const { output, status } = responseIn(await client.next("response.done"));
    expect(status).toBe("completed");
    expect(output).toMatchObject([
      { type: "function_call", status: "completed", name: "first", arguments: '{"place":"Tokyo"}' },
      { type: "function_call", status: "completed", name: "second", arguments: "{}" },
    ]);
    expect(new Set(output.map((item) => item["call_id"])).size).toBe(2);
    const done = client.events.filter(({ type }) => type === "response.function_call_arguments.done");
    expect(done.map((event) => [event["output_index"], event["name"]])).toEqual([
      [0, "first"],
      [1, "second"],
    ]);
  });

  it("LM68 comments first when asked to: another item, its end after the beginning of the next", async () => {
    await connect(calls, {}, "?model=gpt-realtime-2.1&fault=commentary");
    await client.configure({ output_modalities: ["text"] });
    const from = client.events.length;
    await client.send({ type: "response.create" });
    const { output } = responseIn(await client.next("response.done"));
    expect(output.map(({ type, phase }) => [type, phase])).toEqual([
      ["message", "commentary"],
      ["function_call", undefined],
      ["function_call", undefined],
    ]);
    const steps = client.events.slice(from).filter(({ type }) => type.startsWith("response.output_item"));
    expect(steps.map((event) => [event.type.split(".")[2], event["output_index"]])).toEqual([
      ["added", 0],
      ["added", 1],
      ["done", 0],
      ["done", 1],
      ["added", 2],
      ["done", 2],
    ]);
  });

  it("LM68 marks messages with a phase on second models only", async () => {
    await connect(undefined, {}, "?model=gpt-realtime-2&fault=commentary");
    await client.send({ type: "response.create" });
    const { output } = responseIn(await client.next("response.done"));
    expect(output.map(({ phase }) => phase)).toEqual(["commentary", "final_answer"]);
    const older = new Client(model!, "?model=gpt-realtime");
    await older.send({ type: "response.create" });
    const [item] = responseIn(await older.next("response.done")).output;
    expect(item).not.toHaveProperty("phase");
    older.close();
  });

  it("LM69 ends incomplete at its limit of output tokens, in words, in speech and in arguments", async () => {
    await connect({ kind: "say", text: "One two three four five six seven eight nine ten." });
    const cut = async (response: Record<string, unknown>): Promise<ReturnType<typeof responseIn>> => {
      await client.send({ type: "response.create", response });
      const done = responseIn(await client.next("response.done"));
      expect(done).toMatchObject({
        status: "incomplete",
        status_details: { type: "incomplete", reason: "max_output_tokens" },
        output: [{ status: "incomplete" }],
      });
      expect(done.usage.output_tokens).toBeLessThanOrEqual(Number(response["max_output_tokens"]));
      return done;
    };
    await cut({ max_output_tokens: 4, output_modalities: ["text"] });
    // 400 ms of speech are 8 tokens; its words are 13.
    await cut({ max_output_tokens: 16 });
    client.close();
    await model!.close();
    await connect(calls);
    const { output } = await cut({ max_output_tokens: 4 });
    expect(String(output[0]?.["arguments"]).length).toBeLessThan('{"place":"Tokyo"}'.length);
  });

  it("LM70 answers outside the conversation from its own input, tools and instructions, and leaves no item", async () => {
    await connect();
    await adds(client, message("user", "the first", "item_first"));
    await adds(client, message("user", "the second"));
    const from = client.events.length;
    const tools = [{ type: "function", name: "other" }];
    await client.send({
      type: "response.create",
      response: {
        conversation: "none",
        metadata: { purpose: "summary" },
        instructions: "Summarise.",
        tools,
        tool_choice: "none",
        output_modalities: ["text"],
        input: [{ type: "item_reference", id: "item_first" }, message("user", "in short")],
      },
    });
    const created = responseIn(await client.next("response.created"));
    const done = responseIn(await client.next("response.done"));
    for (const shown of [created, done]) {
      expect(shown).toMatchObject({ conversation_id: null, metadata: { purpose: "summary" } });
    }
    expect(turns[0]).toMatchObject({
      responseInstructions: "Summarise.",
      toolChoice: "none",
      tools: [{ name: "other" }],
      memories: [{ text: "the first" }, { text: "in short" }],
    });
    await client.next("rate_limits.updated");
    expect(client.types.slice(from).filter((type) => type.startsWith("conversation."))).toEqual([]);
    expect(await adds(client, message("user", "third"))).toMatchObject({ item: { role: "user" } });
    await client.send({ type: "response.create", response: { conversation: "none", input: [] } });
    await client.next("response.done");
    expect(turns[1]?.memories).toEqual([]);
  });

  it("LM70 refuses a wrong request by path, and starts nothing", async () => {
    await connect();
    const refused: readonly (readonly [Record<string, unknown>, string, string | null])[] = [
      [{ modalities: ["text"] }, "unknown_parameter", "response.modalities"],
      [{ temperature: 1 }, "unknown_parameter", "response.temperature"],
      [{ conversation: "other" }, "invalid_value", "response.conversation"],
      [{ input: [{ type: "item_reference", id: "none" }] }, "invalid_value", "response.input[0].id"],
      [
        { input: [message("assistant", "x"), { type: "message" }] },
        "missing_required_parameter",
        "response.input[1].role",
      ],
      [
        {
          input: [
            message("user", "x"),
            { type: "message", role: "user", content: [{ type: "input_audio", audio: "!" }] },
          ],
        },
        "invalid_value",
        "response.input[1].content[0].audio",
      ],
      [{ metadata: { long: "x".repeat(513) } }, "string_above_max_length", "response.metadata.long"],
      [{ max_output_tokens: 5000 }, "integer_above_max_value", "response.max_output_tokens"],
    ];
    for (const [response, code, param] of refused) {
      const error = await errorFor(client, { type: "response.create", response });
      expect([error.code, error.param]).toEqual([code, param]);
    }
    expect(client.types).not.toContain("response.created");
  });

  it("LM71 cancels by id, beside the conversation too, and keeps what was said as incomplete", async () => {
    await connect({ kind: "say", text: "A. B. C. D." }, { audioPace: 1 });
    await client.send({ type: "response.create", response: { conversation: "none" } });
    const aside = responseIn(await client.next("response.created"));
    await client.send({ type: "response.create" });
    const main = responseIn(await client.next("response.created"));
    await client.next("response.output_audio.delta");
    await client.send({ type: "response.cancel", response_id: aside.id });
    expect(responseIn(await client.next("response.done"))).toMatchObject({
      id: aside.id,
      status: "cancelled",
      status_details: { type: "cancelled", reason: "client_cancelled" },
    });
    const from = client.events.length;
    await client.send({ type: "response.cancel" });
    const done = responseIn(await client.next("response.done"));
    expect(done).toMatchObject({ id: main.id, status: "cancelled", output: [{ status: "incomplete" }] });
    await client.next("rate_limits.updated");
    expect(ladder(client, from).filter((type) => !type.endsWith(".delta"))).toEqual(
      expect.arrayContaining([
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
        "rate_limits.updated",
      ]),
    );
    await client.send({ type: "conversation.item.retrieve", item_id: done.output[0]?.["id"] });
    expect(await client.next("conversation.item.retrieved")).toMatchObject({
      item: { status: "incomplete" },
    });
  });

  it("LM71 takes items while it speaks; their acknowledgement comes after it when asked to", async () => {
    await connect({ kind: "say", text: "A. B." }, { audioPace: 4 }, "?model=gpt-realtime&fault=late-acks");
    await client.send({ type: "response.create" });
    await client.next("response.output_audio.delta");
    await client.send({ type: "conversation.item.create", item: message("user", "meanwhile", "late") });
    const done = await client.next("response.done");
    const acknowledged = await client.next("conversation.item.added");
    expect(acknowledged).toMatchObject({ item: { id: "late" } });
    expect(client.events.indexOf(acknowledged)).toBeGreaterThan(client.events.indexOf(done));
  });
});
