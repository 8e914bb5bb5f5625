// A text frame to a client event. Everything about a frame that is not yet about its meaning.

import { audioTooLong, badAudio, missingParameter, nestedTooDeep, WireError } from "./errors.ts";
import { decodePcm } from "./pcm-text.ts";
import { isDeeperThan, MAX_DEPTH, text, textUpTo } from "./shape.ts";

/** The documented limit of one append, and the base64 that makes it. */
const MAX_APPEND_MIB = 15;
const MAX_APPEND_CHARACTERS = (MAX_APPEND_MIB * 1024 * 1024 * 4) / 3;

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
  // Before any of it is used, so that an event is taken as a whole or not at all.
  if (isDeeperThan(body, MAX_DEPTH)) throw nestedTooDeep(MAX_DEPTH);
  const eventId = body["event_id"] === undefined ? null : textUpTo(512)(body["event_id"], "event_id");
  return { type: body["type"], eventId, body };
}

/** The samples of an `input_audio_buffer.append`. Throws a `WireError`. */
export function appendedAudio(body: ClientEvent["body"]): Int16Array {
  if (body["audio"] === undefined) throw missingParameter("audio");
  const base64 = text(body["audio"], "audio");
  if (base64.length > MAX_APPEND_CHARACTERS) throw audioTooLong("audio", MAX_APPEND_MIB);
  const samples = decodePcm(base64);
  if (!samples) throw badAudio("audio");
  return samples;
}

export function binaryFrame(): WireError {
  return new WireError(
    "invalid_event",
    "Binary frames are not supported: send events as JSON in text frames.",
  );
}
