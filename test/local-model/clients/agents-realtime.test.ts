// The official agents SDK, as it comes from npm, with its own defaults: semantic turn detection, transcription, its
// own handling of interruptions, its own history. What is checked is what its user is shown.

import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession, tool } from "@openai/agents-realtime";
import type { RealtimeItem } from "@openai/agents-realtime";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { z } from "zod";
import { startLocalModel } from "../../../src/local-model/server.ts";
import type { LocalModel } from "../../../src/local-model/server.ts";
import { synthesise } from "../../../src/local-model/voice/synthesise.ts";
import { EventInbox } from "./event-inbox.ts";
import { Microphone } from "./microphone.ts";
import { heardIn, joined } from "./said-time.ts";

const TIMES: Readonly<Record<string, string>> = { Tokyo: "9:42 PM", Paris: "6:15 AM", London: "5:42 PM" };

let model: LocalModel;
let call: Call;

beforeAll(async () => {
  model = await startLocalModel({ port: 0, tls: true, audioPace: 2 });
});
afterAll(() => model.close());
afterEach(() => call.end());

/** One user's call: a session with a microphone, and what the SDK told about it. */
class Call {
  readonly inbox = new EventInbox<{ readonly type: string }>();
  readonly errors: unknown[] = [];
  readonly toolRuns: string[] = [];
  readonly session: RealtimeSession;
  readonly #audio = new Map<string, Uint8Array[]>();
  #microphone: Microphone | undefined;

  constructor() {
    const currentTime = tool({
      name: "current_time",
      description: 'The local time in a place, for example "What time is it in Tokyo?"',
      parameters: z.object({ place: z.string() }),
      execute: ({ place }) => {
        this.toolRuns.push(place);
        return JSON.stringify({ place, time: TIMES[place] });
      },
    });
    const agent = new RealtimeAgent({
      name: "Clerk",
      instructions: "You tell the time.",
      tools: [currentTime],
    });
    const transport = new OpenAIRealtimeWebSocket({
      url: `${model.url}?model=gpt-realtime-2.1`,
      // The documented way to a socket of one's own making, here one that trusts the server's certificate.
      createWebSocket: ({ url, apiKey }) => Promise.resolve(socketTo(url, apiKey)),
    });
    this.session = new RealtimeSession(agent, { transport, model: "gpt-realtime-2.1" });
    this.session.on("error", (error) => this.errors.push(error));
    this.session.on("transport_event", this.inbox.take);
    this.session.on("audio_interrupted", () => this.inbox.take({ type: "sdk:audio_interrupted" }));
    this.session.on("audio", ({ responseId, data }) => {
      this.#audio.set(responseId, [...(this.#audio.get(responseId) ?? []), new Uint8Array(data)]);
    });
  }

  async begin(): Promise<void> {
    await this.session.connect({ apiKey: "sk-local" });
    await this.inbox.next("session.updated");
    this.#microphone = new Microphone((frame) => this.session.sendAudio(frame.buffer));
  }

  says(text: string): void {
    this.#microphone?.hears(synthesise(text, "slt"));
  }

  async hearsAnswer(): Promise<string> {
    const done = (await this.inbox.next("response.output_audio.done")) as unknown as { response_id: string };
    await this.inbox.next("response.done");
    return heardIn(joined(this.#audio.get(done.response_id) ?? []));
  }

  end(): void {
    this.#microphone?.switchOff();
    this.session.close();
  }
}

function socketTo(url: string, apiKey: string): WebSocket {
  return new WebSocket(url, { ca: model.certificate, headers: { authorization: `Bearer ${apiKey}` } });
}

/** One line per item of the history. */
function lines(history: readonly RealtimeItem[]): string[] {
  return history.map((item) => {
    if (item.type === "message") {
      const words = item.content.map((part) =>
        "text" in part ? part.text : "transcript" in part ? part.transcript : "",
      );
      return `${item.role}${"status" in item && item.status === "incomplete" ? " (cut)" : ""}: ${words.join(" ")}`;
    }
    if (item.type === "function_call") return `${item.name}(${item.arguments}) = ${item.output}`;
    return item.type;
  });
}

describe("agents SDK", () => {
  it("CL3 holds a spoken conversation with a tool, an interruption and a typed message, and remembers it rightly", async () => {
    call = new Call();
    await call.begin();
    call.says("What time is it in Tokyo?");
    expect(await call.hearsAnswer()).toBe("it is nine forty two p.m. in tokyo");

    call.says("What time is it in Paris?");
    await call.inbox.next("response.output_audio.delta");
    call.says("What time is it in London?");
    await call.inbox.next("sdk:audio_interrupted");
    expect(await call.inbox.next("response.done")).toMatchObject({
      response: { status: "cancelled", status_details: { reason: "turn_detected" } },
    });
    await call.inbox.next("conversation.item.truncated");
    expect(await call.hearsAnswer()).toBe("it is five forty two p.m. in london");

    call.session.sendMessage("and what time is it in Tokyo?");
    expect(await call.hearsAnswer()).toBe("it is nine forty two p.m. in tokyo");

    const [tokyo, paris, london] = Object.entries(TIMES).map(
      ([place, time]) => `current_time({"place":"${place}"}) = {"place":"${place}","time":"${time}"}`,
    );
    expect(lines(call.session.history)).toEqual([
      "user: What time is it in Tokyo?",
      tokyo,
      "assistant: It is 9:42 PM in Tokyo.",
      "user: What time is it in Paris?",
      paris,
      "assistant (cut): It is 6:15 AM in Paris.",
      "user: What time is it in London?",
      london,
      "assistant: It is 5:42 PM in London.",
      "user: and what time is it in Tokyo?",
      tokyo,
      "assistant: It is 9:42 PM in Tokyo.",
    ]);
    expect(call.toolRuns).toEqual(["Tokyo", "Paris", "London", "Tokyo"]);
    expect(call.session.usage.totalTokens).toBeGreaterThan(0);
    expect(call.errors).toEqual([]);
  });

  it("CL4 stops speaking at the press of a button, and answers the next message", async () => {
    call = new Call();
    await call.begin();
    call.session.sendMessage("What time is it in Paris?");
    await call.inbox.next("response.output_audio.delta");
    call.session.interrupt();
    expect(await call.inbox.next("response.done")).toMatchObject({
      response: { status: "cancelled", status_details: { reason: "client_cancelled" } },
    });
    await call.inbox.next("conversation.item.retrieved");
    call.session.sendMessage("What time is it in London?");
    expect(await call.hearsAnswer()).toBe("it is five forty two p.m. in london");
    expect(lines(call.session.history)[2]).toMatch(/^assistant \(cut\): /);
    expect(call.errors).toEqual([]);
  });

  it("CL5 takes back what is removed from the history, and takes in what is added", async () => {
    call = new Call();
    await call.begin();
    const message = (itemId: string, text: string): RealtimeItem => ({
      itemId,
      type: "message",
      role: "user",
      status: "completed",
      content: [{ type: "input_text", text }],
    });
    call.session.updateHistory([message("first", "My name is Ada."), message("second", "Good evening.")]);
    await call.inbox.next("conversation.item.done");
    await call.inbox.next("conversation.item.done");
    expect(call.session.history.map(({ itemId }) => itemId)).toEqual(["first", "second"]);
    call.session.updateHistory([message("first", "My name is Ada."), message("between", "I live in Paris.")]);
    await call.inbox.next("conversation.item.deleted");
    await call.inbox.next("conversation.item.done");
    expect(lines(call.session.history)).toEqual(["user: My name is Ada.", "user: I live in Paris."]);
    expect(call.errors).toEqual([]);
  });
});
