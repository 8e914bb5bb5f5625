// Opens the outbound WebSocket. workerd makes it by `fetch` with an upgrade header on an http(s) address: a
// `WebSocket` constructor could not carry the key in a header.

import type { Failure } from "../errors.ts";
import { closeQuietly } from "../protocol/close.ts";

/** A provider that has not answered the upgrade by then will not; the user hears "connecting" meanwhile. */
export const DIAL_TIMEOUT_MS = 10_000;

export interface RealtimeSocket {
  send(text: string): void;
  close(code: number, reason: string): void;
}

export interface SocketListener {
  message(text: string): void;
  /** The socket is gone: its close code, 1006 where there was none. Called once. */
  closed(code: number): void;
}

export class DialError extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.kind);
    this.failure = failure;
  }
}

export type Dial = (listener: SocketListener) => Promise<RealtimeSocket>;

/**
 * Dials `url` (http or https) for at most `timeoutMs`. Frames go to `listener` from the very first. Throws a `DialError`.
 */
export async function dialRealtime(
  url: string,
  key: string,
  listener: SocketListener,
  timeoutMs = DIAL_TIMEOUT_MS,
): Promise<RealtimeSocket> {
  // The signal stays attached to the socket for its whole life, so an `AbortSignal.timeout` would cut a live
  // talk; this timer is cleared as soon as the answer is here, and the controller never aborts later.
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  let answer: Response;
  try {
    answer = await fetch(url, {
      headers: { Upgrade: "websocket", Authorization: `Bearer ${key}` },
      signal: controller.signal,
    });
  } catch {
    throw new DialError(
      controller.signal.aborted ? { kind: "dial_timeout", waitedMs: timeoutMs } : { kind: "unreachable" },
    );
  } finally {
    clearTimeout(timer);
  }
  const socket = answer.webSocket;
  if (!socket) {
    await answer.body?.cancel();
    throw new DialError({ kind: "upgrade_refused", status: answer.status });
  }
  listen(socket, listener);
  return {
    send: (text) => socket.send(text),
    close: (code, reason) => closeQuietly(socket, code, reason),
  };
}

/** Listeners before `accept()`: frames that arrive after it without a listener are lost. */
function listen(socket: WebSocket, listener: SocketListener): void {
  // From compatibility date 2026-03-17 binary would arrive as Blob; the API sends text only, but a Blob is a surprise.
  socket.binaryType = "arraybuffer";
  let over = false;
  const closed = (code: number) => {
    // After an abnormal end both `error` and `close` may come, in either order.
    if (over) return;
    over = true;
    listener.closed(code);
  };
  socket.addEventListener("message", (event) => {
    if (!over && typeof event.data === "string") listener.message(event.data);
  });
  socket.addEventListener("close", (event) => closed(event.code));
  socket.addEventListener("error", () => {
    closeQuietly(socket, 1011, "");
    closed(1006);
  });
  socket.accept();
}
