// The fields of a session, each with its check. What depends on the session as it is, `session-update.ts` decides.

import { VOICE_NAMES } from "../voice/synthesise.ts";
import { unsupportedValue } from "./errors.ts";
import type { PcmFormat, Truncation } from "./session-object.ts";
import { anything, arrayOf, decimal, flag, integer, nullable, object, oneOf, record, text } from "./shape.ts";
import type { Check } from "./shape.ts";
import { TOOL_CHOICE, TOOLS } from "./tools.ts";

const WRITTEN_FORMAT = object({ type: oneOf("audio/pcm"), rate: integer(24_000, 24_000) }, ["type"]);

/** The rate may be left out, and is shown all the same. */
export const FORMAT: Check<PcmFormat> = (value, path) => ({ rate: 24_000, ...WRITTEN_FORMAT(value, path) });

export const MODALITIES: Check<readonly ("audio" | "text")[]> = (value, path) => {
  const list = arrayOf(oneOf("audio", "text"))(value, path);
  if (list.length !== 1) throw unsupportedValue(path, value, ['["text"]', '["audio"]']);
  return list;
};

export const VOICE: Check<string | { readonly id: string }> = (value, path) => {
  if (typeof value === "object" && value !== null) return object({ id: text }, ["id"])(value, path);
  return oneOf(...VOICE_NAMES)(value, path);
};

export const MAX_OUTPUT_TOKENS: Check<number | "inf"> = (value, path) =>
  value === "inf" ? "inf" : integer(1, 4096)(value, path);

export const REASONING = object({ effort: oneOf("minimal", "low", "medium", "high", "xhigh") });

export const PROMPT = nullable(
  object({ id: text, version: nullable(text), variables: nullable(record) }, ["id"]),
);

const TRACING: Check<unknown> = (value, path) =>
  typeof value === "object" && value !== null
    ? object({ workflow_name: text, group_id: text, metadata: record })(value, path)
    : oneOf("auto")(value, path);

const TRUNCATION: Check<Truncation> = (value, path) => {
  if (typeof value !== "object" || value === null) return oneOf("auto", "disabled")(value, path);
  const limits = object({ post_instructions: integer(0) });
  return object({ type: oneOf("retention_ratio"), retention_ratio: decimal(0, 1), token_limits: limits }, [
    "type",
    "retention_ratio",
  ])(value, path);
};

export const TRANSCRIPTION_MODELS = [
  "whisper-1",
  "gpt-transcribe",
  "gpt-live-transcribe",
  "gpt-4o-mini-transcribe",
  "gpt-4o-mini-transcribe-2025-12-15",
  "gpt-4o-transcribe",
  "gpt-4o-transcribe-diarize",
  "gpt-realtime-whisper",
] as const;

export const TRANSCRIPTION = object({
  model: oneOf(...TRANSCRIPTION_MODELS),
  language: nullable(text),
  prompt: nullable(text),
  delay: oneOf("minimal", "low", "medium", "high", "xhigh"),
  keywords: arrayOf(text),
  languages: arrayOf(text),
});

export const SERVER_VAD = object({
  type: oneOf("server_vad"),
  threshold: decimal(0, 1),
  prefix_padding_ms: integer(0),
  silence_duration_ms: integer(0),
  idle_timeout_ms: nullable(integer(5000, 30_000)),
  create_response: flag,
  interrupt_response: flag,
});

export const SEMANTIC_VAD = object({
  type: oneOf("semantic_vad"),
  eagerness: oneOf("low", "medium", "high", "auto"),
  create_response: flag,
  interrupt_response: flag,
});

const INPUT = {
  format: FORMAT,
  transcription: nullable(TRANSCRIPTION),
  noise_reduction: nullable(
    object({ type: oneOf("near_field", "far_field"), strength: decimal(0, 1) }, ["type"]),
  ),
  turn_detection: nullable(record),
};
const INCLUDE = nullable(arrayOf(oneOf("item.input_audio_transcription.logprobs")));

export const REALTIME_SESSION = object({
  type: anything,
  model: text,
  output_modalities: MODALITIES,
  instructions: text,
  tools: TOOLS,
  tool_choice: TOOL_CHOICE,
  max_output_tokens: MAX_OUTPUT_TOKENS,
  tracing: nullable(TRACING),
  truncation: TRUNCATION,
  prompt: PROMPT,
  include: INCLUDE,
  reasoning: REASONING,
  parallel_tool_calls: flag,
  audio: object({
    input: object(INPUT),
    output: object({ format: FORMAT, voice: VOICE, speed: decimal(0.25, 1.5) }),
  }),
});

export const TRANSCRIPTION_SESSION = object({
  type: anything,
  include: INCLUDE,
  audio: object({ input: object(INPUT) }),
});
