// One client's WebSocket: pings, the time limit, back-pressure, and the session behind it.

import type { WebSocket } from "ws";
import type { Admission } from "./admission.ts";
import type { Engine } from "./session/session.ts";
import { Session } from "./session/session.ts";
import { sessionExpired } from "./wire/errors.ts";
import type { FatalError } from "./wire/errors.ts";
import { newId } from "./wire/ids.ts";

export interface ClientSetting {
  readonly engine: Engine;
  readonly audioPace: number;
  readonly lifetimeMs: number;
  readonly pingIntervalMs: number;
  readonly log: (line: string) => void;
}

/** Frames waiting in one session before its socket is read no further; the client's own socket then fills up. */
const MAX_WAITING_FRAMES = 256;
/** Length of a ping's payload, as the real service sends it. */
const PING_BYTES = 4;
const MINUTE_MS = 60_000;

export function serveClient(client: WebSocket, admission: Admission, setting: ClientSetting): void {
  if (admission.kind === "refused") {
    // A refused client may still send; nothing of it is read.
    client.on("error", () => {});
    endWith(client, admission.error);
    return;
  }
  const startedAt = performance.now();
  const session = new Session({
    engine: setting.engine,
    model: admission.model,
    audioPace: setting.audioPace,
    expiresAtS: Math.floor((Date.now() + setting.lifetimeMs) / 1000),
    send: (event) => {
      if (client.readyState === client.OPEN) client.send(event);
    },
  });
  const pings = setInterval(() => client.ping(Buffer.alloc(PING_BYTES)), setting.pingIntervalMs);
  const expiry = setTimeout(() => {
    const error = sessionExpired(Math.max(1, Math.round(setting.lifetimeMs / MINUTE_MS)));
    session.close();
    endWith(client, error);
  }, setting.lifetimeMs);
  client.on("message", (data, isBinary) => {
    const bytes = Buffer.isBuffer(data)
      ? data
      : Array.isArray(data)
        ? Buffer.concat(data)
        : Buffer.from(data);
    session.receive(isBinary ? bytes : bytes.toString("utf8"));
    holdBack(client, session);
  });
  client.on("error", () => client.terminate());
  client.on("close", (code) => {
    clearInterval(pings);
    clearTimeout(expiry);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    setting.log(`${session.id} closed ${code} after ${seconds} s: ${session.summary}`);
    session.close();
  });
}

/** Stops reading from a client that is faster than its session, until the session has caught up. */
function holdBack(client: WebSocket, session: Session): void {
  if (session.waitingFrames < MAX_WAITING_FRAMES || client.isPaused) return;
  client.pause();
  const timer = setInterval(() => {
    if (session.waitingFrames > MAX_WAITING_FRAMES / 2 && client.readyState === client.OPEN) return;
    clearInterval(timer);
    client.resume();
  }, 10);
}

function endWith(client: WebSocket, { body, closeCode, reason }: FatalError): void {
  if (client.readyState === client.OPEN) {
    client.send(JSON.stringify({ type: "error", event_id: newId("event"), error: body }));
  }
  client.close(closeCode, reason);
}
