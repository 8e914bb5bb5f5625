// The local model as a server: an HTTP port with one WebSocket path that speaks the Realtime API. Owns the sockets
// and the engine; what a session does is in `session/`.

import { createServer, STATUS_CODES } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer } from "ws";
import type { Brain } from "./brain.ts";
import { RuleBrain } from "./brain/rule-brain.ts";
import { addressOf, isRealtimePath } from "./address.ts";
import { admit } from "./admission.ts";
import { serveClient } from "./client-socket.ts";
import { answerFaults } from "./faults/fault-http.ts";
import { arrive } from "./faults/arrival.ts";
import { FaultControl } from "./faults/fault-control.ts";
import { breakOff } from "./faults/line.ts";
import type { Hearing } from "./hearing.ts";
import { GrammarHearing } from "./hearing/grammar-hearing.ts";
import type { Engine } from "./session/session.ts";
import { PublishingWebSocket } from "./sent-events.ts";
import { selfSigned } from "./tls.ts";
import { loadSilero } from "./vad/silero.ts";
import type { Voice } from "./voice.ts";
import { FliteVoice } from "./voice/flite-voice.ts";

export interface LocalModelOptions {
  /** Where to listen; 8788 unless told, 0 for any free port. */
  readonly port?: number;
  /** 127.0.0.1 unless told. */
  readonly host?: string;
  /** Serves `wss:` with a key and a certificate made at start. */
  readonly tls?: boolean;
  /** The only key that is let in; without it every key is, and no key too. */
  readonly requireKey?: string;
  /** Seconds of speech sent per second: 5 unless told, so that an answer can be interrupted in its middle. `Infinity` sends all at once. */
  readonly audioPace?: number;
  /** How long a session may last in milliseconds: 60 minutes unless told. Then `session_expired` and close 1001. */
  readonly sessionLifetimeMs?: number;
  /** Milliseconds between WebSocket pings: 20 s unless told. */
  readonly pingIntervalMs?: number;
  /** Opens the fault control to clients: the query parameter `fault` and the HTTP path `/faults`. Closed unless told. */
  readonly faults?: boolean;
  /** Milliseconds of each session's incoming audio to keep for `LocalModel.faults.audioOf`: none unless told. */
  readonly keepAudioMs?: number;
  /** Compress what clients that offer it are sent, as the real service does. It costs processor time: off unless told. */
  readonly deflate?: boolean;
  /** Sessions at a time: 100 unless told. The next is refused with 503. */
  readonly maxSessions?: number;
  /** Receives one line per ended session, of ids and numbers only. Silent unless told. */
  readonly log?: (line: string) => void;
  /** Another ear, brain or voice than the built-in ones. They are not closed with the server. */
  readonly hearing?: Hearing;
  readonly brain?: Brain;
  readonly voice?: Voice;
}

export interface LocalModel {
  readonly port: number;
  /** Where clients connect: `ws://127.0.0.1:8788/v1/realtime`, or `wss:` with TLS. */
  readonly url: string;
  /** With TLS: the certificate in PEM, which clients are given as their authority. */
  readonly certificate: string | undefined;
  /** Makes things go wrong on purpose, and tells what each session was sent. */
  readonly faults: FaultControl;
  /** Ends every session with 1001 and stops the engine. */
  close(): Promise<void>;
}

export const DEFAULT_PORT = 8788;
export const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_AUDIO_PACE = 5;
const DEFAULT_LIFETIME_MS = 3_600_000;
const DEFAULT_PING_MS = 20_000;
/** Beyond it speech stutters long before on any machine: a guard against clients that reconnect without closing. */
export const DEFAULT_MAX_SESSIONS = 100;
/** 15 MiB of audio as base64, and room for the JSON around it: larger messages close the socket with 1009. */
const MAX_MESSAGE_BYTES = 21 * 1024 * 1024;
/** The longest a timer can wait; a longer one would go off at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** How long `close` waits for clients to answer the close frame. */
const CLOSE_WAIT_MS = 500;
const GOING_AWAY = 1001;
const NO_ADDRESS = "The request asks for no address.";

