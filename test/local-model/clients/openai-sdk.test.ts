// The WebSocket client of the official `openai` package, as it comes from npm, in a conversation from the first
// question to the last answer.

import { once } from "node:events";
import OpenAI from "openai";
import type {
  ConversationItemInputAudioTranscriptionCompletedEvent,
  RealtimeConversationItemFunctionCall,
  RealtimeServerEvent,
  ResponseDoneEvent,
} from "openai/resources/realtime/realtime";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startLocalModel } from "../../../src/local-model/server.ts";
import type { LocalModel } from "../../../src/local-model/server.ts";
import { synthesise } from "../../../src/local-model/voice/synthesise.ts";
import { base64, TIME_TOOL } from "../client.ts";
import { EventInbox } from "./event-inbox.ts";
import { Microphone } from "./microphone.ts";
import { heardIn, joined } from "./said-time.ts";

let model: LocalModel;
let realtime: OpenAIRealtimeWS;
let microphone: Microphone | undefined;

beforeAll(async () => {
  model = await startLocalModel({ port: 0, tls: true, audioPace: 2 });
});
afterAll(() => model.close());
afterEach(() => {
  microphone?.switchOff();
  realtime.close();
});

function connect(name = "gpt-realtime-2.1"): OpenAIRealtimeWS {
  // The two documented options: where the API is, and what the socket is made with.
  const client = new OpenAI({ apiKey: "sk-local", baseURL: `https://127.0.0.1:${model.port}/v1` });
  return new OpenAIRealtimeWS({ model: name, options: { ca: model.certificate } }, client);
}

/** The one function call in a finished response. */
function callIn({ response }: ResponseDoneEvent): RealtimeConversationItemFunctionCall {
  const call = response.output?.find((item) => item.type === "function_call");
  if (call === undefined) throw new Error("the response called no function");
  return call;
}

function give(call: RealtimeConversationItemFunctionCall, output: Record<string, string>): void {
  const item = {
    type: "function_call_output",
    call_id: call.call_id ?? "",
    output: JSON.stringify(output),
  } as const;
  realtime.send({ type: "conversation.item.create", item });
  realtime.send({ type: "response.create" });
}

function audioOf(events: readonly RealtimeServerEvent[], responseId: string): Int16Array {
  const deltas = events.filter((event) => event.type === "response.output_audio.delta");
  return joined(
    deltas
      .filter((event) => event.response_id === responseId)
      .map(({ delta }) => Buffer.from(delta, "base64")),
  );
}

function isTranscription(
  event: RealtimeServerEvent,
): event is ConversationItemInputAudioTranscriptionCompletedEvent {
  return event.type === "conversation.item.input_audio_transcription.completed";
}

describe("openai SDK", () => {
  it("CL1 holds a spoken conversation: a tool, its answer by voice, an interruption, the corrected question", async () => {
    realtime = connect();
    const errors: unknown[] = [];
    realtime.on("error", (error) => errors.push(error));
    const inbox = new EventInbox<RealtimeServerEvent>();
    realtime.on("event", inbox.take);
    await inbox.next("session.created");
    realtime.send({
      type: "session.update",
      session: {
        type: "realtime",
        tools: [{ ...TIME_TOOL }],
        audio: { input: { transcription: { model: "gpt-4o-mini-transcribe" } }, output: { voice: "cedar" } },
      },
    });
    const { session } = await inbox.next("session.updated");
    expect(session).toMatchObject({ audio: { output: { voice: "cedar" } } });
    microphone = new Microphone((frame) =>
      realtime.send({ type: "input_audio_buffer.append", audio: base64(frame) }),
    );

    microphone.hears(synthesise("What time is it in Tokyo?", "slt"));
    await inbox.next("input_audio_buffer.speech_started");
    const asked = callIn(await inbox.next("response.done"));
    expect(asked).toMatchObject({ name: "current_time", arguments: '{"place":"Tokyo"}' });
    give(asked, { place: "Tokyo", time: "9:42 PM" });
    const said = await inbox.next("response.output_audio_transcript.done");
    expect(said.transcript).toMatch(/9:42 PM in Tokyo/);
    expect((await inbox.next("response.done")).response).toMatchObject({ status: "completed" });
    expect(await heardIn(audioOf(inbox.all, said.response_id))).toBe("it is nine forty two p.m. in tokyo");
    expect(inbox.all.find(isTranscription)?.transcript).toMatch(/what time is it in tokyo/i);

    realtime.send({
      type: "response.create",
      response: {
        instructions: 'Say exactly: "I could go on and on about clocks and calendars, all day long."',
      },
    });
    const speaking = await inbox.next("response.output_audio.delta");
    microphone.hears(synthesise("What time is it in Paris?", "slt"));
    await inbox.next("input_audio_buffer.speech_started");
    const { item_id, content_index } = speaking;
    realtime.send({ type: "conversation.item.truncate", item_id, content_index, audio_end_ms: 200 });
    expect((await inbox.next("response.done")).response).toMatchObject({
      id: speaking.response_id,
      status: "cancelled",
      status_details: { reason: "turn_detected" },
    });
    expect(await inbox.next("conversation.item.truncated")).toMatchObject({ item_id, audio_end_ms: 200 });
    const corrected = callIn(await inbox.next("response.done"));
    expect(corrected.arguments).toBe('{"place":"Paris"}');

    realtime.send({ type: "conversation.item.retrieve", item_id });
    const { item } = await inbox.next("conversation.item.retrieved");
    expect(item).toMatchObject({ role: "assistant", status: "incomplete" });
    expect(JSON.stringify(item)).not.toContain("transcript");
    give(corrected, { place: "Paris", time: "6:15 AM" });
    const last = await inbox.next("response.output_audio_transcript.done");
    await inbox.next("response.done");
    expect(await heardIn(audioOf(inbox.all, last.response_id))).toBe("it is six fifteen a.m. in paris");
    expect(errors).toEqual([]);
  });

  it("CL2 rejects what is waiting when the server refuses, with the server's own reason", async () => {
    realtime = connect("gpt-nope");
    const closed = once(realtime.socket, "close") as Promise<[number, Buffer]>;
    await expect(realtime.emitted("session.created")).rejects.toMatchObject({
      error: { type: "invalid_request_error", code: "invalid_model" },
    });
    const [code, reason] = await closed;
    expect([code, reason.toString()]).toEqual([4000, "invalid_request_error.invalid_model"]);
  });
});
