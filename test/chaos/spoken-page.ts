// The page without a browser: the page's own classes from the socket to the playback queue, between a microphone that
// brings exact samples in real time and a speaker that plays them. What the user would see is in `transcript` and `state`.

import { FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ } from "../../src/audio/format.ts";
import { Call } from "../../src/browser/call.ts";
import type { CallStatus } from "../../src/browser/call-status.ts";
import { browserClock } from "../../src/browser/clock.ts";
import type { ConversationApi } from "../../src/browser/conversation-api.ts";
import type { StoredConversation } from "../../src/browser/conversation-memory.ts";
import { WebSocket } from "ws";
import { ConversationSocket } from "../../src/browser/socket.ts";
import type { WebSocketLike } from "../../src/browser/socket.ts";
import { Transcript } from "../../src/browser/transcript.ts";
import { Player } from "../../src/browser/worklets/player.ts";
import type { ConversationMessage } from "../../src/protocol/messages.ts";
import { HeardAudio } from "./heard-audio.ts";

/** The speaker plays so much faster than a real one, and with it the runs go. */
export const SPEAKER_SPEED = 3;
const SPEAKER_TICK_MS = 10;
const QUANTUM = 128;
export const REPORT_EVERY_MS = 200;
/** How soon somebody presses again who was told that the server cannot be reached. */
const PRESS_AGAIN_MS = 500;
/** Not worth a line each: they come by the dozen. */
const UNTRACED = new Set(["caption", "playback", "usage", "audio", "ping", "pong"]);
const MAX_TRACED_CHARS = 160;
/** A still room, louder than nothing: each frame is unlike any other, and can be found again. */
const ROOM_NOISE = 16;

