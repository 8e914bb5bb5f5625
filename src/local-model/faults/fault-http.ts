// The fault control over HTTP, for tests in another process. Only this computer is let in, and no web page: a page
// in a browser could otherwise reach a server on the same machine.

import type { IncomingMessage, ServerResponse } from "node:http";
import { integer, object, oneOf, text } from "../wire/shape.ts";
import { WireError } from "../wire/errors.ts";
import { FaultError } from "./fault.ts";
import type { FaultControl } from "./fault-control.ts";

const REQUEST = object(
  { fault: text, session: text, times: integer(1, 1_000_000), forMs: integer(1, 86_400_000) },
  ["fault"],
);
const METHODS = oneOf("GET", "POST", "DELETE");
/** A request is one short object. */
const MAX_BODY_CHARACTERS = 10_000;

/** `GET /faults`, `POST /faults`, `DELETE /faults`, `GET /faults/audio/<session id>`. */
export async function answerFaults(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  control: FaultControl,
): Promise<void> {
  const json = (status: number, body: unknown): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  const refuse = (status: number, message: string): void => json(status, { error: { message } });
  if (!isLoopback(request.socket.remoteAddress) || request.headers.origin !== undefined) {
    return refuse(403, "Faults are controlled from this computer only, and not from a web page.");
  }
  try {
    const method = METHODS(request.method, "method");
    const audioOf = /^\/faults\/audio\/(\w+)$/.exec(path)?.[1];
    if (audioOf !== undefined) {
      const samples = control.audioOf(audioOf);
      if (!samples) return refuse(404, "No audio is kept of such a session: start with --keep-audio.");
      response.writeHead(200, { "content-type": "audio/pcm;rate=24000;encoding=signed-int;bits=16" });
      response.end(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
      return;
    }
    if (path !== "/faults") return refuse(404, "Not found.");
    if (method === "DELETE") control.clear();
    if (method === "POST") plan(control, JSON.parse(await bodyOf(request)));
    json(200, { sessions: control.sessions, planned: control.plannedFaults });
  } catch (error) {
    const isTheirs =
      error instanceof FaultError || error instanceof WireError || error instanceof SyntaxError;
    refuse(isTheirs ? 400 : 500, error instanceof Error ? error.message : "failed");
  }
}

function plan(control: FaultControl, value: unknown): void {
  const { fault, session = "next", times, forMs } = REQUEST(value, "body");
  if (session === "all") control.injectAll(fault);
  else if (session !== "next") control.inject(session, fault);
  else {
    control.next(fault, {
      ...(times === undefined ? {} : { times }),
      ...(forMs === undefined ? {} : { forMs }),
    });
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let read = "";
  for await (const part of request.setEncoding("utf8")) {
    read += String(part);
    if (read.length > MAX_BODY_CHARACTERS) throw new FaultError("the body is too long");
  }
  return read;
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::ffff:)?127\.|^::1$/.test(address);
}
