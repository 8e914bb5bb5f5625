import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { LocalModel } from "../../src/local-model/server.ts";
import { synthesise } from "../../src/local-model/voice/synthesise.ts";
import { audioOf, Client, withSilence } from "./client.ts";
import type { ServerEvent } from "./client.ts";
import { responseIn, startScripted } from "./scripted-model.ts";

let model: LocalModel;
let client: Client;
let words = "what time is it in tokyo";
let hearings = 0;

beforeAll(async () => {
  const hear = (): string => {
    hearings++;
    return words;
  };
  const decide = (): { kind: "say"; text: string } => ({ kind: "say", text: "One. Two. Three." });
  model = await startScripted({ hear, decide, clauseMs: 600 }, { audioPace: 4, faults: true });
});
afterAll(() => model.close());
afterEach(() => {
  client.close();
  words = "what time is it in tokyo";
  hearings = 0;
});

const speech = synthesise("What time is it in Tokyo?", "slt");
const SPEECH_MS = speech.length / 24;
const turn = withSilence(speech, 500, 900);

async function detecting(turn_detection: unknown, more: object = {}): Promise<void> {
  client = new Client(model);
  await client.configure({ audio: { input: { turn_detection, ...more } } });
}

const silence = (ms: number): Int16Array => new Int16Array(ms * 24);
const count = (type: string): number => client.types.filter((each) => each === type).length;
const ms = (event: ServerEvent, field: string): number => Number(event[field]);

/** Speaks while a response is under way, and returns that response's end. */
async function speaksOver(turn_detection: unknown): Promise<ReturnType<typeof responseIn>> {
  await detecting(turn_detection);
  await client.send({ type: "response.create" });
  await client.next("response.output_audio.delta");
  await client.speaks(turn);
  return responseIn(await client.next("response.done"));
}

