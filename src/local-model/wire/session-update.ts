// `session.update`: checks the whole of it, then merges it into the session. Nothing changes if any field is wrong.

import { VOICE_NAMES } from "../voice/synthesise.ts";
import { missingParameter, unsupportedValue, voiceLocked, WireError } from "./errors.ts";
import { defaultServerVad, DEFAULT_INSTRUCTIONS, isSecondGeneration } from "./session-object.ts";
import type {
  EffectiveSession,
  FunctionTool,
  ToolChoice,
  Transcription,
  TurnDetection,
} from "./session-object.ts";
import {
  anything,
  arrayOf,
  decimal,
  flag,
  integer,
  nullable,
  object,
  oneOf,
  record,
  text,
  textUpTo,
} from "./shape.ts";
import type { Check } from "./shape.ts";

const FORMAT = object({ type: oneOf("audio/pcm"), rate: integer(24_000, 24_000) }, ["type"]);

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

const TOOL_FIELDS = object(
  { type: oneOf("function"), name: textUpTo(64), description: text, parameters: record },
  ["type", "name"],
);

export const TOOLS: Check<readonly FunctionTool[]> = (value, path) => {
  const tools = arrayOf(TOOL_FIELDS)(value, path);
  for (const [index, tool] of tools.entries()) {
    if (!/^[a-zA-Z0-9_-]+$/.test(tool.name)) {
      throw new WireError(
        "invalid_value",
        `Invalid '${path}[${index}].name': string does not match pattern.`,
        `${path}[${index}].name`,
      );
    }
  }
  return tools;
};

export const TOOL_CHOICE: Check<ToolChoice> = (value, path) =>
  typeof value === "object" && value !== null
    ? object({ type: oneOf("function"), name: text }, ["type", "name"])(value, path)
    : oneOf("auto", "none", "required")(value, path);

const TRANSCRIPTION: Check<Transcription> = (value, path) => {
  const fields = object(
    {
      model: text,
      language: nullable(text),
      prompt: nullable(text),
      delay: anything,
      keywords: anything,
      languages: anything,
    },
    ["model"],
  )(value, path);
  return { language: null, prompt: null, ...fields };
};

const SERVER_VAD = object({
  type: oneOf("server_vad"),
  threshold: decimal(0, 1),
  prefix_padding_ms: integer(0),
  silence_duration_ms: integer(0),
  idle_timeout_ms: nullable(integer(5000, 30_000)),
  create_response: flag,
  interrupt_response: flag,
});

const SEMANTIC_VAD = object({
  type: oneOf("semantic_vad"),
  eagerness: oneOf("low", "medium", "high", "auto"),
  create_response: flag,
  interrupt_response: flag,
});

/** The fields that are checked alike everywhere; turn detection depends on what is there already. */
const SESSION = object({
  type: oneOf("realtime"),
  model: text,
  output_modalities: MODALITIES,
  instructions: text,
  tools: TOOLS,
  tool_choice: TOOL_CHOICE,
  max_output_tokens: MAX_OUTPUT_TOKENS,
  tracing: nullable(anything),
  truncation: anything,
  prompt: nullable(anything),
  include: nullable(arrayOf(oneOf("item.input_audio_transcription.logprobs"))),
  reasoning: object({ effort: oneOf("minimal", "low", "medium", "high", "xhigh") }),
  parallel_tool_calls: flag,
  audio: object({
    input: object({
      format: FORMAT,
      transcription: nullable(TRANSCRIPTION),
      noise_reduction: nullable(
        object({ type: oneOf("near_field", "far_field"), strength: decimal(0, 1) }, ["type"]),
      ),
      turn_detection: nullable(record),
    }),
    output: object({ format: FORMAT, voice: VOICE, speed: decimal(0.25, 1.5) }),
  }),
});

/**
 * The session after the update. `spoke` says whether assistant audio exists, which freezes the voice.
 * Throws a `WireError` for the first thing wrong.
 */
export function updatedSession(current: EffectiveSession, update: unknown, spoke: boolean): EffectiveSession {
  const path = "session";
  if (update === undefined) throw missingParameter(path);
  if (record(update, path)["type"] === undefined) throw missingParameter(`${path}.type`);
  const { audio, ...fields } = SESSION(update, path);
  if (fields.model !== undefined && fields.model !== current.model) {
    throw new WireError("invalid_value", "Cannot update a session's model.", "session.model");
  }
  for (const key of ["reasoning", "parallel_tool_calls"] as const) {
    if (fields[key] !== undefined && !isSecondGeneration(current.model)) {
      throw new WireError("unknown_parameter", `Unknown parameter: 'session.${key}'.`, `session.${key}`);
    }
  }
  const voice = audio?.output?.voice;
  if (spoke && voice !== undefined && JSON.stringify(voice) !== JSON.stringify(current.audio.output.voice)) {
    throw voiceLocked();
  }
  const { turn_detection: turnDetection, ...input } = audio?.input ?? {};
  // An empty string brings the default text back, as on the wire; the documentation says otherwise.
  if (fields.instructions === "") fields.instructions = DEFAULT_INSTRUCTIONS;
  const merged = {
    ...current,
    ...fields,
    audio: {
      input: {
        ...current.audio.input,
        ...input,
        turn_detection:
          turnDetection === undefined
            ? current.audio.input.turn_detection
            : mergedTurnDetection(current, turnDetection, `${path}.audio.input.turn_detection`),
      },
      output: { ...current.audio.output, ...audio?.output },
    },
  };
  return merged as EffectiveSession;
}

function mergedTurnDetection(
  session: EffectiveSession,
  update: Record<string, unknown> | null,
  path: string,
): TurnDetection | null {
  if (update === null) return null;
  const current = session.audio.input.turn_detection;
  const type = oneOf("server_vad", "semantic_vad")(
    update["type"] ?? current?.type ?? "server_vad",
    `${path}.type`,
  );
  if (type === "server_vad") {
    const base = current?.type === "server_vad" ? current : defaultServerVad(session.model);
    return { ...base, ...SERVER_VAD(update, path), type };
  }
  const base =
    current?.type === "semantic_vad"
      ? current
      : ({ eagerness: "auto", create_response: true, interrupt_response: true } as const);
  return { ...base, ...SEMANTIC_VAD(update, path), type };
}
