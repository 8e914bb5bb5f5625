// A Realtime client for the tests: sends events, and waits for what comes back by type. Nothing here sleeps.

import { WebSocket } from "ws";
import { SAMPLE_RATE_HZ } from "../../src/audio/format.ts";
import type { LocalModel } from "../../src/local-model/server.ts";

export interface ServerEvent {
  readonly type: string;
  readonly event_id: string;
  // The shape depends on the type; each test names the fields it looks at.
  readonly [field: string]: unknown;
}

export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** A wait that is not met in this time fails the test with what did come. */
const PATIENCE_MS = 15_000;

export class Client {
  readonly events: ServerEvent[] = [];
  readonly socket: WebSocket;
  readonly closed: Promise<Closing>;
  readonly #opened: Promise<void>;
  #read = 0;
  #arrived: () => void = () => {};

  constructor(
    model: LocalModel,
    query = "?model=gpt-realtime-2.1",
    key = "any",
    protocols: string[] = [],
    headers: Readonly<Record<string, string>> = {},
    sendsKey = true,
  ) {
    this.socket = new WebSocket(`${model.url}${query}`, protocols, {
      headers: { ...(sendsKey ? { authorization: `Bearer ${key}` } : {}), ...headers },
    });
    this.#opened = new Promise((resolve, reject) => {
      this.socket.once("open", () => resolve());
      this.socket.once("error", reject);
    });
    this.closed = new Promise((resolve) => {
      this.socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.socket.on("message", (data: Buffer) => {
      this.events.push(JSON.parse(data.toString()) as ServerEvent);
      this.#arrived();
    });
  }

  /** The types of all events so far. */
  get types(): string[] {
    return this.events.map((event) => event.type);
  }

  async send(event: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#opened;
    this.socket.send(JSON.stringify(event));
  }

  /** The next event of this type (or one of these) that no earlier wait has passed. */
  async next(...types: readonly string[]): Promise<ServerEvent> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      for (; this.#read < this.events.length; this.#read++) {
        const event = this.events[this.#read]!;
        if (types.includes(event.type)) {
          this.#read++;
          return event;
        }
      }
      await new Promise<void>((resolve, reject) => {
        this.#arrived = resolve;
        const message = `no ${types.join(" or ")} came; there were: ${this.types.slice(-12).join(", ")}`;
        setTimeout(() => reject(new Error(message)), deadline - Date.now()).unref();
      });
    }
  }

  /** A session with these settings. */
  async configure(session: Readonly<Record<string, unknown>>): Promise<ServerEvent> {
    await this.send({ type: "session.update", session: { type: "realtime", ...session } });
    return this.next("session.updated");
  }

  /** A typed turn and the request for its answer. */
  async asks(text: string, response?: Readonly<Record<string, unknown>>): Promise<void> {
    const content = [{ type: "input_text", text }];
    await this.send({ type: "conversation.item.create", item: { type: "message", role: "user", content } });
    await this.send({ type: "response.create", ...(response ? { response } : {}) });
  }

  /** Sends audio in frames of 40 ms, as fast as the socket takes them. */
  async speaks(samples: Int16Array): Promise<void> {
    for (let at = 0; at < samples.length; at += 960) {
      const audio = base64(samples.slice(at, at + 960));
      await this.send({ type: "input_audio_buffer.append", audio });
    }
  }

  /** Answers the function call in a finished response, and asks for the next one. */
  async returns(done: ServerEvent, output: string): Promise<void> {
    const [call] = (done["response"] as { output: { call_id: string }[] }).output;
    const item = { type: "function_call_output", call_id: call?.call_id, output };
    await this.send({ type: "conversation.item.create", item });
    await this.send({ type: "response.create" });
  }

  close(): void {
    this.socket.close(1000);
  }
}

export function base64(samples: Int16Array): string {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString("base64");
}

/** Speech with silence around it, as a microphone would give it. */
export function withSilence(samples: Int16Array, beforeMs: number, afterMs: number): Int16Array {
  const before = (beforeMs * SAMPLE_RATE_HZ) / 1000;
  const all = new Int16Array(before + samples.length + (afterMs * SAMPLE_RATE_HZ) / 1000);
  all.set(samples, before);
  return all;
}

/** All audio of one response, decoded. */
export function audioOf(events: readonly ServerEvent[], responseId: unknown): Int16Array {
  const deltas = events.filter(
    (event) => event.type === "response.output_audio.delta" && event["response_id"] === responseId,
  );
  const bytes = Buffer.concat(deltas.map((event) => Buffer.from(String(event["delta"]), "base64")));
  return new Int16Array(new Uint8Array(bytes).buffer);
}

export const TIME_TOOL = {
  type: "function",
  name: "current_time",
  description: 'The local time in a place, for example "What time is it in Tokyo?"',
  parameters: { type: "object", properties: { place: { type: "string" } }, required: ["place"] },
} as const;
