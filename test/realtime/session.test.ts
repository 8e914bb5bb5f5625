// One session's life against a scripted socket.

import { describe, expect, test } from "vitest";
import { FRAME_BYTES } from "../../src/audio/format.ts";
import { READY_TIMEOUT_MS } from "../../src/realtime/session.ts";
import { ScriptedSocket, SETUP } from "../support/scripted-socket.ts";

const frame = () => new Uint8Array(FRAME_BYTES);

describe("setting a session up", () => {
  test("RT2 the session neither answers nor interrupts by itself", async () => {
    const socket = new ScriptedSocket();
    await socket.dialled();
    expect(socket.sent[0]).toMatchObject({
      type: "session.update",
      session: {
        type: "realtime",
        output_modalities: ["audio"],
        audio: {
          input: {
            format: { type: "audio/pcm", rate: 24000 },
            transcription: { model: "gpt-realtime-whisper" },
            turn_detection: { create_response: false, interrupt_response: false, idle_timeout_ms: null },
          },
        },
      },
    });
  });

  test("PO3 a change of policy is an update of the turn detection alone; by hand there is none", async () => {
    const socket = await ScriptedSocket.live();
    const patient = { ...SETUP.policy, turnDetection: { type: "semantic_vad", eagerness: "low" } } as const;
    socket.session.configure(patient);
    socket.session.configure({ ...patient, turnDetection: null });
    const detection = {
      type: "semantic_vad",
      eagerness: "low",
      create_response: false,
      interrupt_response: false,
    };
    expect(socket.sent.map(({ session }) => session)).toEqual([
      { type: "realtime", audio: { input: { turn_detection: detection } } },
      { type: "realtime", audio: { input: { turn_detection: null } } },
    ]);
  });

  test("PO2 a policy chosen while the session is dialled is the one it is set up with", async () => {
    const socket = new ScriptedSocket();
    socket.session.configure({ ...SETUP.policy, turnDetection: null });
    await socket.dialled();
    expect(socket.sent).toHaveLength(1);
    expect(socket.sent[0]).toMatchObject({ session: { audio: { input: { turn_detection: null } } } });
  });

  test("CB5 what the provider drops by itself it drops in steps, and only over our own limit", async () => {
    const socket = new ScriptedSocket();
    await socket.dialled();
    expect(socket.sent[0]).toMatchObject({
      session: {
        truncation: {
          type: "retention_ratio",
          retention_ratio: 0.7,
          token_limits: { post_instructions: SETUP.contextTokens },
        },
      },
    });
  });

  test("RB9 a turn without words goes in as it was spoken", async () => {
    const socket = new ScriptedSocket();
    await socket.dialled();
    socket.says({ type: "session.updated", session: {} });
    const pcm = new Uint8Array([1, 2, 3, 4]);
    socket.session.replay([{ kind: "speech", id: "u1", pcm }]);
    const content = [{ type: "input_audio", audio: pcm.toBase64() }];
    expect(socket.sent.at(-1)).toMatchObject({ item: { id: "u1", type: "message", role: "user", content } });
  });

  test("RT3 audio waits for the echo of the settings and then follows in order", async () => {
    const socket = new ScriptedSocket();
    socket.session.appendAudio(frame());
    await socket.dialled();
    socket.session.appendAudio(frame());
    socket.says({ type: "session.created", session: {} });
    expect(socket.types()).toEqual(["session.update"]);
    socket.says({ type: "session.updated", session: {} });
    expect(socket.eventTypes()).toEqual(["configured"]);
    socket.session.replay([]);
    expect(socket.types()).toEqual([
      "session.update",
      "input_audio_buffer.append",
      "input_audio_buffer.append",
    ]);
    expect(socket.eventTypes()).toEqual(["configured", "ready"]);
  });

  test("RT5 stored items go in oldest first, assistant speech as text, and live comes with the last acknowledgement", async () => {
    const socket = new ScriptedSocket();
    await socket.dialled();
    socket.session.appendAudio(frame());
    socket.says({ type: "session.updated", session: {} });
    socket.session.replay([
      { kind: "message", id: "i1", role: "user", text: "hello" },
      { kind: "message", id: "i2", role: "assistant", text: "Hi" },
      { kind: "tool_call", id: "i3", callId: "c1", name: "t", argumentsJson: "{}" },
      { kind: "tool_output", id: "i4", callId: "c1", output: "1" },
    ]);
    expect(socket.sent.slice(1)).toMatchObject([
      { item: { id: "i1", role: "user", content: [{ type: "input_text", text: "hello" }] } },
      { item: { id: "i2", role: "assistant", content: [{ type: "output_text", text: "Hi" }] } },
      { item: { id: "i3", type: "function_call", call_id: "c1" } },
      { item: { id: "i4", type: "function_call_output", call_id: "c1", output: "1" } },
    ]);
    for (const id of ["i1", "i2", "i3"]) {
      socket.says({ type: "conversation.item.done", item: { id, type: "message" } });
    }
    expect(socket.eventTypes()).toEqual(["configured"]);
    // The fourth is refused: the talk goes on without it.
    socket.says({ type: "error", error: { code: "invalid_tool_call_id", event_id: "replay_3" } });
    expect(socket.eventTypes()).toEqual(["configured", "ready"]);
    expect(socket.types().at(-1)).toBe("input_audio_buffer.append");
  });

  test("RT8 a dial that fails and a set-up that takes too long end as lost", async () => {
    const refused = new ScriptedSocket({ kind: "unreachable" });
    await refused.dialled();
    expect(refused.events).toEqual([{ type: "lost", failure: { kind: "unreachable" } }]);

    const slow = new ScriptedSocket();
    await slow.dialled();
    slow.clock.advance(READY_TIMEOUT_MS);
    expect(slow.events).toEqual([
      { type: "lost", failure: { kind: "not_ready", waitedMs: READY_TIMEOUT_MS } },
    ]);
    expect(slow.closed).toBe(1000);
  });

  test("RT9 a refused key ends the session for good", async () => {
    const socket = new ScriptedSocket();
    await socket.dialled();
    socket.says({
      type: "error",
      error: { type: "invalid_request_error", code: "invalid_api_key", event_id: null },
    });
    socket.drops(3000);
    expect(socket.events).toEqual([
      { type: "lost", failure: { kind: "key_rejected", code: "invalid_api_key" } },
    ]);
  });

  test("RT6 settings the upstream does not take end the session", async () => {
    const socket = new ScriptedSocket();
    await socket.dialled();
    socket.says({ type: "error", error: { code: "unknown_parameter", event_id: "setup" } });
    expect(socket.events).toMatchObject([{ type: "lost", failure: { kind: "setup_rejected" } }]);
  });
});

