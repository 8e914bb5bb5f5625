// As much of the Model Context Protocol (streamable HTTP) as a model needs: list a server's tools and call one.
// Only servers on this computer are reached: the local model is offline, and an open door to other addresses would
// let whoever reaches it reach them.

import type { McpError, McpListedTool } from "../wire/items.ts";
import { isDeeperThan, MAX_DEPTH, record, text as textAt } from "../wire/shape.ts";
import type { McpTool } from "../wire/tools.ts";

const PROTOCOL_VERSION = "2025-06-18";
/** A server that takes longer has failed; a tool may take longer than a listing would. */
const REQUEST_TIMEOUT_MS = 20_000;
/** Longer answers are cut off with the connection: nobody reads so much aloud. */
const MAX_ANSWER_BYTES = 1_000_000;
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Thrown with the error as an `mcp_call` item shows it. */
export class McpFailure extends Error {
  readonly error: McpError;

  constructor(error: McpError) {
    super(error.message);
    this.error = error;
  }
}

export class McpClient {
  readonly #server: McpTool;
  #sessionId: string | undefined;
  #opened: Promise<void> | undefined;
  #lastId = 0;

  constructor(server: McpTool) {
    this.#server = server;
  }

  /** Throws when the server does not answer, or with anything but a list of tools. */
  async list(): Promise<McpListedTool[]> {
    const { tools = [] } = record(await this.#request("tools/list", {}), "result");
    if (!Array.isArray(tools)) throw new Error("the MCP server's tools are no list");
    return tools.map((tool: unknown, index) => listedTool(tool, `tools[${index}]`));
  }

  /** The text of the result. Throws an `McpFailure`. */
  async call(name: string, args: unknown): Promise<string> {
    const result = (await this.#request("tools/call", { name, arguments: args })) as {
      content?: { type: string; text?: string }[];
      isError?: boolean;
    };
    const text = (result.content ?? []).map((part) => part.text ?? `[${part.type}]`).join("\n");
    if (result.isError) throw new McpFailure({ type: "tool_execution_error", message: text });
    return text;
  }

  async #request(method: string, params: unknown): Promise<unknown> {
    this.#opened ??= this.#open();
    await this.#opened;
    return this.#send({ jsonrpc: "2.0", id: ++this.#lastId, method, params });
  }

  async #open(): Promise<void> {
    const params = {
      protocolVersion: PROTOCOL_VERSION,
      capabilities: {},
      clientInfo: { name: "parley-local-model", version: "1" },
    };
    await this.#send({ jsonrpc: "2.0", id: ++this.#lastId, method: "initialize", params });
    await this.#send({ jsonrpc: "2.0", method: "notifications/initialized" });
  }

  async #send(message: Message): Promise<unknown> {
    const { server_url: address = "", authorization, headers } = this.#server;
    if (!URL.canParse(address) || !LOOPBACK.has(new URL(address).hostname)) {
      throw new McpFailure({
        type: "http_error",
        code: 403,
        message: "only MCP servers on this computer are reached",
      });
    }
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(address, {
        method: "POST",
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        redirect: "error",
        headers: {
          ...(headers as Record<string, string> | null | undefined),
          ...(authorization === undefined ? {} : { authorization: `Bearer ${authorization}` }),
          ...(this.#sessionId === undefined ? {} : { "mcp-session-id": this.#sessionId }),
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          "mcp-protocol-version": PROTOCOL_VERSION,
        },
        body: JSON.stringify(message),
      });
      text = await bodyOf(answer);
    } catch (error) {
      const why = error instanceof Error ? error.message : "unreachable";
      throw new McpFailure({ type: "http_error", code: 503, message: why });
    }
    this.#sessionId = answer.headers.get("mcp-session-id") ?? this.#sessionId;
    if (!answer.ok) {
      throw new McpFailure({ type: "http_error", code: answer.status, message: text.slice(0, 200) });
    }
    return message.id === undefined ? undefined : resultIn(text, message.id);
  }
}

function listedTool(value: unknown, path: string): McpListedTool {
  const { name, description, inputSchema } = record(value, path);
  const input_schema = record(inputSchema ?? { type: "object", properties: {} }, `${path}.inputSchema`);
  if (isDeeperThan(input_schema, MAX_DEPTH)) throw new Error(`${path}.inputSchema is nested too deep`);
  return {
    name: textAt(name, `${path}.name`),
    ...(description === undefined || description === null
      ? {}
      : { description: textAt(description, `${path}.description`) }),
    input_schema,
  };
}

async function bodyOf(answer: Response): Promise<string> {
  if (!answer.body) return "";
  const decoder = new TextDecoder();
  let bytes = 0;
  let read = "";
  for await (const part of answer.body as ReadableStream<Uint8Array>) {
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error("the MCP server's answer is too long");
    read += decoder.decode(part, { stream: true });
  }
  return read + decoder.decode();
}

/** The result of a request, from a JSON body or from a stream of events. */
function resultIn(text: string, id: number): unknown {
  const documents = text.startsWith("{")
    ? [text]
    : [...text.matchAll(/^data: ?(.*)$/gm)].map((match) => match[1]!);
  for (const document of documents) {
    const answer = parsed(document);
    if (answer?.id !== id) continue;
    if (!answer.error) return answer.result ?? {};
    const { code = 0, message = "the MCP server refused" } = answer.error;
    throw new McpFailure({ type: "protocol_error", code, message });
  }
  throw new McpFailure({ type: "protocol_error", code: -32_603, message: "the MCP server did not answer" });
}

interface Message {
  readonly jsonrpc: "2.0";
  readonly id?: number;
  readonly method: string;
  readonly params?: unknown;
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly code?: number; readonly message?: string };
}

function parsed(document: string): Answer | undefined {
  try {
    return JSON.parse(document) as Answer;
  } catch {
    return undefined;
  }
}
