// `response.create`: what one response may have of its own.

import { MAX_OUTPUT_TOKENS, MODALITIES, TOOL_CHOICE, TOOLS, VOICE } from "./session-update.ts";
import { anything, arrayOf, flag, metadata, nullable, object, oneOf, record, text } from "./shape.ts";

const RESPONSE = object({
  conversation: oneOf("auto", "none"),
  input: arrayOf(record),
  instructions: text,
  tools: TOOLS,
  tool_choice: TOOL_CHOICE,
  parallel_tool_calls: flag,
  reasoning: anything,
  output_modalities: MODALITIES,
  max_output_tokens: MAX_OUTPUT_TOKENS,
  metadata: nullable(metadata),
  prompt: anything,
  audio: object({ output: object({ format: anything, voice: VOICE }) }),
});

export type ResponseRequest = ReturnType<typeof RESPONSE>;

/** Throws a `WireError` for the first thing wrong. An absent object asks for everything as the session has it. */
export function checkResponseRequest(value: unknown): ResponseRequest {
  return value === undefined || value === null ? {} : RESPONSE(value, "response");
}
