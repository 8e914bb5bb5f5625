// The Durable Object: accepts sockets, checks tokens, wires the conversation's collaborators and forwards events. A
// branch about the dialogue does not belong here.

import { DurableObject } from "cloudflare:workers";
import { agent } from "../agent.ts";
import { assertNever } from "../assert.ts";
import { readSettings } from "../env.ts";
import type { Env } from "../env.ts";
import { makeLog } from "../log.ts";
import type { Log } from "../log.ts";
import { closeQuietly } from "../protocol/close.ts";
import { PING, PONG, SNAPSHOT_TURNS, SUBPROTOCOL, WELCOME_ITEMS } from "../protocol/messages.ts";
import type { ConversationSnapshot, Item } from "../protocol/messages.ts";
import { openRealtime } from "../realtime/open.ts";
import { ItemStore } from "../store/item-store.ts";
import { JobStore } from "../store/job-store.ts";
import { NoteStore } from "../store/note-store.ts";
import { hasSchema, migrate } from "../store/schema.ts";
import { SpeechStore } from "../store/speech-store.ts";
import { TurnStore } from "../store/turn-store.ts";
import { UsageStore } from "../store/usage-store.ts";
import { ToolRegistry } from "../tools/registry.ts";
import { BrowserCaller } from "./browser-caller.ts";
import { Conversation } from "./conversation.ts";
import type { Clock, NewId } from "./ports.ts";
import { shownState } from "./turn.ts";

/** Pages on one conversation at once: a few tabs and devices of one person. */
export const MAX_PAGES = 8;

/** Well inside the platform's 70 to 140 s of idleness. */
const HEARTBEAT_MS = 30_000;
const RETENTION_MS = agent.limits.retentionDays * 86_400_000;

/** What the runtime reports of a connection that broke: no page sends it. */
const CLOSE_WITHOUT_FRAME = 1006;

/** Why a request about a conversation is turned away. */
export type Refusal = "not_found" | "unauthorized";

const clock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

const newId: NewId = (prefix) => `${prefix}_${crypto.randomUUID().replaceAll("-", "").slice(0, 24)}`;

export class ConversationObject extends DurableObject<Env> {
  readonly #log: Log;
  readonly #callers = new Map<WebSocket, BrowserCaller>();
  #conversation: Conversation | undefined;
  #isBusy = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#log = makeLog({ conversationId: ctx.id.toString() });
    // Asking for the schema reads only; a guessed id leaves nothing behind.
    if (!hasSchema(ctx.storage.sql)) return;
    migrate(ctx.storage);
    this.#keepPings();
    const conversation = this.#open();
    const sockets = ctx.getWebSockets();
    for (const socket of sockets) conversation.reception.reattach(this.#caller(socket));
    this.#log.info("back_in_memory", { pages: sockets.length });
    // Sleeping objects wake up asleep; one that was talking has been evicted, reset or deployed over.
    const items = new ItemStore(ctx.storage.sql);
    if (!items.conversation().awake) return;
    this.#log.warn("memory_lost");
    items.setAwake(false);
    conversation.recover();
  }

  // -------------------------------------------------------------------------------- called by the Worker

  /** Makes the conversation. Called once, with the SHA-256 (hex) of its token. */
  create(tokenHash: string): void {
    migrate(this.ctx.storage);
    new ItemStore(this.ctx.storage.sql).create(tokenHash, Object.keys(agent.policies)[0]!, Date.now());
    this.#jobs().schedule("retention", Date.now() + RETENTION_MS);
    this.#keepPings();
    this.#log.info("created");
  }

  snapshot(tokenHash: string): ConversationSnapshot | Refusal {
    const refusal = this.#refusal(tokenHash);
    if (refusal !== undefined) return refusal;
    const items = new ItemStore(this.ctx.storage.sql);
    return {
      conversationId: this.ctx.id.toString(),
      state: shownState(this.#open().state),
      ...items.pageItems(WELCOME_ITEMS),
      usage: new UsageStore(this.ctx.storage.sql).totals(),
      turns: new TurnStore(this.ctx.storage.sql).newest(SNAPSHOT_TURNS),
      createdAt: items.conversation().createdAt,
    };
  }

  /** At most `limit` items before item `before`, or the newest. */
  itemsBefore(
    tokenHash: string,
    limit: number,
    before: string | undefined,
  ): { items: Item[]; hasEarlier: boolean } | Refusal {
    return this.#refusal(tokenHash) ?? new ItemStore(this.ctx.storage.sql).pageItems(limit, before);
  }

  /** Erases everything; undefined when done. */
  async erase(tokenHash: string): Promise<Refusal | undefined> {
    const refusal = this.#refusal(tokenHash);
    if (refusal !== undefined) return refusal;
    await this.#erase();
    return undefined;
  }

  /** The socket upgrade. The Worker has checked method, origin and subprotocols, and hands on the token's hash. */
  override fetch(request: Request): Response {
    const refusal = this.#refusal(request.headers.get(TOKEN_HASH_HEADER) ?? "");
    if (refusal !== undefined) return new Response(refusal, { status: refusal === "not_found" ? 404 : 401 });
    const conversation = this.#open();
    if (conversation.callers >= MAX_PAGES) return new Response("too_many", { status: 429 });
    const { 0: browserEnd, 1: socket } = new WebSocketPair();
    this.ctx.acceptWebSocket(socket);
    const caller = new BrowserCaller(socket, newId("caller"));
    caller.remember();
    this.#callers.set(socket, caller);
    conversation.reception.attach(caller);
    return new Response(null, {
      status: 101,
      webSocket: browserEnd,
      headers: { "Sec-WebSocket-Protocol": SUBPROTOCOL },
    });
  }

  // ------------------------------------------------------------------------------- called by the platform

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    const conversation = this.#conversation;
    if (conversation === undefined) return;
    const caller = this.#caller(socket);
    if (typeof message === "string") conversation.reception.text(caller, message);
    else conversation.reception.frame(caller, new Uint8Array(message));
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string): void {
    // The runtime does not answer the close of a hibernatable socket: without this the page sees 1006.
    closeQuietly(socket, code, reason);
    this.#gone(socket, code === CLOSE_WITHOUT_FRAME);
  }

