// What a session is told of the agent before it hears anything.

import type { AgentDefinition } from "../define.ts";
import type { ToolRegistry } from "../tools/registry.ts";
import type { ModelSetup } from "./ports.ts";

/** `policyName` may be one an older agent file had: then the first is in force. */
export function modelSetup(agent: AgentDefinition, registry: ToolRegistry, policyName: string): ModelSetup {
  return {
    instructions: agent.instructions,
    voice: agent.voice,
    policy: agent.policies[policyName] ?? Object.values(agent.policies)[0]!,
    tools: registry.describe(),
    maxOutputTokens: agent.limits.maxOutputTokens,
  };
}

/** The local model, too, speaks exactly what stands between the quotes. */
export function greetingInstructions(greeting: string): string {
  return `Greet the user. Say exactly: "${greeting}" Say nothing else.`;
}
