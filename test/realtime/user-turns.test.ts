// The user's turns as a session hears them, against a scripted socket.

import { describe, expect, test } from "vitest";
import { FRAME_BYTES, FRAME_MS } from "../../src/audio/format.ts";
import { MAX_RETRIEVED_MS, RETRIEVE_TIMEOUT_MS } from "../../src/realtime/failed-turns.ts";
import { ScriptedSocket } from "../support/scripted-socket.ts";

const BUFFER = "input_audio_buffer";
const FAILED = {
  type: "conversation.item.input_audio_transcription.failed",
  item_id: "up",
  error: { code: "transcription_failed" },
};

async function withFailedTurn(audioMs = 1000): Promise<ScriptedSocket> {
  const socket = await ScriptedSocket.live();
  socket.says({ type: `${BUFFER}.speech_started`, item_id: "up", audio_start_ms: 0 });
  socket.says({ type: `${BUFFER}.speech_stopped`, item_id: "up", audio_end_ms: audioMs });
  socket.says({ type: `${BUFFER}.committed`, item_id: "up" });
  socket.events.length = 0;
  socket.says(FAILED);
  return socket;
}

describe("a turn whose transcription failed", () => {
  test("RT12 its sound is asked back, and it is told as failed together with it", async () => {
    const socket = await withFailedTurn();
    expect(socket.sent).toMatchObject([{ type: "conversation.item.retrieve", item_id: "up" }]);
    expect(socket.events).toEqual([]);
    const pcm = Uint8Array.from({ length: 4800 }, (_, index) => index & 255);
    const content = [{ type: "input_audio", transcript: null, audio: pcm.toBase64() }];
    const item = { id: "up", type: "message", role: "user", content };
    socket.says({ type: "conversation.item.retrieved", item });
    const told = { type: "user_transcript_failed", itemId: "item_1", code: "transcription_failed" };
    expect(socket.events).toEqual([{ ...told, pcm }]);
    // A second one, and the time that was set, are no news.
    socket.says({ type: "conversation.item.retrieved", item });
    socket.clock.advance(RETRIEVE_TIMEOUT_MS);
    expect(socket.events).toHaveLength(1);
  });

  test("RT12 an upstream that refuses, does not answer or gives no sound back leaves it failed without", async () => {
    const told = { type: "user_transcript_failed", itemId: "item_1", code: "transcription_failed" };
    const refusing = await withFailedTurn();
    const [request] = refusing.sent;
    const error = { code: "item_retrieve_invalid_item_id", event_id: request!["event_id"] };
    refusing.says({ type: "error", error });
    expect(refusing.events).toEqual([told]);

    const silent = await withFailedTurn();
    silent.clock.advance(RETRIEVE_TIMEOUT_MS);
    expect(silent.events[0]).toEqual(told);

    const empty = await withFailedTurn();
    empty.says({ type: "conversation.item.retrieved", item: { id: "up", type: "message", content: [] } });
    expect(empty.events).toEqual([told]);

    const long = await withFailedTurn(MAX_RETRIEVED_MS + 1);
    expect(long.sent).toEqual([]);
    expect(long.events).toEqual([told]);
  });

  test("RT12 a session that ends meanwhile tells nothing of it: the turn will be heard again", async () => {
    const socket = await withFailedTurn();
    socket.drops(1006);
    socket.clock.advance(RETRIEVE_TIMEOUT_MS);
    expect(socket.eventTypes()).toEqual(["lost"]);
  });
});

describe("how long a turn was", () => {
  test("CB7 a turn that is committed before its end was heard counts what was sent of it", async () => {
    const socket = await ScriptedSocket.live();
    const send = (ms: number) => {
      for (let sent = 0; sent < ms; sent += FRAME_MS) socket.session.appendAudio(new Uint8Array(FRAME_BYTES));
    };
    send(2000);
    socket.says({ type: `${BUFFER}.speech_started`, item_id: "a", audio_start_ms: 800 });
    socket.says({ type: `${BUFFER}.committed`, item_id: "a" });
    // Nobody announced this one: it is all that was buffered since.
    send(1000);
    socket.says({ type: `${BUFFER}.committed`, item_id: "b" });
    send(400);
    socket.says({ type: `${BUFFER}.cleared` });
    send(600);
    socket.says({ type: `${BUFFER}.committed`, item_id: "c" });
    const turns = socket.events.flatMap((event) => (event.type === "user_turn" ? [event.audioMs] : []));
    expect(turns).toEqual([1200, 1000, 600]);
  });
});
