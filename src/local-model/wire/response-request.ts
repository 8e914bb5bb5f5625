// `response.create`: what one response may have of its own.

import { WireError } from "./errors.ts";
import { isSecondGeneration } from "./models.ts";
import { FORMAT, MAX_OUTPUT_TOKENS, MODALITIES, PROMPT, REASONING, VOICE } from "./session-fields.ts";
import { arrayOf, flag, metadata, nullable, object, oneOf, record, text } from "./shape.ts";
import { TOOL_CHOICE, TOOLS } from "./tools.ts";

const RESPONSE = object({
  conversation: oneOf("auto", "none"),
  input: arrayOf(record),
  instructions: text,
  tools: TOOLS,
  tool_choice: TOOL_CHOICE,
  parallel_tool_calls: flag,
  reasoning: REASONING,
  output_modalities: MODALITIES,
  max_output_tokens: MAX_OUTPUT_TOKENS,
  metadata: nullable(metadata),
  prompt: PROMPT,
  audio: object({ output: object({ format: FORMAT, voice: VOICE }) }),
});

export type ResponseRequest = ReturnType<typeof RESPONSE>;

/** Throws a `WireError` for the first thing wrong. An absent object asks for everything as the session has it. */
export function checkResponseRequest(value: unknown, model: string): ResponseRequest {
  if (value === undefined || value === null) return {};
  const request = RESPONSE(value, "response");
  for (const key of ["reasoning", "parallel_tool_calls"] as const) {
    if (request[key] !== undefined && !isSecondGeneration(model)) {
      throw new WireError("unknown_parameter", `Unknown parameter: 'response.${key}'.`, `response.${key}`);
    }
  }
  return request;
}