describe("user turns", () => {
  it("LM72 with both on: speech stops the response, and its end asks for another", async () => {
    const first = await speaksOver({ type: "server_vad", create_response: true, interrupt_response: true });
    expect(first).toMatchObject({ status: "cancelled", status_details: { reason: "turn_detected" } });
    expect(responseIn(await client.next("response.done"))).toMatchObject({ status: "completed" });
    expect(count("response.created")).toBe(2);
  });

  it("LM72 without interruption: the response runs to its end, and only then the other begins", async () => {
    const first = await speaksOver({ type: "server_vad", create_response: true, interrupt_response: false });
    expect(first).toMatchObject({ status: "completed" });
    const second = responseIn(await client.next("response.created"));
    expect(second.id).not.toBe(first.id);
    expect(client.types.indexOf("input_audio_buffer.committed")).toBeLessThan(
      client.types.lastIndexOf("response.created"),
    );
    expect(count("error")).toBe(0);
  });

  it("LM72 without creation: speech stops the response, and nothing else begins", async () => {
    const first = await speaksOver({ type: "server_vad", create_response: false, interrupt_response: true });
    expect(first).toMatchObject({ status: "cancelled" });
    await client.next("input_audio_buffer.committed");
    await client.configure({});
    expect(count("response.created")).toBe(1);
  });

  it("LM72 with neither: speech is only committed", async () => {
    const first = await speaksOver({ type: "server_vad", create_response: false, interrupt_response: false });
    expect(first).toMatchObject({ status: "completed" });
    await client.configure({});
    expect([count("input_audio_buffer.committed"), count("response.created")]).toEqual([1, 1]);
  });

  it("LM73 ends a turn that sounds finished soon, sooner the more eager", async () => {
    const ends: number[] = [];
    for (const eagerness of ["high", "medium", "low"]) {
      await detecting({ type: "semantic_vad", eagerness, create_response: false });
      await client.speaks(withSilence(speech, 500, 1500));
      const stopped = await client.next("input_audio_buffer.speech_stopped");
      ends.push(ms(stopped, "audio_end_ms"));
      client.close();
    }
    expect(ends[1]! - ends[0]!).toBe(300);
    expect(ends[2]! - ends[1]!).toBe(400);
    expect(ends[0]).toBeLessThan(500 + SPEECH_MS + 500);
  });

  it("LM73 waits for somebody who stopped in the middle of a sentence, up to its limit", async () => {
    words = "what time is it in";
    await detecting({ type: "semantic_vad", eagerness: "high", create_response: false });
    await client.speaks(withSilence(speech, 500, 2500));
    const waited = ms(await client.next("input_audio_buffer.speech_stopped"), "audio_end_ms");
    client.close();
    words = "what time is it in tokyo";
    await detecting({ type: "semantic_vad", eagerness: "high", create_response: false });
    await client.speaks(withSilence(speech, 500, 2500));
    const stopped = ms(await client.next("input_audio_buffer.speech_stopped"), "audio_end_ms");
    expect(waited - stopped).toBe(2000 - 300);
  });

  it("LM73 makes one turn of two halves with a pause between them", async () => {
    words = "what time is it in";
    await detecting({ type: "semantic_vad", eagerness: "low" });
    await client.speaks(withSilence(speech, 500, 1800));
    await client.configure({});
    expect(hearings).toBe(1);
    words = "what time is it in tokyo";
    await client.speaks(withSilence(speech, 0, 1800));
    const stopped = await client.next("input_audio_buffer.speech_stopped");
    expect(ms(stopped, "audio_end_ms")).toBeGreaterThan(500 + 2 * SPEECH_MS + 1800);
    await client.next("response.done");
    expect([count("input_audio_buffer.speech_started"), count("input_audio_buffer.committed")]).toEqual([
      1, 1,
    ]);
  });

  it("LM74 leaves the turns to the client when detection is off, and finds them again when it is on", async () => {
    await detecting(null);
    await client.speaks(turn);
    await client.send({ type: "input_audio_buffer.commit" });
    const committed = await client.next("input_audio_buffer.committed");
    expect(client.types.slice(0, client.events.indexOf(committed))).toEqual([
      "session.created",
      "session.updated",
    ]);
    await client.configure({
      audio: { input: { turn_detection: { type: "server_vad", create_response: false } } },
    });
    await client.speaks(turn);
    const started = await client.next("input_audio_buffer.speech_started");
    // Times count all audio of the session, whoever cut it into turns.
    expect(ms(started, "audio_start_ms")).toBeGreaterThan(turn.length / 24);
  });

  it("LM74 takes a commit in the middle of speech under the announced id, without speech_stopped or a response", async () => {
    await detecting({ type: "server_vad" });
    await client.speaks(withSilence(speech, 500, 0).slice(0, 24 * 1300));
    const started = await client.next("input_audio_buffer.speech_started");
    await client.send({ type: "input_audio_buffer.commit" });
    const committed = await client.next("input_audio_buffer.committed");
    expect(committed["item_id"]).toBe(started["item_id"]);
    expect(await client.next("conversation.item.added")).toMatchObject({ item: { id: started["item_id"] } });
    await client.configure({});
    expect([count("input_audio_buffer.speech_stopped"), count("response.created")]).toEqual([0, 0]);
    await client.send({ type: "input_audio_buffer.clear" });
    await client.next("input_audio_buffer.cleared");
    await client.send({ type: "input_audio_buffer.commit" });
    expect((await client.next("error"))["error"]).toMatchObject({ code: "input_audio_buffer_commit_empty" });
  });

  it("LM75 speaks again when nobody does for idle_timeout_ms, counted in audio from the end of playback", async () => {
    await detecting(
      { type: "server_vad", idle_timeout_ms: 5000 },
      { transcription: { model: "gpt-realtime-whisper" } },
    );
    await client.send({ type: "response.create" });
    const { id } = responseIn(await client.next("response.done"));
    await client.next("rate_limits.updated");
    const from = client.events.length;
    const spokenMs = audioOf(client.events, id).length / 24;
    expect(spokenMs).toBeGreaterThan(0);
    // Speech went out before the first microphone audio came.
    await client.speaks(silence(spokenMs + 4960));
    await client.configure({});
    expect(count("input_audio_buffer.timeout_triggered")).toBe(0);
    await client.speaks(silence(80));
    const timeout = await client.next("input_audio_buffer.timeout_triggered");
    expect(timeout).toMatchObject({ audio_start_ms: spokenMs, audio_end_ms: spokenMs + 5000 });
    await client.next("response.done");
    const events = client.events.slice(from).filter(({ type }) => type !== "session.updated");
    const U = timeout["item_id"];
    const S = (events[1]!["item"] as { id: string }).id;
    expect(events.slice(0, 7)).toMatchObject([
      { type: "input_audio_buffer.timeout_triggered" },
      { type: "conversation.item.added", item: { role: "system", content: [{ type: "input_text" }] } },
      { type: "conversation.item.done", item: { id: S } },
      { type: "input_audio_buffer.committed", previous_item_id: S, item_id: U },
      {
        type: "conversation.item.added",
        item: { id: U, role: "user", content: [{ type: "input_audio", transcript: null }] },
      },
      { type: "conversation.item.done", item: { id: U } },
      { type: "response.created" },
    ]);
    const transcript = events.find(({ type }) => type.endsWith("transcription.completed"));
    expect(transcript).toMatchObject({ item_id: U, transcript: "", usage: { type: "duration", seconds: 0 } });
  });

  it("LM75 does not wait for somebody before the first answer, nor while they speak", async () => {
    await detecting({ type: "server_vad", idle_timeout_ms: 5000, silence_duration_ms: 9000 });
    await client.speaks(silence(7000));
    await client.send({ type: "response.create" });
    await client.next("response.done");
    await client.speaks(withSilence(speech, 500, 7000));
    await client.configure({});
    expect(count("input_audio_buffer.timeout_triggered")).toBe(0);
  });
});
