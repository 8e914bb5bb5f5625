// The HTTP half of the contract: create a conversation, ask whether it is still there, read older items,
// erase it. Sockets are in `socket.ts`.

import type { ConversationSnapshot, CreatedConversation, HttpError, Item } from "../protocol/messages.ts";
import type { StoredConversation } from "./conversation-memory.ts";

/** Longer than any answer takes; without it a lost request would leave the page connecting for ever. */
export const HTTP_TIMEOUT_MS = 15_000;
/** How many older items one press asks for. */
export const EARLIER_ITEMS = 100;

export type Created = { ok: true; conversation: StoredConversation } | { ok: false; message: string };
export type Presence = "there" | "gone" | "unknown";
export type Earlier = { items: Item[]; hasEarlier: boolean };

export interface ConversationApi {
  create(): Promise<Created>;
  /** `gone`: it was erased, has expired, or this token does not open it. `unknown`: nobody answered. */
  ask(conversation: StoredConversation): Promise<Presence>;
  earlier(conversation: StoredConversation, beforeItemId: string): Promise<Earlier | null>;
  /** True when nothing of it is left. */
  erase(conversation: StoredConversation): Promise<boolean>;
}

export const httpApi: ConversationApi = {
  async create() {
    const response = await request("/api/conversations", { method: "POST" });
    if (response === null) return { ok: false, message: "The server cannot be reached. Are you online?" };
    if (!response.ok) return { ok: false, message: await errorMessage(response) };
    const created = (await readJson(response)) as CreatedConversation | null;
    if (created === null) return { ok: false, message: "The server gave an answer this page cannot read." };
    return { ok: true, conversation: { conversationId: created.conversationId, token: created.token } };
  },

  async ask(conversation) {
    const response = await request(path(conversation), { headers: bearer(conversation) });
    if (response?.status === 401 || response?.status === 404) return "gone";
    if (!response?.ok) return "unknown";
    const snapshot = (await readJson(response)) as ConversationSnapshot | null;
    return snapshot?.state === "ended" ? "gone" : "there";
  },

  async earlier(conversation, beforeItemId) {
    const query = new URLSearchParams({ before: beforeItemId, limit: String(EARLIER_ITEMS) });
    const response = await request(`${path(conversation)}/items?${query}`, { headers: bearer(conversation) });
    if (!response?.ok) return null;
    const body = (await readJson(response)) as Partial<Earlier> | null;
    return Array.isArray(body?.items) ? { items: body.items, hasEarlier: body.hasEarlier === true } : null;
  },

  async erase(conversation) {
    const response = await request(path(conversation), { method: "DELETE", headers: bearer(conversation) });
    return response !== null && (response.ok || response.status === 401 || response.status === 404);
  },
};

function path({ conversationId }: StoredConversation): string {
  return `/api/conversations/${encodeURIComponent(conversationId)}`;
}

function bearer({ token }: StoredConversation): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}

/** Null when nobody answered in time. */
async function request(url: string, init: RequestInit): Promise<Response | null> {
  try {
    return await fetch(url, { ...init, cache: "no-store", signal: AbortSignal.timeout(HTTP_TIMEOUT_MS) });
  } catch {
    return null;
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

async function errorMessage(response: Response): Promise<string> {
  const body = (await readJson(response)) as Partial<HttpError> | null;
  return body?.error?.message ?? `The server answered ${response.status}.`;
}