export class SpokenPage {
  readonly transcript = new Transcript(() => undefined);
  readonly call: Call;
  readonly heard = new HeardAudio();
  onMessage: (message: ConversationMessage) => void = () => undefined;
  onState: (state: string) => void = () => undefined;
  /** What came, and when, for a run that went wrong. */
  readonly trace: string[] = [];
  #status: CallStatus | undefined;
  #conversation: StoredConversation | null = null;
  #saying: { samples: Int16Array; at: number; said: () => void } | undefined;
  #isMicrophoneOpen = false;
  readonly #random: () => number;
  readonly #player: Player;
  readonly #output = new Float32Array(QUANTUM);
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(url: string, address: string, random: () => number) {
    this.#random = random;
    this.#player = new Player(SAMPLE_RATE_HZ, { reportEveryMs: REPORT_EVERY_MS }, (message) => {
      if (message.type !== "played") return;
      this.heard.played(message);
      this.call.onPlayed(message);
    });
    const newId = (): string =>
      Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join("");
    const streamId = newId();
    const pageId = newId();
    this.call = new Call({
      api: apiOf(url, address),
      memory: {
        load: () => this.#conversation,
        save: (conversation) => void (this.#conversation = conversation),
        forget: () => void (this.#conversation = null),
      },
      microphone: {
        open: async () => {
          this.#isMicrophoneOpen = true;
          return null;
        },
        close: () => void (this.#isMicrophoneOpen = false),
        recycle: () => undefined,
      },
      speaker: {
        prepare: () => undefined,
        begin: (itemId, fromMs) => {
          this.heard.begin(itemId, fromMs);
          this.#player.receive({ type: "begin", itemId, fromMs });
        },
        push: (samples) => {
          this.heard.push(samples.byteLength);
          this.#player.receive({ type: "audio", samples });
        },
        end: (itemId, totalMs) => {
          this.heard.end(itemId, totalMs);
          this.#player.receive({ type: "end", itemId, totalMs });
        },
        flush: () => {
          this.#player.receive({ type: "flush", latencyMs: 0 });
          this.heard.flushed();
        },
        hold: () => this.#player.receive({ type: "hold" }),
        resume: () => this.#player.receive({ type: "resume" }),
      },
      transcript: this.transcript,
      socket: (listener) =>
        new ConversationSocket(
          {
            dial: (to, protocols) => dial(to, protocols, (message) => this.#note(">", message)),
            socketUrl: (id) => `${url.replace("http:", "ws:")}/api/conversations/${id}/socket`,
            clock: browserClock,
            random,
            hello: { type: "hello", pageId, streamId },
          },
          {
            onMessage: (message) => {
              this.#note("<", message);
              listener.onMessage(message);
              this.onMessage(message);
              this.#look();
            },
            onFrame: (samples) => listener.onFrame(samples),
            onDown: (refused) => {
              this.trace.push(`${at()} down`);
              listener.onDown(refused);
            },
          },
        ),
      clock: browserClock,
      streamId,
      newId,
      onChange: (status) => {
        this.#status = status;
        this.#look();
      },
      onTextReturned: () => undefined,
    });
    this.#keepPace(FRAME_MS, () => this.#hear());
    this.#keepPace(SPEAKER_TICK_MS, () => this.#play());
  }

  get conversationId(): string {
    return this.#conversation?.conversationId ?? "";
  }

  get token(): string {
    return this.#conversation?.token ?? "";
  }

  /** What the page shows of the conversation: its state, or that it is not attached. */
  get state(): string {
    const state = this.#status?.state;
    return state === undefined ? "idle" : state.phase === "live" ? state.is : state.phase;
  }

  get droppedFrames(): number {
    return this.#status?.droppedFrames ?? 0;
  }

  /** Says it, in real time, and resolves with what the microphone brought: the words and the room. */
  async say(speech: Int16Array): Promise<Int16Array> {
    // Whole frames, so that what was said can be looked for as it went out.
    const length = Math.ceil(speech.length / FRAME_SAMPLES) * FRAME_SAMPLES;
    const samples = new Int16Array(length);
    samples.set(speech);
    for (let index = 0; index < length; index++) samples[index] = samples[index]! + this.#noise();
    await new Promise<void>((said) => (this.#saying = { samples, at: 0, said }));
    return samples;
  }

  /** Waits until `holds`, looking at every message and change. False when it did not in so long. */
  async until(holds: () => boolean, withinMs: number): Promise<boolean> {
    if (holds()) return true;
    return await new Promise<boolean>((resolve) => {
      const end = (did: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(did);
      };
      const look = (): void => {
        if (holds()) end(true);
      };
      const timer = setTimeout(() => end(holds()), withinMs);
      this.#waiting.add(look);
    });
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.call.onMicrophoneLost("unplugged");
    this.#conversation = null;
  }

  #note(way: "<" | ">", message: { type: string }): void {
    if (UNTRACED.has(message.type)) return;
    this.trace.push(`${at()} ${way} ${JSON.stringify(message).slice(0, MAX_TRACED_CHARS)}`);
  }

  #look(): void {
    this.onState(this.state);
    for (const look of this.#waiting) look();
  }

  #hear(): void {
    if (!this.#isMicrophoneOpen) return;
    const frame = new Int16Array(FRAME_SAMPLES);
    const saying = this.#saying;
    if (saying === undefined) {
      for (let index = 0; index < FRAME_SAMPLES; index++) frame[index] = this.#noise();
    } else {
      frame.set(saying.samples.subarray(saying.at, saying.at + FRAME_SAMPLES));
      saying.at += FRAME_SAMPLES;
      if (saying.at >= saying.samples.length) {
        this.#saying = undefined;
        saying.said();
      }
    }
    this.call.onMicrophoneFrame(frame.buffer);
  }

  #noise(): number {
    return Math.round((this.#random() - 0.5) * ROOM_NOISE);
  }

  #play(): void {
    const samples = (SPEAKER_TICK_MS * SPEAKER_SPEED * SAMPLE_RATE_HZ) / 1000;
    for (let played = 0; played < samples; played += QUANTUM) this.#player.render(this.#output);
  }

  /** As often as time says, however late a timer comes. */
  #keepPace(everyMs: number, tick: () => void): void {
    let due = performance.now() + everyMs;
    this.#timers.push(
      setInterval(() => {
        for (; due <= performance.now(); due += everyMs) tick();
      }, everyMs),
    );
  }
}

function at(): string {
  return new Date().toISOString().slice(14, 23);
}

function dial(
  address: string,
  protocols: string[],
  onSent: (message: { type: string }) => void,
): WebSocketLike {
  const socket = new WebSocket(address, protocols, { perMessageDeflate: false });
  const send = socket.send.bind(socket);
  socket.send = (data: string | ArrayBuffer) => {
    if (typeof data === "string") onSent(JSON.parse(data) as { type: string });
    send(data);
  };
  // A browser's socket tells of an error by closing.
  socket.on("error", () => undefined);
  return socket as unknown as WebSocketLike;
}

function apiOf(url: string, address: string): ConversationApi {
  return {
    create: async () => {
      // Each page has an address of its own: the limits are per address.
      const headers = { "CF-Connecting-IP": address };
      for (;;) {
        try {
          const answer = await fetch(`${url}/api/conversations`, { method: "POST", headers });
          if (!answer.ok) return { ok: false, message: await answer.text() };
          return { ok: true, conversation: (await answer.json()) as StoredConversation };
        } catch {
          // Offline: somebody presses the button again.
          await new Promise((resolve) => setTimeout(resolve, PRESS_AGAIN_MS));
        }
      }
    },
    ask: async ({ conversationId, token }) => {
      try {
        const headers = { Authorization: `Bearer ${token}` };
        const answer = await fetch(`${url}/api/conversations/${conversationId}`, { headers });
        return answer.status === 401 || answer.status === 404 ? "gone" : answer.ok ? "there" : "unknown";
      } catch {
        return "unknown";
      }
    },
    earlier: async () => null,
    erase: async () => true,
  };
}
