// The session's tools as the brain is told of them: functions of the client and what MCP servers have listed alike.

import type { BrainTool } from "../brain.ts";
import type { Tool } from "../wire/tools.ts";
import type { McpTools } from "./mcp-tools.ts";

export function brainTools(tools: readonly Tool[], mcp: McpTools): BrainTool[] {
  return tools.flatMap((tool) =>
    tool.type === "mcp"
      ? mcp.listedBy(tool.server_label)
      : [{ name: tool.name, description: tool.description ?? "", parameters: tool.parameters }],
  );
}
