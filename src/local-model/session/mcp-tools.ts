// The MCP servers of one session: lists each when it is configured, and calls their tools for the responses.

import type { BrainTool, PlannedCall } from "../brain.ts";
import { newId } from "../wire/ids.ts";
import type { McpError, McpListedTool } from "../wire/items.ts";
import type { McpTool, Tool } from "../wire/tools.ts";
import type { ItemList, StoredItem } from "./item-list.ts";
import { storedItem } from "./item-list.ts";
import { McpClient, McpFailure } from "./mcp-client.ts";
import type { Emit } from "./output-item.ts";

interface Server {
  readonly config: McpTool;
  readonly client: McpClient;
  tools: readonly McpListedTool[];
}

export type McpResult = { readonly output: string } | { readonly error: McpError };

export interface ApprovedCall {
  readonly call: PlannedCall;
  readonly approvalId: string;
}

interface Ports {
  readonly emit: Emit;
  readonly items: ItemList;
  isOpen(): boolean;
  /** The tools that can be called have changed. */
  onListed(): void;
}

export class McpTools {
  readonly #ports: Ports;
  readonly #answered = new Set<string>();
  #servers = new Map<string, Server>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Takes the session's tools; servers it does not know yet are listed. */
  configure(tools: readonly Tool[]): void {
    const before = this.#servers;
    this.#servers = new Map();
    for (const config of tools) {
      if (config.type !== "mcp") continue;
      const label = config.server_label;
      const known = before.get(label);
      if (known && JSON.stringify(known.config) === JSON.stringify(config)) this.#servers.set(label, known);
      else void this.#list({ config, client: new McpClient(config), tools: [] });
    }
  }

  listedBy(label: string): BrainTool[] {
    const tools = this.#servers.get(label)?.tools ?? [];
    return tools.map(({ name, description = "", input_schema }) => ({
      name,
      description,
      parameters: input_schema,
    }));
  }

  owns(toolName: string): boolean {
    return this.#owner(toolName) !== undefined;
  }

  labelOf(toolName: string): string {
    return this.#owner(toolName)?.config.server_label ?? "";
  }

  /** `always` unless told, as in the API. */
  needsApproval(toolName: string): boolean {
    const rule = this.#owner(toolName)?.config.require_approval ?? "always";
    if (typeof rule === "string") return rule !== "never";
    const { never } = rule as { never?: { tool_names?: readonly string[] } };
    return !(never?.tool_names ?? []).includes(toolName);
  }

  async call({ name, arguments: args }: PlannedCall): Promise<McpResult> {
    const owner = this.#owner(name);
    if (!owner) {
      return { error: { type: "protocol_error", code: -32_602, message: `there is no tool "${name}"` } };
    }
    try {
      return { output: await owner.client.call(name, args) };
    } catch (error) {
      if (error instanceof McpFailure) return { error: error.error };
      throw error;
    }
  }

  /** Calls that were asked about and allowed since, each given out once. */
  takeApproved(context: readonly StoredItem[]): ApprovedCall[] {
    return context.flatMap(({ wire }) => {
      if (wire.type !== "mcp_approval_response" || !wire.approve) return [];
      const request = this.#ports.items.find(wire.approval_request_id)?.wire;
      if (request?.type !== "mcp_approval_request" || this.#answered.has(request.id)) return [];
      this.#answered.add(request.id);
      const args = JSON.parse(request.arguments) as Record<string, unknown>;
      return [{ call: { name: request.name, arguments: args }, approvalId: request.id }];
    });
  }

  #owner(toolName: string): Server | undefined {
    return [...this.#servers.values()].find(({ tools }) => tools.some(({ name }) => name === toolName));
  }

  async #list(server: Server): Promise<void> {
    const { emit, items, isOpen, onListed } = this.#ports;
    const { config } = server;
    this.#servers.set(config.server_label, server);
    const item = storedItem({
      id: newId("item"),
      type: "mcp_list_tools",
      server_label: config.server_label,
      tools: [],
    });
    const itemId = { item_id: item.wire.id };
    emit("mcp_list_tools.in_progress", itemId);
    let outcome: "completed" | "failed" = "completed";
    // Nobody waits for this: whatever goes wrong, with the server or the conversation, is a failed listing.
    try {
      const previous = items.insert(item);
      emit("conversation.item.added", { previous_item_id: previous, item: item.wire });
      const listed = await server.client.list();
      if (!isOpen()) return;
      server.tools = listed.filter(({ name }) => isAllowed(config.allowed_tools, name));
      onListed();
    } catch {
      server.tools = [];
      outcome = "failed";
    }
    if (!isOpen()) return;
    // It is not there when the conversation is full, or when the client has deleted it.
    if (items.find(item.wire.id)) {
      item.wire = { ...item.wire, tools: server.tools } as StoredItem["wire"];
      emit("conversation.item.done", { previous_item_id: items.previousOf(item.wire.id), item: item.wire });
    }
    emit(`mcp_list_tools.${outcome}`, itemId);
  }
}

/** A list of names, or an object with such a list; without either all are. */
function isAllowed(rule: unknown, name: string): boolean {
  const names = Array.isArray(rule) ? rule : (rule as { tool_names?: unknown } | undefined)?.tool_names;
  return !Array.isArray(names) || names.includes(name);
}
