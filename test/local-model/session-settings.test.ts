import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { LocalModel } from "../../src/local-model/server.ts";
import { Client } from "./client.ts";
import type { ServerEvent } from "./client.ts";
import { errorFor, startScripted } from "./scripted-model.ts";

let model: LocalModel;
let client: Client;

beforeAll(async () => {
  model = await startScripted();
});
afterAll(() => model.close());
afterEach(() => client.close());

const detection = (turn_detection: unknown): Record<string, unknown> => ({
  audio: { input: { turn_detection } },
});
const transcription = (value: unknown): Record<string, unknown> => ({
  audio: { input: { transcription: value } },
});

function input(event: ServerEvent): Record<string, unknown> {
  return (event["session"] as { audio: { input: Record<string, unknown> } }).audio.input;
}

/** Updates that are refused: what they hold, the code, and the path it names. */
const REFUSED: readonly (readonly [Record<string, unknown>, string, string])[] = [
  [{ temperature: 0.8 }, "unknown_parameter", "session.temperature"],
  [{ modalities: ["text"] }, "unknown_parameter", "session.modalities"],
  [{ voice: "alloy" }, "unknown_parameter", "session.voice"],
  [{ input_audio_format: "pcm16" }, "unknown_parameter", "session.input_audio_format"],
  [{ input_audio_transcription: null }, "unknown_parameter", "session.input_audio_transcription"],
  [{ turn_detection: null }, "unknown_parameter", "session.turn_detection"],
  [{ max_response_output_tokens: 5 }, "unknown_parameter", "session.max_response_output_tokens"],
  [{ expires_at: 1 }, "unknown_parameter", "session.expires_at"],
  [{ model: "gpt-realtime" }, "invalid_value", "session.model"],
  [{ instructions: 7 }, "invalid_type", "session.instructions"],
  [{ output_modalities: ["audio", "text"] }, "invalid_value", "session.output_modalities"],
  [{ max_output_tokens: 0 }, "integer_below_min_value", "session.max_output_tokens"],
  [{ max_output_tokens: 4097 }, "integer_above_max_value", "session.max_output_tokens"],
  [{ max_output_tokens: "many" }, "invalid_type", "session.max_output_tokens"],
  [{ truncation: "sometimes" }, "invalid_value", "session.truncation"],
  [
    { truncation: { type: "retention_ratio" } },
    "missing_required_parameter",
    "session.truncation.retention_ratio",
  ],
  [
    { truncation: { type: "retention_ratio", retention_ratio: 2 } },
    "invalid_value",
    "session.truncation.retention_ratio",
  ],
  [{ include: ["everything"] }, "invalid_value", "session.include[0]"],
  [{ prompt: { version: "2" } }, "missing_required_parameter", "session.prompt.id"],
  [{ tracing: "always" }, "invalid_value", "session.tracing"],
  [{ reasoning: { effort: "extreme" } }, "invalid_value", "session.reasoning.effort"],
  [{ tools: {} }, "invalid_type", "session.tools"],
  [{ tools: [{ type: "function" }] }, "missing_required_parameter", "session.tools[0].name"],
  [{ tools: [{ type: "function", name: "a b" }] }, "invalid_value", "session.tools[0].name"],
  [
    { tools: [{ type: "function", function: { name: "nested" } }] },
    "missing_required_parameter",
    "session.tools[0].name",
  ],
  [{ tools: [{ type: "search" }] }, "invalid_value", "session.tools[0].type"],
  [{ tools: [{ type: "mcp", server_label: "x" }] }, "invalid_value", "session.tools[0]"],
  [{ tool_choice: "maybe" }, "invalid_value", "session.tool_choice"],
  [{ tool_choice: { type: "function" } }, "missing_required_parameter", "session.tool_choice.name"],
  [{ audio: { output: { voice: "robot" } } }, "invalid_value", "session.audio.output.voice"],
  [{ audio: { output: { speed: 2 } } }, "invalid_value", "session.audio.output.speed"],
  [
    { audio: { input: { format: { type: "audio/ogg" } } } },
    "invalid_value",
    "session.audio.input.format.type",
  ],
  [transcription({}), "missing_required_parameter", "session.audio.input.transcription.model"],
  [transcription({ model: "ears" }), "invalid_value", "session.audio.input.transcription.model"],
  [detection({ type: "psychic" }), "invalid_value", "session.audio.input.turn_detection.type"],
  [detection({ threshold: 2 }), "invalid_value", "session.audio.input.turn_detection.threshold"],
  [
    detection({ idle_timeout_ms: 100 }),
    "integer_below_min_value",
    "session.audio.input.turn_detection.idle_timeout_ms",
  ],
  [
    detection({ type: "semantic_vad", threshold: 0.5 }),
    "unknown_parameter",
    "session.audio.input.turn_detection.threshold",
  ],
  [
    detection({ type: "semantic_vad", eagerness: "eager" }),
    "invalid_value",
    "session.audio.input.turn_detection.eagerness",
  ],
];