  override webSocketError(socket: WebSocket): void {
    this.#gone(socket, true);
  }

  override async alarm(): Promise<void> {
    if (!hasSchema(this.ctx.storage.sql)) return;
    const now = Date.now();
    for (const job of this.#jobs().takeDue(now)) {
      switch (job) {
        case "heartbeat":
          this.#beat();
          break;
        case "retention": {
          const endsAt = new ItemStore(this.ctx.storage.sql).lastActiveAt() + RETENTION_MS;
          if (endsAt <= now && !this.#isBusy) return this.#erase();
          this.#jobs().schedule("retention", Math.max(endsAt, now + HEARTBEAT_MS));
          break;
        }
        default:
          assertNever(job);
      }
    }
  }

  /** While a session is wanted or a tool runs, an event every 30 s keeps the object from idle eviction. */
  #busy(isBusy: boolean): void {
    this.#isBusy = isBusy;
    if (!hasSchema(this.ctx.storage.sql)) return;
    new ItemStore(this.ctx.storage.sql).setAwake(isBusy);
    if (isBusy) this.#beat();
    else this.#jobs().cancel("heartbeat");
  }

  #beat(): void {
    if (this.#isBusy) this.#jobs().schedule("heartbeat", Date.now() + HEARTBEAT_MS);
  }

  async #erase(): Promise<void> {
    this.#open().end();
    this.#conversation = undefined;
    this.#callers.clear();
    await this.ctx.storage.deleteAll();
    this.#log.info("erased");
  }

  #jobs(): JobStore {
    return new JobStore(this.ctx.storage);
  }

  #gone(socket: WebSocket, lost: boolean): void {
    const caller = this.#caller(socket);
    this.#callers.delete(socket);
    this.#conversation?.reception.detach(caller, lost);
  }

  #caller(socket: WebSocket): BrowserCaller {
    let caller = this.#callers.get(socket);
    if (caller === undefined) {
      caller = new BrowserCaller(socket);
      this.#callers.set(socket, caller);
    }
    return caller;
  }

  /** Answered by the runtime without waking the object; set anew by each constructor that finds a conversation. */
  #keepPings(): void {
    this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
  }

  #refusal(tokenHash: string): Refusal | undefined {
    if (!hasSchema(this.ctx.storage.sql)) return "not_found";
    const stored = new ItemStore(this.ctx.storage.sql).conversation().tokenHash;
    return equalInConstantTime(stored, tokenHash) ? undefined : "unauthorized";
  }

  #open(): Conversation {
    this.#conversation ??= this.#wire();
    return this.#conversation;
  }

  #wire(): Conversation {
    const { sql } = this.ctx.storage;
    return new Conversation({
      conversationId: this.ctx.id.toString(),
      agent,
      registry: new ToolRegistry(agent.tools),
      items: new ItemStore(sql),
      usage: new UsageStore(sql),
      turns: new TurnStore(sql),
      notes: new NoteStore(sql, clock.now),
      speech: new SpeechStore(sql),
      openModel: (setup, listener) =>
        openRealtime(() => readSettings(this.env), { setup, listener, clock, newId, log: this.#log }),
      clock,
      newId,
      random: Math.random,
      busy: (isBusy) => this.#busy(isBusy),
      log: this.#log,
    });
  }
}

/** Carries the token's hash from the Worker to the object. */
export const TOKEN_HASH_HEADER = "X-Parley-Token-Hash";

/** Both are hex digests, so a length that differs tells nothing of the token. */
function equalInConstantTime(stored: string, given: string): boolean {
  const encoder = new TextEncoder();
  const a = encoder.encode(stored);
  const b = encoder.encode(given);
  return a.byteLength === b.byteLength && crypto.subtle.timingSafeEqual(a, b);
}