/** Listens, loads the engine, and resolves when a session could begin. Rejects when the port is taken. */
export async function startLocalModel(options: LocalModelOptions = {}): Promise<LocalModel> {
  const { host = DEFAULT_HOST, port = DEFAULT_PORT } = options;
  let engine: Engine | undefined;
  const control = new FaultControl(options.keepAudioMs);
  const identity = options.tls ? selfSigned(host) : undefined;
  const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
    answer(request, response, engine !== undefined, options.faults ? control : undefined);
  const http = identity
    ? createSecureServer({ key: identity.privateKey, cert: identity.certificate }, onRequest)
    : createServer(onRequest);
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(port, host, resolve);
  });
  const connections = new Set<Socket>();
  http.on("connection", (socket: Socket) => {
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
  });
  const sockets = new WebSocketServer({
    noServer: true,
    WebSocket: PublishingWebSocket,
    // A session that has gone silent answers no pings either, so each answers its own.
    autoPong: false,
    perMessageDeflate: options.deflate ?? false,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => (offered.has("realtime") ? "realtime" : false),
  });
  http.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    // A client may be gone before it is answered; nobody else listens to this socket yet.
    socket.on("error", () => socket.destroy());
    const ready = engine;
    const address = addressOf(request);
    if (!address) return refuse(socket, 400, NO_ADDRESS);
    if (!isRealtimePath(address)) return refuse(socket, 404, "Not found.");
    if (!ready) return refuse(socket, 503, "The engine is still loading.");
    if (sockets.clients.size >= (options.maxSessions ?? DEFAULT_MAX_SESSIONS)) {
      return refuse(socket, 503, "All sessions are taken.");
    }
    const arrival = arrive(address, control, options.faults === true);
    if (arrival.kind === "reset") return breakOff(socket);
    if (arrival.kind === "refused") return refuse(socket, arrival.status, arrival.message);
    sockets.handleUpgrade(request, socket, head, (client) => {
      serveClient(client, socket, admit(request, address, options.requireKey), arrival.faults, {
        engine: ready,
        audioPace: options.audioPace ?? DEFAULT_AUDIO_PACE,
        lifetimeMs: Math.min(options.sessionLifetimeMs ?? DEFAULT_LIFETIME_MS, MAX_TIMER_MS),
        pingIntervalMs: options.pingIntervalMs ?? DEFAULT_PING_MS,
        control,
        log: options.log ?? (() => {}),
      });
    });
  });
  const own = ownEngine(options);
  const close = async (): Promise<void> => {
    const stopped = new Promise<void>((resolve) => http.close(() => resolve()));
    for (const client of sockets.clients) client.close(GOING_AWAY, "The local model is shutting down.");
    const timer = setTimeout(() => {
      for (const client of sockets.clients) client.terminate();
      for (const socket of connections) socket.destroy();
    }, CLOSE_WAIT_MS);
    http.closeIdleConnections();
    await stopped;
    clearTimeout(timer);
    await own.close();
  };
  try {
    engine = await own.load();
  } catch (error) {
    await close();
    throw error;
  }
  const bound = (http.address() as AddressInfo).port;
  const authority = `${host.includes(":") ? `[${host}]` : host}:${bound}`;
  const url = `${identity ? "wss" : "ws"}://${authority}/v1/realtime`;
  return { port: bound, url, certificate: identity?.certificate, faults: control, close };
}

/** The built-in parts that were not replaced, loaded side by side. */
function ownEngine(options: LocalModelOptions): { load(): Promise<Engine>; close(): Promise<void> } {
  const hearing = options.hearing ? undefined : new GrammarHearing();
  const voice = options.voice ? undefined : new FliteVoice();
  return {
    load: async () => {
      await Promise.all([hearing?.load(), voice?.load()]);
      const brain = options.brain ?? new RuleBrain();
      const parts = {
        hearing: options.hearing ?? hearing!,
        voice: options.voice ?? voice!,
        brain,
        detector: loadSilero(),
      };
      // The words of a session without tools: whoever comes first does not wait for them.
      parts.hearing.prepare(brain.vocabulary([], []));
      return parts;
    },
    close: async () => {
      await Promise.all([hearing?.close(), voice?.close()]);
    },
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  isReady: boolean,
  control: FaultControl | undefined,
): void {
  const json = (status: number, body: unknown): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  const address = addressOf(request);
  if (!address) return json(400, { error: { message: NO_ADDRESS } });
  const path = address.pathname;
  if (path === "/healthz") json(isReady ? 200 : 503, { ok: isReady });
  else if (control && /^\/faults(\/|$)/.test(path)) void answerFaults(request, response, path, control);
  else if (isRealtimePath(address)) {
    json(426, { error: { message: "This endpoint takes WebSocket connections." } });
  } else json(404, { error: { message: "Not found." } });
}

function refuse(socket: Socket, status: number, message: string): void {
  const body = JSON.stringify({ error: { message } });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Refused"}`,
    "Connection: close",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  // Not left to the client, which may keep its half open for ever.
  socket.destroySoon();
}