describe("session settings", () => {
  it("LM62 refuses what is wrong by code and path, and keeps the rest of the update out too", async () => {
    client = new Client(model);
    const before = await client.configure({});
    for (const [fields, code, param] of REFUSED) {
      const session = { type: "realtime", instructions: "must not stay", ...fields };
      const error = await errorFor(client, { type: "session.update", session });
      expect([error.code, error.param, error.event_id]).toEqual([code, param, "mine"]);
    }
    expect((await client.configure({}))["session"]).toEqual(before["session"]);
  });

  it("LM63 echoes each accepted field, and what was not named stays", async () => {
    client = new Client(model);
    const fields = {
      output_modalities: ["text"],
      tool_choice: { type: "function", name: "look" },
      tools: [{ type: "function", name: "look", description: "d", parameters: { type: "object" } }],
      max_output_tokens: 77,
      truncation: {
        type: "retention_ratio",
        retention_ratio: 0.8,
        token_limits: { post_instructions: 9000 },
      },
      include: ["item.input_audio_transcription.logprobs"],
      reasoning: { effort: "high" },
      parallel_tool_calls: false,
      prompt: { id: "pmpt_1", version: "2", variables: { city: "Paris" } },
    };
    const first = await client.configure({
      ...fields,
      audio: { input: { noise_reduction: { type: "near_field" } }, output: { voice: "cedar", speed: 1.2 } },
    });
    expect(first["session"]).toMatchObject(fields);
    const second = await client.configure({ instructions: "Be brief." });
    expect(second["session"]).toEqual({ ...(first["session"] as object), instructions: "Be brief." });
  });

  it("LM63 shows the rate of a format that was sent without", async () => {
    client = new Client(model);
    const format = { type: "audio/pcm" };
    const { session } = await client.configure({ audio: { input: { format }, output: { format } } });
    const whole = { format: { type: "audio/pcm", rate: 24_000 } };
    expect(session).toMatchObject({ audio: { input: whole, output: whole } });
  });

  it("LM63 shows a transcription with its empty fields, merges without a model, begins anew with one", async () => {
    client = new Client(model);
    const shown = async (value: unknown): Promise<unknown> =>
      input(await client.configure(transcription(value)))["transcription"];
    const base = { model: "whisper-1", language: null, prompt: null };
    expect(await shown({ model: "whisper-1" })).toEqual(base);
    expect(await shown({ language: "en" })).toEqual({ ...base, language: "en" });
    expect(await shown({ model: "gpt-4o-transcribe" })).toEqual({ ...base, model: "gpt-4o-transcribe" });
    expect(await shown(null)).toBeNull();
  });

  it("LM63 merges turn detection of one type, and gives another its own defaults", async () => {
    client = new Client(model);
    const shown = async (value: unknown): Promise<unknown> =>
      input(await client.configure(detection(value)))["turn_detection"];
    expect(await shown({ type: "server_vad", idle_timeout_ms: 6000 })).toMatchObject({ threshold: 0.5 });
    expect(await shown({ type: "server_vad", threshold: 0.8 })).toMatchObject({ idle_timeout_ms: 6000 });
    expect(await shown({ type: "server_vad", idle_timeout_ms: null })).toMatchObject({
      threshold: 0.8,
      idle_timeout_ms: null,
    });
    expect(await shown({ type: "semantic_vad" })).toEqual({
      type: "semantic_vad",
      eagerness: "auto",
      create_response: true,
      interrupt_response: true,
    });
    expect(await shown(null)).toBeNull();
  });

  it("LM63 takes an empty string for the default instructions", async () => {
    client = new Client(model);
    const created = (await client.next("session.created"))["session"] as { instructions: string };
    await client.configure({ instructions: " " });
    const updated = (await client.configure({ instructions: "" }))["session"];
    expect(updated).toMatchObject({ instructions: created.instructions });
  });

  it("LM64 refuses reasoning on models without it, and tracing that changes once it is on", async () => {
    const older = new Client(model, "?model=gpt-realtime-1.5");
    for (const fields of [{ reasoning: { effort: "low" } }, { parallel_tool_calls: true }]) {
      const session = { type: "realtime", ...fields };
      expect(await errorFor(older, { type: "session.update", session })).toMatchObject({
        code: "unknown_parameter",
      });
    }
    older.close();
    client = new Client(model);
    await client.configure({ tracing: { workflow_name: "w", group_id: "g", metadata: { a: "b" } } });
    const session = { type: "realtime", tracing: null };
    expect(await errorFor(client, { type: "session.update", session })).toMatchObject({
      param: "session.tracing",
    });
  });

  it("LM65 opens a session that only transcribes, with the fields of one", async () => {
    client = new Client(model, "?intent=transcription");
    const created = (await client.next("session.created"))["session"] as Record<string, unknown>;
    expect(created).toEqual({
      type: "transcription",
      object: "realtime.transcription_session",
      id: expect.stringMatching(/^sess_/),
      expires_at: expect.any(Number),
      audio: {
        input: {
          format: { type: "audio/pcm", rate: 24_000 },
          transcription: null,
          noise_reduction: null,
          turn_detection: {
            type: "server_vad",
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: 500,
          },
        },
      },
      include: null,
    });
    await client.send({
      type: "session.update",
      session: { type: "transcription", ...transcription({ model: "gpt-4o-transcribe" }) },
    });
    expect(input(await client.next("session.updated"))).toMatchObject({
      transcription: { model: "gpt-4o-transcribe" },
    });
    const session = { type: "realtime" };
    expect(await errorFor(client, { type: "session.update", session })).toMatchObject({
      code: "invalid_parameter",
      message: "Passing a realtime session update event to a transcription session is not allowed.",
    });
    const wrong = { type: "transcription", instructions: "x" };
    expect(await errorFor(client, { type: "session.update", session: wrong })).toMatchObject({
      code: "unknown_parameter",
    });
    expect(await errorFor(client, { type: "response.create" })).toMatchObject({ code: "invalid_event" });
  });

  it("LM65 refuses a model beside the intent, and the other kind of update", async () => {
    client = new Client(model, "?intent=transcription&model=gpt-4o-transcribe");
    expect((await client.next("error"))["error"]).toMatchObject({ code: "invalid_model" });
    expect(await client.closed).toMatchObject({ code: 4000 });
    client = new Client(model);
    const session = { type: "transcription" };
    expect(await errorFor(client, { type: "session.update", session })).toMatchObject({
      code: "invalid_parameter",
    });
  });
});
