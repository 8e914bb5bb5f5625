// The errors of the API, each with its code, its parameter and the wording clients match on.

export interface ErrorBody {
  readonly type: "invalid_request_error" | "server_error";
  readonly code: string | null;
  readonly message: string;
  readonly param: string | null;
  readonly event_id: string | null;
}

/** Thrown while a client event is handled; becomes one `error` event, and the session goes on. */
export class WireError extends Error {
  readonly code: string | null;
  readonly param: string | null;
  /** Some paths of the real service do not echo the client's event id. */
  readonly echoesEventId: boolean;

  constructor(code: string | null, message: string, param: string | null = null, echoesEventId = true) {
    super(message);
    this.code = code;
    this.param = param;
    this.echoesEventId = echoesEventId;
  }

  body(eventId: string | null): ErrorBody {
    const { code, message, param } = this;
    return {
      type: "invalid_request_error",
      code,
      message,
      param,
      event_id: this.echoesEventId ? eventId : null,
    };
  }
}

export function missingParameter(path: string): WireError {
  return new WireError("missing_required_parameter", `Missing required parameter: '${path}'.`, path);
}

export function unknownParameter(path: string): WireError {
  return new WireError("unknown_parameter", `Unknown parameter: '${path}'.`, path);
}

export function unsupportedValue(path: string, value: unknown, supported: readonly string[]): WireError {
  const quoted = supported.map((each) => `'${each}'`);
  const list =
    quoted.length > 1 ? `${quoted.slice(0, -1).join(", ")}, and ${quoted.at(-1)}` : quoted.join("");
  const shown = typeof value === "string" ? value : JSON.stringify(value);
  return new WireError("invalid_value", `Invalid value: '${shown}'. Supported values are: ${list}.`, path);
}

export function wrongType(path: string, expected: string, value: unknown): WireError {
  const got = value === null ? "null" : Array.isArray(value) ? "an array" : kindOfValue(value);
  return new WireError(
    "invalid_type",
    `Invalid type for '${path}': expected ${expected}, but got ${got} instead.`,
    path,
  );
}

function kindOfValue(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? "an integer" : "a decimal number";
  return typeof value === "object" || typeof value === "undefined" ? "an object" : `a ${typeof value}`;
}

export function belowMinimum(path: string, minimum: number, value: number): WireError {
  const message = `Invalid '${path}': integer below minimum value. Expected a value >= ${minimum}, but got ${value} instead.`;
  return new WireError("integer_below_min_value", message, path);
}

export function aboveMaximum(path: string, maximum: number, value: number): WireError {
  const message = `Invalid '${path}': integer above maximum value. Expected a value <= ${maximum}, but got ${value} instead.`;
  return new WireError("integer_above_max_value", message, path);
}

export function stringTooLong(path: string, maximum: number, length: number): WireError {
  const message = `Invalid '${path}': string too long. Expected a string with maximum length ${maximum}, but got a string with length ${length} instead.`;
  return new WireError("string_above_max_length", message, path);
}

export function commitTooShort(bufferedMs: number): WireError {
  const message =
    "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has " +
    `${bufferedMs.toFixed(2)}ms of audio.`;
  return new WireError("input_audio_buffer_commit_empty", message);
}

export function responseActive(responseId: string): WireError {
  const message =
    `Conversation already has an active response in progress: ${responseId}. ` +
    "Wait until the response is finished before creating a new one.";
  return new WireError("conversation_already_has_active_response", message, null, false);
}

export function nothingToCancel(): WireError {
  return new WireError("response_cancel_not_active", "Cancellation failed: no active response found");
}

export function noSuchItem(action: "retrieve" | "delete" | "truncate", id: string): WireError {
  const doing = { retrieve: "retrieving", delete: "deleting", truncate: "truncating" }[action];
  const message = `Error ${doing} item: the item with id '${id}' does not exist.`;
  return new WireError(`item_${action}_invalid_item_id`, message, null, action !== "delete");
}

export function notTruncatable(): WireError {
  return new WireError("unsupported_content_type", "Only model output audio messages can be truncated");
}

export function truncatedPastEnd(audioMs: number, askedMs: number): WireError {
  const message = `Audio content of ${audioMs}ms is already shorter than ${askedMs}ms`;
  return new WireError("invalid_value", message, "audio_end_ms");
}

export function duplicateItem(id: string): WireError {
  const message = `Error adding item: an item with id '${id}' already exists.`;
  return new WireError("item_create_duplicate_item_id", message, null, false);
}

export function unknownPreviousItem(id: string): WireError {
  const message = `Error adding item: the previous item with id '${id}' does not exist.`;
  return new WireError("item_create_invalid_previous_item_id", message, "previous_item_id");
}

export function unknownCall(callId: string): WireError {
  return new WireError("invalid_tool_call_id", `Tool call ID '${callId}' not found in conversation.`);
}

export function unknownApprovalRequest(id: string): WireError {
  return new WireError("invalid_value", `Approval request '${id}' not found.`, "item.approval_request_id");
}

export function tooManyItems(most: number): WireError {
  return new WireError("invalid_value", `Error adding item: a conversation holds at most ${most} items.`);
}

export function voiceLocked(): WireError {
  const message = "Cannot update a conversation's voice if assistant audio is present.";
  return new WireError("cannot_update_voice", message);
}

/** The wording names both kinds, whichever way round it was wrong. */
export function otherSessionKind(own: "realtime" | "transcription"): WireError {
  const other = own === "realtime" ? "transcription" : "realtime";
  const message = `Passing a ${other} session update event to a ${own} session is not allowed.`;
  return new WireError("invalid_parameter", message, "session.type");
}

export function notInThisSession(type: string, kind: string): WireError {
  return new WireError("invalid_event", `'${type}' events are not supported in a ${kind} session.`, "type");
}

export function noSuchReference(index: number, id: string): WireError {
  return new WireError("invalid_value", `Item with id '${id}' not found.`, `response.input[${index}].id`);
}

export function nestedTooDeep(levels: number): WireError {
  return new WireError("invalid_value", `Invalid event: it is nested deeper than ${levels} levels.`);
}

export function itemsTooLong(mebibytes: number): WireError {
  const message = `Error adding item: the items of a conversation hold at most ${mebibytes} MiB of text and images.`;
  return new WireError("invalid_value", message);
}

export function audioTooLong(path: string, megabytes: number): WireError {
  return new WireError("invalid_value", `Invalid '${path}': audio of more than ${megabytes} MiB.`, path);
}

export function badImage(path: string): WireError {
  const message = `Invalid '${path}': expected a base64-encoded data URL with a PNG or JPEG image.`;
  return new WireError("invalid_value", message, path);
}

export function badAudio(path: string): WireError {
  const message = `Invalid '${path}': expected base64 of whole 16-bit little-endian samples.`;
  return new WireError("invalid_value", message, path);
}
