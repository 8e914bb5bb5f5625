// The agent's tools by name, and as a model is told of them.

import * as z from "zod";
import type { Tool } from "../define.ts";
import type { ModelTool } from "../conversation/ports.ts";

export class ToolRegistry {
  readonly #tools: ReadonlyMap<string, Tool>;

  constructor(tools: readonly Tool[]) {
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]));
  }

  get(name: string): Tool | undefined {
    return this.#tools.get(name);
  }

  /** Names, descriptions and JSON Schemas, in the agent file's order. */
  describe(): ModelTool[] {
    return [...this.#tools.values()].map((tool) => {
      const { $schema: _dialect, ...parameters } = z.toJSONSchema(tool.parameters, { io: "input" });
      return { name: tool.name, description: tool.description, parameters };
    });
  }
}
