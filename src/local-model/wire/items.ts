// Conversation items as the API shows them, and the check of those a client creates.

import { badImage, missingParameter, unsupportedValue, WireError } from "./errors.ts";
import { anything, flag, identifier, nullable, object, oneOf, record, text } from "./shape.ts";

export type ItemStatus = "in_progress" | "completed" | "incomplete";

export interface ContentPart {
  readonly type: "input_text" | "input_audio" | "input_image" | "output_text" | "output_audio";
  readonly text?: string;
  readonly transcript?: string | null;
  readonly audio?: string;
  readonly image_url?: string;
  readonly detail?: "auto" | "low" | "high";
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

export type McpError =
  | { readonly type: "protocol_error"; readonly code: number; readonly message: string }
  | { readonly type: "tool_execution_error"; readonly message: string }
  | { readonly type: "http_error"; readonly code: number; readonly message: string };

export interface McpCallItem {
  readonly id: string;
  readonly type: "mcp_call";
  readonly server_label: string;
  readonly name: string;
  readonly arguments: string;
  readonly approval_request_id: string | null;
  readonly output: string | null;
  readonly error: McpError | null;
}

export interface McpListedTool {
  readonly name: string;
  readonly description?: string;
  readonly input_schema: unknown;
}

export interface McpListItem {
  readonly id: string;
  readonly type: "mcp_list_tools";
  readonly server_label: string;
  readonly tools: readonly McpListedTool[];
}

export interface McpApprovalRequestItem {
  readonly id: string;
  readonly type: "mcp_approval_request";
  readonly server_label: string;
  readonly name: string;
  readonly arguments: string;
}

export interface McpApprovalResponseItem {
  readonly id: string;
  readonly type: "mcp_approval_response";
  readonly approval_request_id: string;
  readonly approve: boolean;
  readonly reason?: string | null;
}

export type WireItem =
  | MessageItem
  | FunctionCallItem
  | FunctionOutputItem
  | McpCallItem
  | McpListItem
  | McpApprovalRequestItem
  | McpApprovalResponseItem;

const IMAGE = /^data:image\/(?:png|jpe?g);base64,[A-Za-z0-9+/]+={0,2}$/;

const PARTS = {
  input_text: object({ type: text, text }, ["text"]),
  input_audio: object({ type: text, audio: text, transcript: nullable(text) }, ["audio"]),
  input_image: object(
    {
      type: text,
      image_url: (value, path) => {
        if (!IMAGE.test(text(value, path))) throw badImage(path);
        return value;
      },
      detail: oneOf("auto", "low", "high"),
    },
    ["image_url"],
  ),
  output_text: object({ type: text, text }, ["text"]),
} as const;

const ALLOWED_PARTS = {
  user: ["input_text", "input_audio", "input_image"],
  system: ["input_text"],
  assistant: ["output_text"],
} as const;

// A status sent by a client has no effect, but must be one.
const COMMON = {
  id: identifier,
  type: text,
  object: oneOf("realtime.item"),
  status: oneOf("completed", "incomplete", "in_progress"),
};
const MESSAGE = object(
  {
    ...COMMON,
    role: oneOf("user", "assistant", "system"),
    content: anything,
    phase: oneOf("commentary", "final_answer"),
  },
  ["role", "content"],
);
const CALL = object({ ...COMMON, name: text, call_id: identifier, arguments: text }, ["name", "arguments"]);
const OUTPUT = object({ ...COMMON, call_id: identifier, output: text }, ["call_id", "output"]);
const APPROVAL = object({ ...COMMON, approval_request_id: text, approve: flag, reason: nullable(text) }, [
  "approval_request_id",
  "approve",
]);

const CREATABLE = ["message", "function_call", "function_call_output", "mcp_approval_response"] as const;

/** Names for what the client left unnamed. */
export interface Names {
  itemId(): string;
  callId(): string;
}

/** The item a client sent, complete. Throws a `WireError`. */
export function checkItem(value: unknown, path: string, names: Names): WireItem {
  if (value === undefined) throw missingParameter(path);
  const source = record(value, path);
  if (source["type"] === undefined) throw missingParameter(`${path}.type`);
  const type = oneOf(...CREATABLE)(source["type"], `${path}.type`);
  switch (type) {
    case "message": {
      const { id = names.itemId(), role, content: parts } = MESSAGE(source, path);
      return { id, type, status: "completed", role, content: checkContent(parts, role, `${path}.content`) };
    }
    case "function_call": {
      const fields = CALL(source, path);
      const { id = names.itemId(), name, call_id = names.callId() } = fields;
      return { id, type, status: "completed", name, call_id, arguments: fields.arguments };
    }
    case "function_call_output": {
      // Outputs carry no status on the wire.
      const { id = names.itemId(), call_id, output } = OUTPUT(source, path);
      return { id, type, call_id, output };
    }
    case "mcp_approval_response": {
      const { id = names.itemId(), approval_request_id, approve, reason } = APPROVAL(source, path);
      return { id, type, approval_request_id, approve, ...(reason === undefined ? {} : { reason }) };
    }
  }
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
