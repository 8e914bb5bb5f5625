// A text frame to a client event. Everything about a frame that is not yet about its meaning.

import { WireError } from "./errors.ts";
import { textUpTo } from "./shape.ts";

export interface ClientEvent {
  readonly type: string;
  readonly eventId: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

export function parseFrame(data: string): ClientEvent {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    throw new WireError("invalid_json", "Could not parse the event: it is not valid JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new WireError("invalid_event", "The event must be a JSON object.");
  }
  const body = value as Record<string, unknown>;
  if (body["type"] === undefined) {
    throw new WireError("missing_required_parameter", "Missing required parameter: 'type'.", "type");
  }
  if (typeof body["type"] !== "string") {
    throw new WireError("invalid_type", "Invalid type for 'type': expected a string.", "type");
  }
  const eventId = body["event_id"] === undefined ? null : textUpTo(512)(body["event_id"], "event_id");
  return { type: body["type"], eventId, body };
}

export function binaryFrame(): WireError {
  return new WireError(
    "invalid_event",
    "Binary frames are not supported: send events as JSON in text frames.",
  );
}
