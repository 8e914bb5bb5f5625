// The address a request asks for, read without trust: what comes over the wire need not be one.

import type { IncomingMessage } from "node:http";

/** Undefined when the request's target is no address at all. A target such as `//` is a path like any other. */
export function addressOf(request: IncomingMessage): URL | undefined {
  const target = request.url ?? "/";
  const address = target.startsWith("/") ? `http://localhost${target}` : target;
  return URL.canParse(address) ? new URL(address) : undefined;
}

export function isRealtimePath({ pathname }: URL): boolean {
  return pathname.replace(/\/$/, "") === "/v1/realtime";
}
