// A page at the whole Worker: creates a conversation, opens its socket, sends, waits for what it may see.

import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach } from "vitest";
import type { ConversationObject } from "../../src/conversation/object.ts";
import type { ConversationMessage, CreatedConversation } from "../../src/protocol/messages.ts";

export const ORIGIN = "https://parley.test";

export function request(path: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(new Request(`${ORIGIN}${path}`, init));
}

export async function createConversation(): Promise<CreatedConversation> {
  const answer = await request("/api/conversations", {
    method: "POST",
    // Each has an address of its own: the rate limit is per address.
    headers: { "CF-Connecting-IP": crypto.randomUUID() },
  });
  if (answer.status !== 201) throw new Error(`not created: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

export function withToken(token: string, init: RequestInit = {}): RequestInit {
  return { ...init, headers: { Authorization: `Bearer ${token}` } };
}

type Seen = ConversationMessage | { type: "pcm"; bytes: number };

/** A test that ends while a socket is still closing keeps the runner from ending. */
const open = new Set<WorkerPage>();
afterEach(async () => {
  for (const page of open) {
    page.close();
    await page.isClosed();
  }
  open.clear();
});

export class WorkerPage {
  readonly seen: Seen[] = [];
  /** The audio among it. */
  readonly heard: Uint8Array[] = [];
  readonly conversation: CreatedConversation;
  readonly #socket: WebSocket;
  readonly #waiting = new Set<() => void>();
  closed: { code: number; reason: string } | undefined;

  private constructor(socket: WebSocket, conversation: CreatedConversation) {
    this.#socket = socket;
    this.conversation = conversation;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => {
      if (typeof data !== "string") this.heard.push(new Uint8Array(data as ArrayBuffer));
      this.seen.push(
        typeof data === "string"
          ? (JSON.parse(data) as ConversationMessage)
          : { type: "pcm", bytes: (data as ArrayBuffer).byteLength },
      );
      for (const look of this.#waiting) look();
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.closed = { code, reason };
      for (const look of this.#waiting) look();
    });
    socket.accept();
    open.add(this);
  }

  static async open(conversation?: CreatedConversation): Promise<WorkerPage> {
    const known = conversation ?? (await createConversation());
    const answer = await openSocket(known.conversationId, `parley.v1, token.${known.token}`);
    if (answer.webSocket === null) throw new Error(`no socket: ${answer.status}`);
    const page = new WorkerPage(answer.webSocket, known);
    await page.sees("welcome");
    return page;
  }

  send(message: object | string | Uint8Array): void {
    this.#socket.send(
      typeof message === "object" && !(message instanceof Uint8Array) ? JSON.stringify(message) : message,
    );
  }

  close(): void {
    this.#socket.close(1000, "");
  }

  /** Waits until `found` holds for what was seen so far; the test's own time-out is the cap. */
  until<Value>(found: () => Value | undefined): Promise<Value> {
    return new Promise((resolve) => {
      const look = () => {
        const value = found();
        if (value === undefined) return;
        this.#waiting.delete(look);
        resolve(value);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** The first message of this type that `matches`, now or when it comes. */
  sees<Type extends ConversationMessage["type"]>(
    type: Type,
    matches: (message: Extract<ConversationMessage, { type: Type }>) => boolean = () => true,
  ): Promise<Extract<ConversationMessage, { type: Type }>> {
    return this.until(
      () =>
        this.seen.find((message) => message.type === type && matches(message as never)) as
          | Extract<ConversationMessage, { type: Type }>
          | undefined,
    );
  }

  isClosed(): Promise<{ code: number; reason: string }> {
    return this.until(() => this.closed);
  }

  /** Plays everything at once: reports each item as played when all of it has come. */
  playsAtOnce(): void {
    const done = new Set<string>();
    this.#waiting.add(() => {
      for (const message of this.seen) {
        if (message.type !== "audio_end" || done.has(message.itemId)) continue;
        done.add(message.itemId);
        this.send({
          type: "playback",
          itemId: message.itemId,
          playedMs: Math.floor(message.totalMs),
          done: true,
        });
      }
    });
  }

  audioBytes(): number {
    return this.seen.reduce((sum, message) => sum + (message.type === "pcm" ? message.bytes : 0), 0);
  }
}

export function openSocket(
  conversationId: string,
  protocols: string | undefined,
  headers: HeadersInit = {},
): Promise<Response> {
  const all = new Headers(headers);
  all.set("Upgrade", "websocket");
  if (protocols !== undefined) all.set("Sec-WebSocket-Protocol", protocols);
  return request(`/api/conversations/${conversationId}/socket`, { headers: all });
}

/** A page on a conversation whose object has other settings. */
export async function pageWith(settings: Record<string, string>): Promise<WorkerPage> {
  const conversation = await createConversation();
  const stub = env.CONVERSATION.get(env.CONVERSATION.idFromString(conversation.conversationId));
  await runInDurableObject(stub, (instance: ConversationObject) => {
    (instance as unknown as { env: object }).env = { ...env, ...settings };
  });
  return await WorkerPage.open(conversation);
}