describe("a live session", () => {
  test("RT10 what the page and the store see are our ids", async () => {
    const socket = await ScriptedSocket.live();
    socket.says({ type: "input_audio_buffer.speech_started", item_id: "up_user", audio_start_ms: 100 });
    socket.says({ type: "input_audio_buffer.speech_stopped", item_id: "up_user", audio_end_ms: 1900 });
    socket.says({ type: "input_audio_buffer.committed", item_id: "up_user" });
    socket.session.answer({});
    socket.says({ type: "response.created", response: { id: "r1" } });
    socket.says({
      type: "response.output_item.added",
      response_id: "r1",
      item: { id: "up_a", type: "message" },
    });
    socket.says({ type: "response.output_audio.delta", item_id: "up_a", delta: "AAAAAAAA" } as never);
    expect(socket.events).toEqual([
      { type: "speech_started", itemId: "item_1", startMs: 100 },
      { type: "speech_stopped", itemId: "item_1", endMs: 1900 },
      { type: "user_turn", itemId: "item_1", audioMs: 1800 },
      { type: "assistant_started", itemId: "item_2" },
    ]);
    expect(socket.heard).toEqual([{ itemId: "item_2", bytes: 6 }]);
    socket.session.cutItem("item_2", 120, "Hel");
    expect(socket.sent.at(-1)).toEqual({
      type: "conversation.item.truncate",
      item_id: "up_a",
      content_index: 0,
      audio_end_ms: 120,
    });
  });

  test("RT11 an item told as text is cut by putting its heard part in its place", async () => {
    const socket = new ScriptedSocket();
    await socket.dialled();
    socket.says({ type: "session.updated", session: {} });
    socket.session.replay([
      { kind: "message", id: "i1", role: "user", text: "count" },
      { kind: "message", id: "i2", role: "assistant", text: "one two three" },
    ]);
    socket.says({
      type: "conversation.item.added",
      previous_item_id: null,
      item: { id: "i1", type: "message" },
    });
    socket.says({
      type: "conversation.item.added",
      previous_item_id: "i1",
      item: { id: "i2", type: "message" },
    });
    socket.sent.length = 0;
    socket.session.cutItem("i2", 900, "one two");
    expect(socket.sent).toMatchObject([
      { type: "conversation.item.delete", item_id: "i2" },
      {
        type: "conversation.item.create",
        previous_item_id: "i1",
        item: { role: "assistant", content: [{ type: "output_text", text: "one two" }] },
      },
    ]);
  });

  test("BI4 an unheard item is deleted only when its response is done", async () => {
    const socket = await ScriptedSocket.live();
    socket.session.answer({});
    socket.says({ type: "response.created", response: { id: "r1" } });
    socket.says({
      type: "response.output_item.added",
      response_id: "r1",
      item: { id: "up_a", type: "message" },
    });
    socket.session.cancelAnswer();
    socket.session.removeItem("item_1");
    expect(socket.types()).toEqual(["response.create", "response.cancel"]);
    socket.says({ type: "response.done", response: { id: "r1", status: "cancelled" } });
    expect(socket.sent.at(-1)).toEqual({ type: "conversation.item.delete", item_id: "up_a" });
    expect(socket.events.at(-1)).toMatchObject({ type: "answer_done", outcome: "cancelled" });
  });

  test("RT6 a race is ignored, a refused request is reported, a failed answer without quota ends the session", async () => {
    const socket = await ScriptedSocket.live();
    socket.says({ type: "error", error: { code: "response_cancel_not_active" } });
    expect(socket.events).toEqual([]);
    socket.says({ type: "error", error: { code: "invalid_value" } });
    expect(socket.events).toEqual([{ type: "refused", code: "invalid_value" }]);
    socket.session.answer({});
    socket.says({
      type: "response.done",
      response: { id: "r1", status: "failed", status_details: { error: { code: "insufficient_quota" } } },
    });
    expect(socket.events.slice(1)).toMatchObject([{ type: "lost", failure: { kind: "quota_exhausted" } }]);
  });

  test.each([
    ["its code", { code: "input_audio_buffer_commit_empty" }],
    ["its event id", { code: "invalid_value", event_id: "commit" }],
  ])("PT11 a commit that is refused is told as such, known by %s", async (_by, error) => {
    const socket = await ScriptedSocket.live();
    socket.session.commitAudio();
    expect(socket.sent).toEqual([{ type: "input_audio_buffer.commit", event_id: "commit" }]);
    socket.says({ type: "error", error });
    expect(socket.events).toEqual([{ type: "refused", code: error.code, isCommit: true }]);
  });

  test("RT13 an item that is text though audio was asked for is told as such, once, before its words", async () => {
    const socket = await ScriptedSocket.live();
    socket.session.answer({});
    socket.says({ type: "response.created", response: { id: "r1" } });
    const begin = (id: string) =>
      socket.says({ type: "response.output_item.added", response_id: "r1", item: { id, type: "message" } });
    const end = (id: string, content: object[]) =>
      socket.says({
        type: "response.output_item.done",
        response_id: "r1",
        item: { id, type: "message", content },
      });
    begin("up_a");
    socket.says({ type: "response.output_text.delta", item_id: "up_a", delta: "It" });
    socket.says({ type: "response.output_text.delta", item_id: "up_a", delta: " is" });
    end("up_a", [{ type: "output_text", text: "It is" }]);
    begin("up_b");
    end("up_b", [{ type: "output_text", text: "late" }]);
    begin("up_c");
    end("up_c", [{ type: "output_audio", transcript: "aloud" }]);
    expect(socket.eventTypes()).toEqual([
      "assistant_started",
      "assistant_text",
      "assistant_caption",
      "assistant_caption",
      "assistant_done",
      "assistant_started",
      "assistant_text",
      "assistant_done",
      "assistant_started",
      "assistant_done",
    ]);
  });

  test("RT7 nonsense from upstream changes nothing", async () => {
    const socket = await ScriptedSocket.live();
    const nonsense = [
      "",
      "{",
      '{"type":"brand.new"}',
      '{"type":"response.done"}',
      '{"type":"response.output_audio.delta"}',
    ];
    for (const text of nonsense) socket.says(text);
    socket.says({ type: "response.output_audio.delta", item_id: "nobody", delta: "!!!" } as never);
    expect(socket.events).toEqual([]);
    expect(socket.closed).toBeUndefined();
  });

  test("US1 a response reports the microphone audio since the last one, and its own", async () => {
    const socket = await ScriptedSocket.live();
    socket.says({ type: "input_audio_buffer.speech_started", item_id: "u", audio_start_ms: 0 });
    socket.says({ type: "input_audio_buffer.speech_stopped", item_id: "u", audio_end_ms: 2000 });
    socket.says({ type: "input_audio_buffer.committed", item_id: "u" });
    socket.session.answer({});
    socket.says({ type: "response.created", response: { id: "r1" } });
    socket.says({
      type: "response.output_item.added",
      response_id: "r1",
      item: { id: "a", type: "message" },
    });
    socket.says({
      type: "response.output_audio.delta",
      item_id: "a",
      delta: new Uint8Array(4800).toBase64(),
    });
    socket.says({ type: "response.done", response: { id: "r1", status: "completed" } });
    expect(socket.events.at(-1)).toMatchObject({ usage: { audioInMs: 2000, audioOutMs: 100 } });
  });

  test("RT8 a socket that drops ends as lost, once, and late events are ignored", async () => {
    const socket = await ScriptedSocket.live();
    socket.drops(1006);
    socket.drops(1006);
    socket.says({ type: "input_audio_buffer.committed", item_id: "late" });
    expect(socket.events).toEqual([{ type: "lost", failure: { kind: "closed", code: 1006 } }]);
  });
});
