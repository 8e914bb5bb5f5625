// Tools and the choice among them, as sessions and responses take them.

import { WireError } from "./errors.ts";
import { anything, arrayOf, flag, nullable, object, oneOf, record, text, textUpTo } from "./shape.ts";
import type { Check } from "./shape.ts";

export interface FunctionTool {
  readonly type: "function";
  readonly name: string;
  readonly description?: string;
  readonly parameters?: unknown;
}

/** A server of tools that this server lists and calls by itself. */
export interface McpTool {
  readonly type: "mcp";
  readonly server_label: string;
  readonly server_url?: string;
  readonly authorization?: string;
  readonly headers?: Readonly<Record<string, unknown>> | null;
  readonly allowed_tools?: unknown;
  readonly require_approval?: unknown;
}

export type Tool = FunctionTool | McpTool;

export type ToolChoice =
  | "auto"
  | "none"
  | "required"
  | { readonly type: "function"; readonly name: string }
  | { readonly type: "mcp"; readonly server_label: string; readonly name?: string };

const FUNCTION = object(
  { type: oneOf("function"), name: textUpTo(64), description: text, parameters: record },
  ["type", "name"],
);

const TOOL_FILTER = object({ tool_names: arrayOf(text), read_only: flag });

const ALLOWED_TOOLS: Check<unknown> = (value, path) =>
  Array.isArray(value) ? arrayOf(text)(value, path) : TOOL_FILTER(value, path);

const APPROVAL_RULE: Check<unknown> = (value, path) =>
  typeof value === "object"
    ? object({ always: TOOL_FILTER, never: TOOL_FILTER })(value, path)
    : oneOf("always", "never")(value, path);

const MCP = object(
  {
    type: oneOf("mcp"),
    server_label: text,
    server_url: text,
    connector_id: text,
    tunnel_id: text,
    authorization: text,
    headers: nullable(record),
    server_description: text,
    allowed_tools: nullable(ALLOWED_TOOLS),
    allowed_callers: anything,
    require_approval: nullable(APPROVAL_RULE),
    defer_loading: flag,
  },
  ["type", "server_label"],
);

const TOOL: Check<Tool> = (value, path) => {
  const type = oneOf("function", "mcp")(record(value, path)["type"], `${path}.type`);
  if (type === "function") {
    const tool = FUNCTION(value, path);
    if (!/^[a-zA-Z0-9_-]+$/.test(tool.name)) {
      const message = `Invalid '${path}.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`;
      throw new WireError("invalid_value", message, `${path}.name`);
    }
    return tool;
  }
  const tool = MCP(value, path);
  const addresses = [tool.server_url, tool.connector_id, tool.tunnel_id].filter((each) => each !== undefined);
  if (addresses.length !== 1) {
    const message = `Invalid '${path}': exactly one of 'server_url', 'connector_id' and 'tunnel_id' is required.`;
    throw new WireError("invalid_value", message, path);
  }
  return tool;
};

export const TOOLS: Check<readonly Tool[]> = arrayOf(TOOL);

export const TOOL_CHOICE: Check<ToolChoice> = (value, path) => {
  if (typeof value !== "object" || value === null) return oneOf("auto", "none", "required")(value, path);
  const type = oneOf("function", "mcp")(record(value, path)["type"], `${path}.type`);
  return type === "function"
    ? object({ type: oneOf("function"), name: text }, ["type", "name"])(value, path)
    : object({ type: oneOf("mcp"), server_label: text, name: text }, ["type", "server_label"])(value, path);
};
