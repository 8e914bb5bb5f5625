// The browser socket: typed messages and binary frames, one WebSocket at a time, dialled again by itself.
// It knows nothing of what the messages mean; `call.ts` does.

import {
  PING,
  PING_INTERVAL_MS,
  SUBPROTOCOL,
  TOKEN_SUBPROTOCOL_PREFIX,
  type BrowserMessage,
  type ConversationMessage,
} from "../protocol/messages.ts";
import { BYTES_PER_MS } from "../audio/format.ts";
import { backoffMs } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import type { StoredConversation } from "./conversation-memory.ts";

/** A dial that takes longer has met a network that swallows packets; another try is the better bet. */
export const DIAL_TIMEOUT_MS = 10_000;
/** After a ping something must come within this, or the socket is dead though it looks alive. */
export const PONG_WAIT_MS = 8_000;
/** A socket that lived this long had a good network: the waits begin again at the shortest. */
export const STABLE_MS = 5_000;
/** Microphone bytes the browser may hold unsent: 2 s. Beyond it the uplink is slower than speech. */
export const MAX_BACKLOG_BYTES = 2_000 * BYTES_PER_MS;

/** What this class needs of a WebSocket. */
export interface WebSocketLike {
  binaryType: BinaryType;
  readonly bufferedAmount: number;
  send(data: string | ArrayBuffer): void;
  close(code?: number): void;
  addEventListener(type: "open" | "close", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
}

export interface SocketListener {
  onMessage(message: ConversationMessage): void;
  onFrame(samples: ArrayBuffer): void;
  /** The socket is gone and will be dialled again. `refused`: it never opened. */
  onDown(refused: boolean): void;
}

export interface SocketDeps {
  dial(url: string, protocols: string[]): WebSocketLike;
  socketUrl(conversationId: string): string;
  clock: Clock;
  random(): number;
  /** Sent first on every socket. */
  hello: BrowserMessage & { type: "hello" };
}

type SocketState =
  | { is: "closed" }
  | { is: "dialling"; socket: WebSocketLike; cancelTimeout: () => void }
  | { is: "open"; socket: WebSocketLike; sinceMs: number; cancelPing: () => void; cancelWait: () => void }
  | { is: "waiting"; cancel: () => void };

export class ConversationSocket {
  readonly #deps: SocketDeps;
  readonly #listener: SocketListener;
  #conversation: StoredConversation | null = null;
  #state: SocketState = { is: "closed" };
  #attempt = 0;

  constructor(deps: SocketDeps, listener: SocketListener) {
    this.#deps = deps;
    this.#listener = listener;
  }

  /** Attaches to a conversation and stays attached until `close`. */
  open(conversation: StoredConversation): void {
    this.close();
    this.#conversation = conversation;
    this.#attempt = 0;
    this.#dial(conversation);
  }

  close(): void {
    this.#conversation = null;
    this.#abandon();
  }

  /** False when there is no open socket; the message is then not kept. */
  send(message: BrowserMessage): boolean {
    if (this.#state.is !== "open") return false;
    this.#state.socket.send(message.type === "ping" ? PING : JSON.stringify(message));
    return true;
  }

  /** Whether `sendAudio` would take a frame now. */
  get hasAudioRoom(): boolean {
    return this.#state.is === "open" && this.#state.socket.bufferedAmount <= MAX_BACKLOG_BYTES;
  }

  /** False when there is no open socket, or it is too far behind. The bytes are copied before this returns. */
  sendAudio(samples: ArrayBuffer): boolean {
    if (this.#state.is !== "open" || !this.hasAudioRoom) return false;
    this.#state.socket.send(samples);
    return true;
  }

  /** The network or the page came back: dial now instead of later, or find out whether the socket still lives. */
  nudge(): void {
    if (this.#state.is === "waiting" && this.#conversation !== null) {
      this.#abandon();
      this.#dial(this.#conversation);
    } else if (this.#state.is === "open") {
      this.#ping(this.#state);
    }
  }

  #dial(conversation: StoredConversation): void {
    const { dial, socketUrl, clock } = this.#deps;
    const protocols = [SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX + conversation.token];
    const socket = dial(socketUrl(conversation.conversationId), protocols);
    socket.binaryType = "arraybuffer";
    const cancelTimeout = clock.after(DIAL_TIMEOUT_MS, () => this.#lose(socket));
    this.#state = { is: "dialling", socket, cancelTimeout };
    socket.addEventListener("open", () => this.#opened(socket));
    socket.addEventListener("message", ({ data }) => this.#received(socket, data));
    socket.addEventListener("close", () => this.#lose(socket));
  }

  #opened(socket: WebSocketLike): void {
    if (this.#state.is !== "dialling" || this.#state.socket !== socket) return;
    this.#state.cancelTimeout();
    this.#state = { is: "open", socket, sinceMs: this.#deps.clock.now(), cancelPing: noop, cancelWait: noop };
    this.#schedulePing(this.#state);
    this.send(this.#deps.hello);
  }

  #received(socket: WebSocketLike, data: unknown): void {
    const state = this.#state;
    if (state.is !== "open" || state.socket !== socket) return;
    state.cancelWait();
    if (data instanceof ArrayBuffer) this.#listener.onFrame(data);
    else if (typeof data === "string") {
      const message = parseMessage(data);
      if (message !== null) this.#listener.onMessage(message);
    }
  }

  #schedulePing(state: SocketState & { is: "open" }): void {
    state.cancelPing = this.#deps.clock.after(PING_INTERVAL_MS, () => this.#ping(state));
  }

  #ping(state: SocketState & { is: "open" }): void {
    state.cancelPing();
    state.cancelWait();
    state.socket.send(PING);
    state.cancelWait = this.#deps.clock.after(PONG_WAIT_MS, () => this.#lose(state.socket));
    this.#schedulePing(state);
  }

  /** Late events of a socket that was already given up do nothing. */
  #lose(socket: WebSocketLike): void {
    const state = this.#state;
    if ((state.is !== "open" && state.is !== "dialling") || state.socket !== socket) return;
    const conversation = this.#conversation;
    if (state.is === "open" && this.#deps.clock.now() - state.sinceMs >= STABLE_MS) this.#attempt = 0;
    this.#abandon();
    if (conversation === null) return;
    const delayMs = backoffMs(this.#attempt++, this.#deps.random());
    this.#state = { is: "waiting", cancel: this.#deps.clock.after(delayMs, () => this.#dial(conversation)) };
    this.#listener.onDown(state.is === "dialling");
  }

  #abandon(): void {
    const state = this.#state;
    this.#state = { is: "closed" };
    if (state.is === "waiting") state.cancel();
    if (state.is === "dialling") state.cancelTimeout();
    if (state.is === "open") {
      state.cancelPing();
      state.cancelWait();
    }
    if (state.is === "dialling" || state.is === "open") state.socket.close(1000);
  }
}

function noop(): void {}

/** Null for what is not a message at all. Unknown types pass: whoever reads them ignores them. */
function parseMessage(text: string): ConversationMessage | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "type" in value
      ? (value as ConversationMessage)
      : null;
  } catch {
    return null;
  }
}
