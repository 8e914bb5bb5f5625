import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BrainTurn, Decision } from "../../src/local-model/brain.ts";
import type { LocalModel } from "../../src/local-model/server.ts";
import { synthesise } from "../../src/local-model/voice/synthesise.ts";
import { Client, withSilence } from "./client.ts";
import { OTHER_EVENTS, WEBSOCKET_EVENTS } from "./event-types.ts";
import { startMcpServer } from "./scripted-mcp-server.ts";
import type { ScriptedMcpServer } from "./scripted-mcp-server.ts";
import { adds, message, responseIn, startScripted } from "./scripted-model.ts";

let model: LocalModel;
let server: ScriptedMcpServer;

beforeAll(async () => {
  server = await startMcpServer();
  model = await startScripted({ decide, hear: () => "good morning" });
});
afterAll(() => Promise.all([model.close(), server.close()]));

/** "call x" calls x; anything else is answered. */
function decide({ memories }: BrainTurn): Decision {
  const last = memories.at(-1);
  const name = last?.kind === "said" ? /^call (\w+)$/.exec(last.text)?.[1] : undefined;
  return name
    ? { kind: "call", calls: [{ name, arguments: { item: "tea" } }] }
    : { kind: "say", text: "Yes." };
}

async function says(client: Client, text: string, response: Record<string, unknown> = {}): Promise<string> {
  await adds(client, message("user", text));
  await client.send({ type: "response.create", response });
  return String(responseIn(await client.next("response.done")).output[0]?.["id"]);
}

/** One session that meets everything a session can meet. */
async function wholeLife(client: Client): Promise<void> {
  const shop = { type: "mcp", server_label: "shop", server_url: server.url, authorization: "mcp-key" };
  const lost = { type: "mcp", server_label: "lost", server_url: "http://127.0.0.1:1/" };
  const turn_detection = { type: "server_vad", idle_timeout_ms: 5000 };
  const transcription = { model: "gpt-4o-transcribe-diarize" };
  await client.configure({
    tools: [{ ...shop, require_approval: "never" }, lost],
    audio: { input: { turn_detection, transcription } },
  });
  await client.next("mcp_list_tools.completed", "mcp_list_tools.failed");
  await client.next("mcp_list_tools.completed", "mcp_list_tools.failed");
  for (const text of ["call price", "call burn", "call own"]) await says(client, text);
  const written = await says(client, "hello", { output_modalities: ["text"] });
  const spoken = await says(client, "hello");
  await client.send({
    type: "conversation.item.truncate",
    item_id: spoken,
    content_index: 0,
    audio_end_ms: 10,
  });
  await client.send({ type: "conversation.item.retrieve", item_id: written });
  await client.send({ type: "conversation.item.delete", item_id: written });
  await client.send({ type: "ping" });
  await client.speaks(withSilence(synthesise("Good morning.", "slt"), 400, 900));
  // In either order: the transcription is a stream of its own.
  for (let count = 0; count < 2; count++) {
    await client.next("conversation.item.input_audio_transcription.completed", "rate_limits.updated");
  }
  const [session] = model.faults.sessions;
  model.faults.inject(session!.id, "failed-transcription");
  await client.speaks(new Int16Array(24 * 6000));
  await client.next("conversation.item.input_audio_transcription.failed");
  await client.send({ type: "input_audio_buffer.clear" });
  await client.next("input_audio_buffer.cleared");
}

describe("event types", () => {
  it(`LM86 emits ${WEBSOCKET_EVENTS.length} of the ${WEBSOCKET_EVENTS.length} that the schema has for WebSocket sessions, and no other`, async () => {
    const client = new Client(model);
    await wholeLife(client);
    const emitted = [...new Set(client.types)].toSorted();
    expect(emitted).toEqual([...WEBSOCKET_EVENTS].toSorted());
    expect(emitted.filter((type) => (OTHER_EVENTS as readonly string[]).includes(type))).toEqual([]);
    client.close();
  });
});
