// One client's WebSocket: pings, the time limit, back-pressure, faults that concern the connection, and the session
// behind it.

import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { Admission } from "./admission.ts";
import type { Fault } from "./faults/fault.ts";
import type { FaultControl } from "./faults/fault-control.ts";
import { Line } from "./faults/line.ts";
import { SessionFaults } from "./faults/session-faults.ts";
import type { Engine } from "./session/session.ts";
import { Session } from "./session/session.ts";
import { refusedFor, sessionExpired } from "./wire/fatal-errors.ts";
import type { FatalError } from "./wire/fatal-errors.ts";
import { newId } from "./wire/ids.ts";

export interface ClientSetting {
  readonly engine: Engine;
  readonly audioPace: number;
  readonly lifetimeMs: number;
  readonly pingIntervalMs: number;
  readonly control: FaultControl;
  readonly log: (line: string) => void;
}

/** Frames waiting in one session before its socket is read no further; the client's own socket then fills up. */
const MAX_WAITING_FRAMES = 256;
/** The same in bytes: one frame may hold 15 MiB of audio, and some must fit. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;
/** Unsent bytes at which speech waits for the client to read: some 15 s of speech, as base64. */
const FULL_SOCKET_BYTES = 1_000_000;
/** Unsent bytes at which a client that does not read is given up: nothing but speech waits, and may still grow. */
const MAX_UNSENT_BYTES = 64 * 1024 * 1024;
/** Length of a ping's payload, as the real service sends it. */
const PING_BYTES = 4;
const MINUTE_MS = 60_000;
const NORMAL_CLOSE = 1000;

/** `arriving` are the faults that met this connection. */
export function serveClient(
  client: WebSocket,
  socket: Socket,
  admission: Admission,
  arriving: readonly Fault[],
  setting: ClientSetting,
): void {
  const rejection = arriving.find(({ name }) => name === "reject");
  if (admission.kind === "refused" || rejection) {
    // A refused client may still send; nothing of it is read.
    client.on("error", () => {});
    const error = rejection ? refusedFor(String(rejection.value)) : undefined;
    return endWith(client, error ?? (admission as { error: FatalError }).error);
  }
  const startedAt = performance.now();
  const id = newId("sess");
  const faults = new SessionFaults();
  const line = new Line(client, socket, faults);
  const observed = setting.control.observe(id, faults, line);
  const expire = (minutes: number): void => {
    session.close();
    if (!line.isSilent) endWith(client, sessionExpired(minutes));
    else client.terminate();
  };
  const expiries = [
    setTimeout(() => expire(Math.max(1, Math.round(setting.lifetimeMs / MINUTE_MS))), setting.lifetimeMs),
  ];
  // `session` is made last, because it sends at once; no fault that strikes at once can be waiting before that.
  let session: Session;
  faults.onStrike = (fault) => {
    const value = String(fault.value);
    if (fault.name === "drop") line.drop(fault.value);
    else if (fault.name === "close") line.close(value);
    else if (fault.name === "silence") line.silence();
    // After the event that is just on its way: a session does not expect to fail in the middle of a word.
    else if (fault.name === "error") queueMicrotask(() => session.reportFailure(value));
    else if (fault.name === "fail") queueMicrotask(() => session.failResponses(value));
    else if (fault.name === "expire") expiries.push(setTimeout(() => expire(60), Number(value) * 1000));
  };
  // A session that is to end soon says so from the beginning, for clients that leave in time.
  const planned = arriving.find(({ name }) => name === "expire");
  const lastsMs = planned ? Number(planned.value) * 1000 : setting.lifetimeMs;
  const later = arriving.filter((fault) => fault.at === undefined && MOMENTS.has(fault.name));
  for (const fault of arriving) if (!later.includes(fault)) faults.add(fault);
  session = new Session({
    id,
    engine: setting.engine,
    kind: admission.kind,
    model: admission.model,
    audioPace: setting.audioPace,
    expiresAtS: Math.floor((Date.now() + lastsMs) / 1000),
    faults,
    send: (type, event) => {
      line.send(type, event);
      if (client.bufferedAmount > MAX_UNSENT_BYTES) client.terminate();
    },
    isSocketFull: () => client.bufferedAmount > FULL_SOCKET_BYTES,
    onAudio: (samples) => observed.audio.add(samples),
    onLeave: () => client.close(NORMAL_CLOSE),
  });
  for (const fault of later) faults.add(fault);
  const pings = setInterval(() => {
    if (!line.isSilent) client.ping(Buffer.alloc(PING_BYTES));
  }, setting.pingIntervalMs);
  client.on("ping", (payload) => {
    if (!line.isSilent) client.pong(payload);
  });
  client.on("message", (data, isBinary) => {
    const bytes = Buffer.isBuffer(data)
      ? data
      : Array.isArray(data)
        ? Buffer.concat(data)
        : Buffer.from(data);
    if (line.isSilent) return;
    session.receive(isBinary ? bytes : bytes.toString("utf8"));
    holdBack(client, session, line);
  });
  client.on("error", () => client.terminate());
  client.on("close", (code) => {
    clearInterval(pings);
    for (const timer of expiries) clearTimeout(timer);
    line.end();
    observed.closeCode = code;
    // The report of a session outlives it; nothing in it may keep the session with its items and audio.
    observed.line = { sent: line.sent };
    faults.onStrike = ignoreStrike;
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    setting.log(`${id} closed ${code} after ${seconds} s: ${session.summary}`);
    session.close();
  });
}

/** Made outside of any session, so that it keeps none. */
const ignoreStrike = (): void => {};

/** Faults that strike as soon as they are added: they wait until the session has greeted. */
const MOMENTS: ReadonlySet<Fault["name"]> = new Set(["drop", "close", "silence", "error", "expire"]);

/** Stops reading from a client that is faster than its session, until the session has caught up. */
function holdBack(client: WebSocket, session: Session, line: Line): void {
  const isFull = session.waitingFrames >= MAX_WAITING_FRAMES || session.waitingBytes >= MAX_WAITING_BYTES;
  if (!isFull || client.isPaused) return;
  client.pause();
  const timer = setInterval(() => {
    const isBehind =
      session.waitingFrames > MAX_WAITING_FRAMES / 2 || session.waitingBytes > MAX_WAITING_BYTES / 2;
    if (isBehind && client.readyState === client.OPEN) return;
    clearInterval(timer);
    if (!line.isSilent) client.resume();
  }, 10);
}

function endWith(client: WebSocket, { body, closeCode, reason }: FatalError): void {
  if (client.readyState === client.OPEN) {
    client.send(JSON.stringify({ type: "error", event_id: newId("event"), error: body }));
  }
  client.close(closeCode, reason);
}
