// A page's socket as a `Caller`. What must survive hibernation travels in the socket's attachment.

import { closeQuietly } from "../protocol/close.ts";
import type { ConversationMessage } from "../protocol/messages.ts";
import type { Caller } from "./ports.ts";

interface Attachment {
  id: string;
  pageId: string | undefined;
  streamId: string | undefined;
  started: boolean;
  holdsFloor: boolean;
}

export class BrowserCaller implements Caller {
  readonly id: string;
  pageId: string | undefined;
  streamId: string | undefined;
  started: boolean;
  holdsFloor: boolean;
  readonly #socket: WebSocket;

  /** A socket that was just accepted, with its fresh `id`; or one that slept through a hibernation, without. */
  constructor(socket: WebSocket, id?: string) {
    const kept = id === undefined ? (socket.deserializeAttachment() as Attachment | null) : null;
    this.#socket = socket;
    this.id = id ?? kept?.id ?? "unknown";
    this.pageId = kept?.pageId;
    this.streamId = kept?.streamId;
    this.started = kept?.started ?? false;
    this.holdsFloor = kept?.holdsFloor ?? false;
  }

  send(message: ConversationMessage): void {
    this.#sendQuietly(JSON.stringify(message));
  }

  sendAudio(pcm: Uint8Array): void {
    this.#sendQuietly(pcm);
  }

  remember(): void {
    const { id, pageId, streamId, started, holdsFloor } = this;
    this.#socket.serializeAttachment({ id, pageId, streamId, started, holdsFloor } satisfies Attachment);
  }

  close(code: number, reason: string): void {
    closeQuietly(this.#socket, code, reason);
  }

  /** `send` throws once a socket is closing; its close event does the rest. */
  #sendQuietly(data: string | Uint8Array): void {
    try {
      this.#socket.send(data);
    } catch {
      // Gone: `webSocketClose` detaches it.
    }
  }
}
