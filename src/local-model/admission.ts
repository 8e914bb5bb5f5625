// Decides from the upgrade request whether a client gets a session. A refusal is told inside the WebSocket, as the
// real service does: an `error` event, then a close.

import type { IncomingMessage } from "node:http";
import {
  betaDisabled,
  invalidKey,
  missingKey,
  missingModel,
  modelNotWanted,
  unknownCallId,
  unknownModel,
} from "./wire/fatal-errors.ts";
import type { FatalError } from "./wire/fatal-errors.ts";
import { isKnownModel } from "./wire/models.ts";

export type Admission =
  | { readonly kind: "realtime" | "transcription"; readonly model: string }
  | { readonly kind: "refused"; readonly error: FatalError };

const KEY_PROTOCOL = "openai-insecure-api-key.";
const BETA_PROTOCOL = "openai-beta.realtime-v1";
/** A session that only transcribes has no model of its own; this one's turn detection waits as documented, 500 ms. */
const TRANSCRIBING_MODEL = "gpt-realtime-2.1";

export function admit(request: IncomingMessage, address: URL, requiredKey: string | undefined): Admission {
  const protocols = offeredProtocols(request);
  const key = keyOf(request, protocols);
  if (requiredKey !== undefined && key === undefined) return refused(missingKey());
  if (requiredKey !== undefined && key !== requiredKey) return refused(invalidKey(key ?? ""));
  if (request.headers["openai-beta"] === "realtime=v1" || protocols.includes(BETA_PROTOCOL)) {
    return refused(betaDisabled());
  }
  const query = address.searchParams;
  const model = query.get("model");
  if (query.has("call_id")) return refused(unknownCallId());
  if (query.get("intent") === "transcription") {
    return model ? refused(modelNotWanted()) : { kind: "transcription", model: TRANSCRIBING_MODEL };
  }
  if (!model) return refused(missingModel());
  if (!isKnownModel(model)) return refused(unknownModel(model));
  return { kind: "realtime", model };
}

function offeredProtocols(request: IncomingMessage): string[] {
  return (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
}

/** From the header, or from the subprotocol that browsers use because they cannot set headers. */
function keyOf(request: IncomingMessage, protocols: readonly string[]): string | undefined {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? "")?.[1];
  return bearer ?? protocols.find((name) => name.startsWith(KEY_PROTOCOL))?.slice(KEY_PROTOCOL.length);
}

function refused(error: FatalError): Admission {
  return { kind: "refused", error };
}
