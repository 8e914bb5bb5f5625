// A realtime socket from a script: records the client events of a session and lets the test speak for the upstream.

import type { ModelEvent, ModelSetup } from "../../src/conversation/ports.ts";
import { DialError } from "../../src/realtime/dial.ts";
import type { SocketListener } from "../../src/realtime/dial.ts";
import type { Failure } from "../../src/errors.ts";
import { RealtimeSession } from "../../src/realtime/session.ts";
import { ManualClock } from "./manual-clock.ts";
import { silentLog } from "./silent-log.ts";
import { PLAIN } from "./policies.ts";

export const SETUP: ModelSetup = {
  instructions: "Be brief.",
  voice: "marin",
  policy: {
    ...PLAIN,
    turnDetection: { type: "server_vad", threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500 },
  },
  tools: [],
  maxOutputTokens: 1000,
  contextTokens: 16_000,
};

export type SentEvent = { type: string } & Record<string, unknown>;

export class ScriptedSocket {
  readonly sent: SentEvent[] = [];
  readonly events: ModelEvent[] = [];
  readonly heard: { itemId: string; bytes: number }[] = [];
  readonly clock = new ManualClock();
  closed: number | undefined;
  #listener: SocketListener | undefined;
  #ids = 0;
  readonly session: RealtimeSession;

  constructor(refuses?: Failure) {
    this.session = new RealtimeSession({
      dial: async (listener) => {
        if (refuses !== undefined) throw new DialError(refuses);
        this.#listener = listener;
        return {
          send: (text) => void this.sent.push(JSON.parse(text) as SentEvent),
          close: (code) => {
            this.closed = code;
          },
        };
      },
      setup: SETUP,
      listener: {
        event: (event) => void this.events.push(event),
        audio: (itemId, pcm) => void this.heard.push({ itemId, bytes: pcm.byteLength }),
      },
      transcriptionModel: "gpt-realtime-whisper",
      pricedModel: "gpt-realtime-2.1",
      clock: this.clock,
      newId: (prefix) => `${prefix}_${++this.#ids}`,
      log: silentLog,
    });
  }

  /** The upstream says. */
  says(event: SentEvent | string): void {
    this.#listener!.message(typeof event === "string" ? event : JSON.stringify(event));
  }

  drops(code: number): void {
    this.#listener!.closed(code);
  }

  types(): string[] {
    return this.sent.map((event) => event.type);
  }

  eventTypes(): string[] {
    return this.events.map((event) => event.type);
  }

  /** Lets the dial's promise settle. */
  async dialled(): Promise<void> {
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
  }

  /** A session that has gone live with nothing to replay. */
  static async live(): Promise<ScriptedSocket> {
    const socket = new ScriptedSocket();
    await socket.dialled();
    socket.says({ type: "session.created", session: { id: "sess_1", expires_at: 1_800_003_600 } });
    socket.says({ type: "session.updated", session: { id: "sess_1" } });
    socket.session.replay([]);
    socket.sent.length = 0;
    socket.events.length = 0;
    return socket;
  }
}
