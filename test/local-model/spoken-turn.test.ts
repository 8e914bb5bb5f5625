import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { recogniserFor } from "../../src/local-model/hearing/recogniser.ts";
import { startLocalModel } from "../../src/local-model/server.ts";
import type { LocalModel } from "../../src/local-model/server.ts";
import { synthesise } from "../../src/local-model/voice/synthesise.ts";
import { audioOf, Client, TIME_TOOL, withSilence } from "./client.ts";

let model: LocalModel;
let client: Client;

beforeAll(async () => {
  model = await startLocalModel({ port: 0, audioPace: 5 });
});
afterAll(() => model.close());
afterEach(() => client.close());

const transcription = { model: "gpt-realtime-whisper" };
const question = withSilence(synthesise("What time is it in Tokyo?", "slt"), 400, 900);

describe("spoken turn", () => {
  it("LM40 hears a question in one voice, calls the tool, and answers in another", async () => {
    client = new Client(model);
    await client.configure({ tools: [TIME_TOOL], audio: { input: { transcription } } });
    const from = client.events.length;
    await client.speaks(question);
    const called = await client.next("response.done");
    const types = client.types.slice(from);
    expect(types.slice(0, 6)).toEqual([
      "input_audio_buffer.speech_started",
      "input_audio_buffer.speech_stopped",
      "input_audio_buffer.committed",
      "conversation.item.added",
      "conversation.item.done",
      "response.created",
    ]);
    const ids = client.events.slice(from, from + 3).map((event) => event["item_id"]);
    expect(new Set(ids).size).toBe(1);
    const heard = client.events.find(({ type }) => type.endsWith("transcription.completed"));
    expect(heard).toMatchObject({
      item_id: ids[0],
      transcript: expect.stringMatching(/what time is it in tokyo/i),
      usage: { type: "duration" },
    });
    expect((called["response"] as { output: unknown[] }).output[0]).toMatchObject({
      name: "current_time",
      arguments: '{"place":"Tokyo"}',
    });
    await client.returns(called, JSON.stringify({ place: "Tokyo", time: "9:42 PM" }));
    const said = (await client.next("response.done"))["response"] as { id: string };
    const { recognise } = await recogniserFor(["it is {clock} in {city}"], {
      clock: ["nine forty two p.m.", "nine forty two a.m.", "five forty two p.m.", "nine twenty two p.m."],
      city: ["tokyo", "toronto", "paris"],
    });
    expect(recognise(audioOf(client.events, said.id))).toBe("it is nine forty two p.m. in tokyo");
  });

  it("LM41 stops in the middle of an answer when somebody speaks, and not a delta follows", async () => {
    client = new Client(model);
    await client.configure({ tools: [TIME_TOOL] });
    await client.asks("who are you");
    const speaking = await client.next("response.output_audio.delta");
    await client.speaks(question);
    const started = await client.next("input_audio_buffer.speech_started");
    const done = await client.next("response.done");
    expect(done["response"]).toMatchObject({
      id: speaking["response_id"],
      status: "cancelled",
      status_details: { type: "cancelled", reason: "turn_detected" },
    });
    const from = client.events.indexOf(started);
    expect(client.types.slice(from, from + 8)).toEqual([
      "input_audio_buffer.speech_started",
      "response.output_audio.done",
      "response.output_audio_transcript.done",
      "response.content_part.done",
      "conversation.item.done",
      "response.output_item.done",
      "response.done",
      "rate_limits.updated",
    ]);
    const answer = await client.next("response.done");
    const late = client.events
      .slice(from)
      .filter(
        (event) =>
          event.type === "response.output_audio.delta" && event["response_id"] === speaking["response_id"],
      );
    expect(late).toEqual([]);
    expect(answer["response"]).toMatchObject({ output: [{ name: "current_time" }] });
  });

  it("LM42 leaves the response alone and waits for the client when it is told to", async () => {
    client = new Client(model);
    const turn_detection = { type: "server_vad", create_response: false, interrupt_response: false };
    await client.configure({ tools: [TIME_TOOL], audio: { input: { turn_detection, transcription } } });
    await client.send({
      type: "response.create",
      response: { instructions: 'Say exactly: "One moment, please, I am listening to you."' },
    });
    await client.next("response.output_audio.delta");
    await client.speaks(question);
    await client.next("conversation.item.input_audio_transcription.completed");
    const created = client.types.filter((type) => type === "response.created");
    expect(created.length).toBe(1);
    const finished =
      client.events.find(({ type }) => type === "response.done") ?? (await client.next("response.done"));
    expect(finished["response"]).toMatchObject({ status: "completed" });
    await client.send({ type: "response.create" });
    expect(await client.next("response.function_call_arguments.done")).toMatchObject({
      arguments: '{"place":"Tokyo"}',
    });
  });

  it("LM43 fills the argument it asked for from the next spoken turn", async () => {
    client = new Client(model);
    await client.configure({ tools: [TIME_TOOL] });
    await client.asks("what time is it");
    expect(await client.next("response.output_audio_transcript.done")).toMatchObject({
      transcript: "Which place?",
    });
    await client.next("response.done");
    await client.speaks(withSilence(synthesise("Paris.", "rms"), 300, 900));
    const done = await client.next("response.done");
    expect(done["response"]).toMatchObject({ output: [{ arguments: '{"place":"Paris"}' }] });
  });

  it("LM45 takes a spoken note in ordinary words", async () => {
    client = new Client(model);
    const note = {
      type: "function",
      name: "save_note",
      description: "Keeps a note.",
      parameters: { type: "object", properties: { note: { type: "string" } }, required: ["note"] },
    };
    await client.configure({ tools: [TIME_TOOL, note] });
    await client.asks("make a note");
    await client.next("response.done");
    await client.speaks(withSilence(synthesise("The meeting is on Monday.", "rms"), 300, 900));
    const done = await client.next("response.done");
    expect(done["response"]).toMatchObject({
      output: [{ name: "save_note", arguments: '{"note":"the meeting is on monday"}' }],
    });
  });

  it("LM44 serves sessions side by side, each with its own tools", async () => {
    const others = Array.from({ length: 4 }, () => new Client(model));
    client = others[0]!;
    const answers = await Promise.all(
      others.map(async (other, index) => {
        const tool = { ...TIME_TOOL, name: `current_time_${index}` };
        await other.configure({ tools: [tool] });
        await other.speaks(question);
        const done = await other.next("response.done");
        other.close();
        return (done["response"] as { output: { name: string; arguments: string }[] }).output[0];
      }),
    );
    expect(answers.map((call) => call?.name)).toEqual([0, 1, 2, 3].map((index) => `current_time_${index}`));
    expect(new Set(answers.map((call) => call?.arguments))).toEqual(new Set(['{"place":"Tokyo"}']));
  });
});
