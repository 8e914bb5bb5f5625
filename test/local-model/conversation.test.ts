import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startLocalModel } from "../../src/local-model/server.ts";
import type { LocalModel } from "../../src/local-model/server.ts";
import { base64, Client, TIME_TOOL } from "./client.ts";

let model: LocalModel;
let client: Client;

beforeAll(async () => {
  model = await startLocalModel({ port: 0, audioPace: Infinity });
});
afterAll(() => model.close());
afterEach(() => client.close());

function connect(): Client {
  client = new Client(model);
  return client;
}

/** Runs of the same delta count once. */
function ladder(types: readonly string[]): string[] {
  return types.filter((type, index) => type !== types[index - 1]);
}

const error = (event: unknown): unknown => (event as { error: unknown }).error;

describe("conversation", () => {
  it("LM20 greets with the session as the real service shows it, by the model's defaults", async () => {
    const { session } = (await connect().next("session.created")) as unknown as {
      session: Record<string, unknown>;
    };
    expect(Object.keys(session)).toEqual([
      "type",
      "object",
      "id",
      "model",
      "output_modalities",
      "instructions",
      "tools",
      "tool_choice",
      "max_output_tokens",
      "tracing",
      "truncation",
      "prompt",
      "expires_at",
      "audio",
      "include",
    ]);
    expect(session["id"]).toMatch(/^sess_[A-Za-z0-9]{21}$/);
    expect(Number(session["expires_at"]) - Date.now() / 1000).toBeGreaterThan(3590);
    expect(session["audio"]).toMatchObject({
      input: { turn_detection: { silence_duration_ms: 500 } },
      output: { voice: "marin" },
    });
    const older = new Client(model, "?model=gpt-realtime");
    const created = await older.next("session.created");
    expect(created["session"]).toMatchObject({
      audio: { input: { turn_detection: { silence_duration_ms: 200 } }, output: { voice: "alloy" } },
    });
    older.close();
  });

  it("LM21 answers a typed turn in text with the documented ladder", async () => {
    connect();
    await client.asks("hello", { output_modalities: ["text"], metadata: { purpose: "test" } });
    const done = await client.next("response.done");
    await client.next("rate_limits.updated");
    expect(ladder(client.types)).toEqual([
      "session.created",
      "conversation.item.added",
      "conversation.item.done",
      "response.created",
      "response.output_item.added",
      "conversation.item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "conversation.item.done",
      "response.output_item.done",
      "response.done",
      "rate_limits.updated",
    ]);
    expect(done["response"]).toMatchObject({
      status: "completed",
      status_details: null,
      metadata: { purpose: "test" },
      output_modalities: ["text"],
      output: [
        { role: "assistant", status: "completed", phase: "final_answer", content: [{ type: "output_text" }] },
      ],
    });
    expect(new Set(client.events.map((event) => event.event_id)).size).toBe(client.events.length);
  });

  it("LM22 speaks with transcript ahead of audio, and counts what it said", async () => {
    connect();
    await client.asks("hello");
    const done = (await client.next("response.done"))["response"] as { usage: Record<string, number> };
    await client.next("rate_limits.updated");
    const types = ladder(client.types).slice(6);
    expect(types.slice(0, 3)).toEqual([
      "response.content_part.added",
      "response.output_audio_transcript.delta",
      "response.output_audio.delta",
    ]);
    expect(types.slice(-8)).toEqual([
      "response.output_audio.delta",
      "response.output_audio.done",
      "response.output_audio_transcript.done",
      "response.content_part.done",
      "conversation.item.done",
      "response.output_item.done",
      "response.done",
      "rate_limits.updated",
    ]);
    const deltas = client.events.filter(({ type }) => type === "response.output_audio.delta");
    const bytes = deltas.reduce((sum, { delta }) => sum + Buffer.from(String(delta), "base64").length, 0);
    expect(deltas.every((event) => !("obfuscation" in event))).toBe(true);
    expect(done.usage).toMatchObject({ output_token_details: { audio_tokens: Math.floor(bytes / 48 / 50) } });
    expect(done.usage["total_tokens"]).toBe(done.usage["input_tokens"]! + done.usage["output_tokens"]!);
  });

  it("LM23 calls a tool, takes its output, and says the result", async () => {
    connect();
    await client.configure({ tools: [TIME_TOOL], output_modalities: ["text"] });
    const from = client.events.length;
    await client.asks("What time is it in Tokyo?");
    const called = await client.next("response.done");
    await client.next("rate_limits.updated");
    expect(ladder(client.types.slice(from + 2))).toEqual([
      "response.created",
      "response.output_item.added",
      "conversation.item.added",
      "response.function_call_arguments.delta",
      "response.function_call_arguments.done",
      "conversation.item.done",
      "response.output_item.done",
      "response.done",
      "rate_limits.updated",
    ]);
    const [call] = (called["response"] as { output: { arguments: string; call_id: string; name: string }[] })
      .output;
    expect(JSON.parse(call!.arguments)).toEqual({ place: "Tokyo" });
    expect(call).toMatchObject({
      name: "current_time",
      call_id: expect.stringMatching(/^call_[A-Za-z0-9]{16}$/),
    });
    await client.returns(called, JSON.stringify({ place: "Tokyo", time: "9:42 PM" }));
    expect(await client.next("response.output_text.done")).toMatchObject({ text: "It is 9:42 PM in Tokyo." });
  });

  it("LM24 refuses a second response while one runs, and lets others run beside the conversation", async () => {
    const slow = await startLocalModel({ port: 0, audioPace: 1 });
    client = new Client(slow);
    await client.asks("who are you");
    const first = (await client.next("response.created"))["response"] as { id: string };
    await client.next("response.output_audio.delta");
    await client.send({ type: "response.create", event_id: "mine" });
    expect(error(await client.next("error"))).toMatchObject({
      code: "conversation_already_has_active_response",
      message: expect.stringContaining(first.id),
    });
    const input = [{ type: "message", role: "user", content: [{ type: "input_text", text: "thanks" }] }];
    await client.send({
      type: "response.create",
      response: { conversation: "none", input, output_modalities: ["text"] },
    });
    const aside = await client.next("response.done");
    expect(aside["response"]).toMatchObject({ conversation_id: null, status: "completed" });
    await client.send({ type: "response.cancel" });
    expect((await client.next("response.done"))["response"]).toMatchObject({
      id: first.id,
      status: "cancelled",
      status_details: { type: "cancelled", reason: "client_cancelled" },
      output: [{ status: "incomplete" }],
    });
    const after = client.events.length;
    await client.send({ type: "response.cancel", event_id: "late" });
    expect(error(await client.next("error"))).toMatchObject({
      code: "response_cancel_not_active",
      event_id: "late",
    });
    expect(client.types.slice(after)).not.toContain("response.output_audio.delta");
    await slow.close();
  });

  it("LM25 keeps items in the order they are put, and tells wrong ones apart", async () => {
    connect();
    const say = (id: string, after?: string): Promise<void> =>
      client.send({
        type: "conversation.item.create",
        ...(after === undefined ? {} : { previous_item_id: after }),
        item: { id, type: "message", role: "user", content: [{ type: "input_text", text: id }] },
      });
    await say("one");
    await say("three");
    await say("two", "one");
    await say("zero", "root");
    const added = [];
    for (let count = 0; count < 4; count++) {
      added.push((await client.next("conversation.item.added"))["previous_item_id"]);
    }
    expect(added).toEqual([null, "one", "one", null]);
    await say("one");
    expect(error(await client.next("error"))).toMatchObject({
      code: "item_create_duplicate_item_id",
      event_id: null,
    });
    await say("four", "nowhere");
    expect(error(await client.next("error"))).toMatchObject({
      message: expect.stringContaining("'nowhere' does not exist"),
    });
    await client.send({
      type: "conversation.item.create",
      item: { type: "function_call_output", call_id: "call_x", output: "" },
    });
    expect(error(await client.next("error"))).toMatchObject({ code: "invalid_tool_call_id" });
    await client.send({
      type: "conversation.item.create",
      item: { type: "message", role: "assistant", content: [{ type: "output_audio", audio: "" }] },
    });
    expect(error(await client.next("error"))).toMatchObject({
      code: "missing_required_parameter",
      param: "item.content[0].text",
    });
    await client.send({ type: "conversation.item.delete", item_id: "two" });
    expect(await client.next("conversation.item.deleted")).toMatchObject({ item_id: "two" });
    await client.send({ type: "conversation.item.retrieve", item_id: "two" });
    expect(error(await client.next("error"))).toMatchObject({ code: "item_retrieve_invalid_item_id" });
  });

  it("LM26 truncates spoken items only, in whole milliseconds, within their audio", async () => {
    connect();
    await client.asks("hello");
    const done = (await client.next("response.done"))["response"] as { output: { id: string }[] };
    const id = done.output[0]!.id;
    const truncate = (item: string, endMs: number): Promise<void> =>
      client.send({
        type: "conversation.item.truncate",
        item_id: item,
        content_index: 0,
        audio_end_ms: endMs,
      });
    await truncate(id, 1_000_000);
    expect(error(await client.next("error"))).toMatchObject({
      code: "invalid_value",
      message: expect.stringMatching(/already shorter than 1000000ms/),
    });
    await truncate(id, 10.5);
    expect(error(await client.next("error"))).toMatchObject({ code: "invalid_type" });
    await truncate("nobody", 0);
    expect(error(await client.next("error"))).toMatchObject({ code: "item_truncate_invalid_item_id" });
    const user = client.events.find(({ type }) => type === "conversation.item.added")?.["item"] as {
      id: string;
    };
    await truncate(user.id, 0);
    expect(error(await client.next("error"))).toMatchObject({
      message: "Only model output audio messages can be truncated",
    });
    await truncate(id, 400);
    expect(await client.next("conversation.item.truncated")).toMatchObject({
      item_id: id,
      audio_end_ms: 400,
    });
    await client.send({ type: "conversation.item.retrieve", item_id: id });
    const { item } = (await client.next("conversation.item.retrieved")) as unknown as {
      item: { content: { audio: string }[] };
    };
    expect(Buffer.from(item.content[0]!.audio, "base64").length).toBe(400 * 48);
  });

  it("LM27 merges updates, shows the whole session, and changes nothing when a field is wrong", async () => {
    connect();
    const updated = await client.configure({
      audio: { input: { turn_detection: { type: "server_vad", threshold: 0.7 } } },
    });
    expect(updated["session"]).toMatchObject({
      audio: {
        input: { turn_detection: { threshold: 0.7, silence_duration_ms: 500 } },
        output: { voice: "marin" },
      },
    });
    const wrong: [unknown, object][] = [
      [{}, { code: "missing_required_parameter", param: "session.type" }],
      [
        { type: "realtime", instructions: "x", temperature: 1 },
        { code: "unknown_parameter", param: "session.temperature" },
      ],
      [
        { type: "realtime", audio: { input: { format: { type: "audio/pcm", rate: 16_000 } } } },
        { code: "integer_below_min_value" },
      ],
      [{ type: "realtime", output_modalities: ["audio", "text"] }, { code: "invalid_value" }],
    ];
    for (const [session, expected] of wrong) {
      await client.send({ type: "session.update", event_id: "bad", session });
      expect(error(await client.next("error"))).toMatchObject({ ...expected, event_id: "bad" });
    }
    const same = await client.configure({});
    expect(same["session"]).toEqual(updated["session"]);
    await client.asks("hello");
    await client.next("response.done");
    await client.send({
      type: "session.update",
      session: { type: "realtime", audio: { output: { voice: "cedar" } } },
    });
    expect(error(await client.next("error"))).toMatchObject({ code: "cannot_update_voice" });
  });

  it("LM28 survives frames that are no events", async () => {
    connect();
    await client.next("session.created");
    client.socket.send(Buffer.from([1, 2, 3]));
    expect(error(await client.next("error"))).toMatchObject({ code: "invalid_event" });
    client.socket.send("{");
    expect(error(await client.next("error"))).toMatchObject({ code: "invalid_json" });
    await client.send({ type: "ping", event_id: "p1" });
    expect(error(await client.next("error"))).toMatchObject({
      code: "invalid_value",
      param: "type",
      event_id: "p1",
    });
    await client.send({ type: "input_audio_buffer.append", audio: "not base64" });
    expect(error(await client.next("error"))).toMatchObject({ param: "audio" });
    await client.configure({});
  });

  it("LM29 commits what the client says, but not less than 100 ms", async () => {
    connect();
    await client.configure({ audio: { input: { turn_detection: null } } });
    await client.send({ type: "input_audio_buffer.append", audio: base64(new Int16Array(1200)) });
    await client.send({ type: "input_audio_buffer.commit" });
    expect(error(await client.next("error"))).toMatchObject({
      code: "input_audio_buffer_commit_empty",
      message: expect.stringContaining("only has 50.00ms"),
    });
    await client.send({ type: "input_audio_buffer.append", audio: base64(new Int16Array(1200)) });
    await client.send({ type: "input_audio_buffer.commit" });
    const committed = await client.next("input_audio_buffer.committed");
    expect(await client.next("conversation.item.added")).toMatchObject({
      previous_item_id: null,
      item: { id: committed["item_id"], content: [{ type: "input_audio", transcript: null }] },
    });
    await client.next("conversation.item.done");
    await client.send({ type: "input_audio_buffer.clear" });
    await client.next("input_audio_buffer.cleared");
    expect(client.types).not.toContain("response.created");
  });

  it("LM30 says exactly what a response is instructed to say", async () => {
    connect();
    await client.send({
      type: "response.create",
      response: { instructions: 'Say exactly: "Good day to you."' },
    });
    expect(await client.next("response.output_audio_transcript.done")).toMatchObject({
      transcript: "Good day to you.",
    });
  });
});
