// The page's sockets as its network panel would show them: how many are open, and what went over them when.

import type { Page, WebSocket } from "playwright-core";
import { BYTES_PER_MS } from "../../../src/audio/format.ts";
import type { BrowserMessage, ConversationMessage } from "../../../src/protocol/messages.ts";

export interface Sent<Message> {
  atMs: number;
  /** Undefined for a frame of audio. */
  message?: Message;
  audioMs: number;
}

export class WatchedSockets {
  readonly #open = new Set<WebSocket>();
  /** Sockets that the page has opened so far. */
  opened = 0;
  readonly toConversation: Sent<BrowserMessage>[] = [];
  readonly toPage: Sent<ConversationMessage>[] = [];

  constructor(page: Page) {
    // The sockets of a document that is gone are gone with it, without a word.
    page.on("framenavigated", (frame) => {
      if (frame === page.mainFrame()) this.#open.clear();
    });
    page.on("websocket", (socket) => {
      this.opened += 1;
      this.#open.add(socket);
      socket.on("close", () => this.#open.delete(socket));
      socket.on("framesent", ({ payload }) => this.toConversation.push(sent(payload)));
      socket.on("framereceived", ({ payload }) => this.toPage.push(sent(payload)));
    });
  }

  get open(): number {
    return this.#open.size;
  }

  said(type: BrowserMessage["type"]): Sent<BrowserMessage>[] {
    return this.toConversation.filter(({ message }) => message?.type === type);
  }

  heard<Type extends ConversationMessage["type"]>(
    type: Type,
  ): { atMs: number; message: ConversationMessage & { type: Type } }[] {
    return this.toPage.filter(({ message }) => message?.type === type) as never;
  }

  /** Whether this page has the floor, by the last it was told. */
  get floor(): boolean {
    const told = this.toPage.findLast(
      ({ message }) => message?.type === "floor" || message?.type === "welcome",
    );
    if (told?.message?.type === "floor") return told.message.held;
    return told?.message?.type === "welcome" && told.message.floor;
  }
}

function sent<Message>(payload: string | Buffer): Sent<Message> {
  const atMs = performance.now();
  if (typeof payload !== "string") return { atMs, audioMs: payload.byteLength / BYTES_PER_MS };
  return { atMs, message: JSON.parse(payload) as Message, audioMs: 0 };
}
