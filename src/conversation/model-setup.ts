// What a session is told of the agent before it hears anything.

import type { AgentDefinition, Policy } from "../define.ts";
import type { ToolRegistry } from "../tools/registry.ts";
import type { AnswerRequest, ModelSetup } from "./ports.ts";

export function modelSetup(agent: AgentDefinition, registry: ToolRegistry, policy: Policy): ModelSetup {
  return {
    instructions: agent.instructions,
    voice: agent.voice,
    policy,
    tools: registry.describe(),
    maxOutputTokens: agent.limits.maxOutputTokens,
    contextTokens: agent.limits.contextTokens,
  };
}

/**
 * An answer that broke off in mid-speech goes on. `mayCall` is false where its tools have been called: they must not be
 * called again.
 */
export function continuation(agent: AgentDefinition, mayCall: boolean): AnswerRequest {
  return {
    instructions: `${agent.instructions} Your last answer broke off because of a fault in the line. Finish it from where it stopped.`,
    ...(mayCall ? {} : { tools: false }),
  };
}

/** Nobody has spoken for long. Another tool would only keep the user waiting. */
export function checkIn(agent: AgentDefinition): AnswerRequest {
  return { instructions: `${agent.instructions} ${agent.checkIn?.instructions ?? ""}`, tools: false };
}

/** The local model, too, speaks exactly what stands between the quotes. */
export function greetingInstructions(greeting: string): string {
  return `Greet the user. Say exactly: "${greeting}" Say nothing else.`;
}
