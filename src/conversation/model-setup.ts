// What a session is told of the agent before it hears anything.

import type { AgentDefinition } from "../define.ts";
import type { ToolRegistry } from "../tools/registry.ts";
import type { AnswerRequest, ModelSetup } from "./ports.ts";

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

/** An answer that broke off in mid-speech goes on; its tools have been called, and must not be called again. */
export function continuation(agent: AgentDefinition): AnswerRequest {
  return {
    instructions: `${agent.instructions} Your last answer broke off because of a fault in the line. Finish it from where it stopped.`,
    tools: false,
  };
}

/** The local model, too, speaks exactly what stands between the quotes. */
export function greetingInstructions(greeting: string): string {
  return `Greet the user. Say exactly: "${greeting}" Say nothing else.`;
}
