// Conversation items as the API shows them, and the check of those a client creates.

import { missingParameter, unsupportedValue, WireError } from "./errors.ts";
import { anything, identifier, object, oneOf, record, text } from "./shape.ts";

export type ItemStatus = "in_progress" | "completed" | "incomplete";

export interface ContentPart {
  readonly type: "input_text" | "input_audio" | "input_image" | "output_text" | "output_audio";
  readonly text?: string;
  readonly transcript?: string | null;
  readonly audio?: string;
  readonly image_url?: string;
}

export interface MessageItem {
  readonly id: string;
  readonly type: "message";
  readonly status: ItemStatus;
  readonly role: "user" | "assistant" | "system";
  readonly content: readonly ContentPart[];
  readonly phase?: "commentary" | "final_answer";
}

export interface FunctionCallItem {
  readonly id: string;
  readonly type: "function_call";
  readonly status: ItemStatus;
  readonly name: string;
  readonly call_id: string;
  readonly arguments: string;
}

export interface FunctionOutputItem {
  readonly id: string;
  readonly type: "function_call_output";
  readonly call_id: string;
  readonly output: string;
}

export type WireItem = MessageItem | FunctionCallItem | FunctionOutputItem;

const PARTS = {
  input_text: object({ type: text, text }, ["text"]),
  input_audio: object({ type: text, audio: text, transcript: anything }, ["audio"]),
  input_image: object({ type: text, image_url: text, detail: oneOf("auto", "low", "high") }, ["image_url"]),
  output_text: object({ type: text, text }, ["text"]),
} as const;

const ALLOWED_PARTS = {
  user: ["input_text", "input_audio", "input_image"],
  system: ["input_text"],
  assistant: ["output_text"],
} as const;

const COMMON = { id: identifier, type: text, object: text, status: text };
const MESSAGE = object(
  { ...COMMON, role: oneOf("user", "assistant", "system"), content: anything, phase: text },
  ["role", "content"],
);
const CALL = object({ ...COMMON, name: text, call_id: identifier, arguments: text }, [
  "name",
  "call_id",
  "arguments",
]);
const OUTPUT = object({ ...COMMON, call_id: identifier, output: text }, ["call_id", "output"]);

const CREATABLE = ["message", "function_call", "function_call_output"] as const;

/** The item a client sent, complete; `newItemId` names it when the client did not. Throws a `WireError`. */
export function checkItem(value: unknown, path: string, newItemId: () => string): WireItem {
  if (value === undefined) throw missingParameter(path);
  const source = record(value, path);
  if (source["type"] === undefined) throw missingParameter(`${path}.type`);
  const type = oneOf(...CREATABLE)(source["type"], `${path}.type`);
  if (type === "message") {
    const fields = MESSAGE(source, path);
    const content = checkContent(fields.content, fields.role, `${path}.content`);
    return { id: fields.id ?? newItemId(), type, status: "completed", role: fields.role, content };
  }
  if (type === "function_call") {
    const fields = CALL(source, path);
    return {
      id: fields.id ?? newItemId(),
      type,
      status: "completed",
      name: fields.name,
      call_id: fields.call_id,
      arguments: fields.arguments,
    };
  }
  // Outputs carry no status on the wire.
  const fields = OUTPUT(source, path);
  return { id: fields.id ?? newItemId(), type, call_id: fields.call_id, output: fields.output };
}

function checkContent(value: unknown, role: MessageItem["role"], path: string): ContentPart[] {
  if (!Array.isArray(value)) {
    throw new WireError("invalid_type", `Invalid type for '${path}': expected an array.`, path);
  }
  return value.map((part: unknown, index) => {
    const at = `${path}[${index}]`;
    const source = record(part, at);
    if (source["type"] === undefined) throw missingParameter(`${at}.type`);
    // The service looks for the text first, so this is the error for assistant audio as well.
    if (role === "assistant" && source["text"] === undefined) throw missingParameter(`${at}.text`);
    const allowed: readonly (keyof typeof PARTS)[] = ALLOWED_PARTS[role];
    const type = allowed.find((each) => each === source["type"]);
    if (!type) throw unsupportedValue(`${at}.type`, source["type"], allowed);
    return { ...PARTS[type](source, at), type } as ContentPart;
  });
}
