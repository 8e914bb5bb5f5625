// Decides from the upgrade request whether a client gets a session. A refusal is told inside the WebSocket, as the
// real service does: an `error` event, then a close.

import type { IncomingMessage } from "node:http";
import { betaDisabled, invalidKey, missingKey, missingModel, unknownModel } from "./wire/errors.ts";
import type { FatalError } from "./wire/errors.ts";
import { isKnownModel } from "./wire/session-object.ts";

export type Admission =
  | { readonly kind: "admitted"; readonly model: string }
  | { readonly kind: "refused"; readonly error: FatalError };

const KEY_PROTOCOL = "openai-insecure-api-key.";

export function admit(request: IncomingMessage, requiredKey: string | undefined): Admission {
  const key = keyOf(request);
  if (requiredKey !== undefined && key === undefined) return refused(missingKey());
  if (requiredKey !== undefined && key !== requiredKey) return refused(invalidKey(key ?? ""));
  if (request.headers["openai-beta"] === "realtime=v1") return refused(betaDisabled());
  const model = new URL(request.url ?? "/", "http://localhost").searchParams.get("model");
  if (!model) return refused(missingModel());
  if (!isKnownModel(model)) return refused(unknownModel(model));
  return { kind: "admitted", model };
}

/** From the header, or from the subprotocol that browsers use because they cannot set headers. */
function keyOf(request: IncomingMessage): string | undefined {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? "")?.[1];
  const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  return bearer ?? offered.find((name) => name.startsWith(KEY_PROTOCOL))?.slice(KEY_PROTOCOL.length);
}

function refused(error: FatalError): Admission {
  return { kind: "refused", error };
}
