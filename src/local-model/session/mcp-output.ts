// What a response shows of MCP: a call it makes by itself, and the question whether it may.

import { newId, obfuscation } from "../wire/ids.ts";
import type { McpCallItem } from "../wire/items.ts";
import { storedItem } from "./item-list.ts";
import type { StoredItem } from "./item-list.ts";
import type { McpResult } from "./mcp-tools.ts";
import { finishItem, openItem, pieces } from "./output-item.ts";
import type { OutputItem, OutputPlace } from "./output-item.ts";

export class OutputMcpCall implements OutputItem {
  readonly stored: StoredItem;
  readonly #place: OutputPlace;
  #closed = false;

  constructor(place: OutputPlace, label: string, name: string, approvalId: string | null) {
    this.#place = place;
    this.stored = storedItem({
      id: newId("item"),
      type: "mcp_call",
      server_label: label,
      name,
      arguments: "",
      approval_request_id: approvalId,
      output: null,
      error: null,
    });
    openItem(place, this.stored);
  }

  write(text: string): void {
    const { emit, responseId, outputIndex } = this.#place;
    const ids = { response_id: responseId, item_id: this.stored.wire.id, output_index: outputIndex };
    for (const delta of pieces(text)) {
      emit("response.mcp_call_arguments.delta", { ...ids, delta, obfuscation: obfuscation() });
    }
    this.stored.wire = { ...(this.stored.wire as McpCallItem), arguments: text };
    emit("response.mcp_call_arguments.done", { ...ids, arguments: text });
    this.#tell("in_progress");
  }

  settle(result: McpResult): void {
    this.stored.wire = { ...(this.stored.wire as McpCallItem), ...result };
    this.#tell("output" in result ? "completed" : "failed");
  }

  /** Such an item has no status: whether it ended well is in its output or error. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    finishItem(this.#place, this.stored, undefined);
  }

  #tell(state: "in_progress" | "completed" | "failed"): void {
    const fields = { item_id: this.stored.wire.id, output_index: this.#place.outputIndex };
    this.#place.emit(`response.mcp_call.${state}`, fields);
  }
}

export class OutputApprovalRequest implements OutputItem {
  readonly stored: StoredItem;

  constructor(place: OutputPlace, label: string, name: string, text: string) {
    const id = newId("item");
    this.stored = storedItem({
      id,
      type: "mcp_approval_request",
      server_label: label,
      name,
      arguments: text,
    });
    openItem(place, this.stored);
    // Nothing of it is generated in steps.
    finishItem(place, this.stored, undefined);
  }

  close(): void {}
}
