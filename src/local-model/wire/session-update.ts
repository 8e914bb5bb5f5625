// `session.update`: checks the whole of it, then merges it into the session. Nothing changes if any field is wrong.

import { missingParameter, otherSessionKind, voiceLocked, WireError } from "./errors.ts";
import { isSecondGeneration } from "./models.ts";
import { REALTIME_SESSION, SEMANTIC_VAD, SERVER_VAD, TRANSCRIPTION_SESSION } from "./session-fields.ts";
import { defaultServerVad, DEFAULT_INSTRUCTIONS } from "./session-object.ts";
import type { AudioInput, EffectiveSession, Transcription, TurnDetection } from "./session-object.ts";
import { oneOf, record } from "./shape.ts";

type RealtimeFields = ReturnType<typeof REALTIME_SESSION>;
type InputFields = NonNullable<NonNullable<RealtimeFields["audio"]>["input"]>;

/**
 * The session after the update. `spoke` says whether assistant audio exists, which freezes the voice.
 * Throws a `WireError` for the first thing wrong.
 */
export function updatedSession(current: EffectiveSession, update: unknown, spoke: boolean): EffectiveSession {
  const path = "session";
  if (update === undefined) throw missingParameter(path);
  const type = record(update, path)["type"];
  if (type === undefined) throw missingParameter(`${path}.type`);
  if (oneOf("realtime", "transcription")(type, `${path}.type`) !== current.type) {
    throw otherSessionKind(current.type);
  }
  if (current.type === "transcription") {
    const { audio, include } = TRANSCRIPTION_SESSION(update, path);
    const input = mergedInput(current, audio?.input ?? {});
    return { ...current, ...(include === undefined ? {} : { include }), audio: { ...current.audio, input } };
  }
  const { audio, type: _, ...fields } = REALTIME_SESSION(update, path);
  refuseWhatIsFixed(current, fields, audio?.output?.voice, spoke);
  // An empty string brings the default text back, as on the wire; the documentation says otherwise.
  if (fields.instructions === "") fields.instructions = DEFAULT_INSTRUCTIONS;
  const merged = {
    ...current,
    ...fields,
    audio: {
      input: mergedInput(current, audio?.input ?? {}),
      output: { ...current.audio.output, ...audio?.output },
    },
  };
  return merged as EffectiveSession;
}

function refuseWhatIsFixed(
  current: EffectiveSession,
  fields: Omit<RealtimeFields, "audio" | "type">,
  voice: unknown,
  spoke: boolean,
): void {
  if (fields.model !== undefined && fields.model !== current.model) {
    throw new WireError("invalid_value", "Cannot update a session's model.", "session.model");
  }
  for (const key of ["reasoning", "parallel_tool_calls"] as const) {
    if (fields[key] !== undefined && !isSecondGeneration(current.model)) {
      throw new WireError("unknown_parameter", `Unknown parameter: 'session.${key}'.`, `session.${key}`);
    }
  }
  const isTraced = current.tracing !== null;
  if (isTraced && fields.tracing !== undefined && !isSame(fields.tracing, current.tracing)) {
    throw new WireError(
      "invalid_value",
      "Tracing cannot be changed once it is enabled for a session.",
      "session.tracing",
    );
  }
  if (spoke && voice !== undefined && !isSame(voice, current.audio.output.voice)) throw voiceLocked();
}

function mergedInput(current: EffectiveSession, fields: InputFields): AudioInput {
  const { turn_detection: detection, transcription, ...rest } = fields;
  const path = "session.audio.input";
  const input = current.audio.input;
  return {
    ...input,
    ...(rest as Partial<AudioInput>),
    transcription:
      transcription === undefined
        ? input.transcription
        : mergedTranscription(input.transcription, transcription, `${path}.transcription`),
    turn_detection:
      detection === undefined
        ? input.turn_detection
        : mergedTurnDetection(current, detection, `${path}.turn_detection`),
  };
}

/** A model begins anew; without one the settings of the model that is set are changed. */
function mergedTranscription(
  current: Transcription | null,
  update: NonNullable<InputFields["transcription"]> | null,
  path: string,
): Transcription | null {
  if (update === null) return null;
  const model = update.model ?? current?.model;
  if (model === undefined) throw missingParameter(`${path}.model`);
  const base = update.model === undefined && current ? current : { model, language: null, prompt: null };
  return { ...base, ...update, model };
}

function mergedTurnDetection(
  session: EffectiveSession,
  update: Record<string, unknown> | null,
  path: string,
): TurnDetection | null {
  if (update === null) return null;
  const current = session.audio.input.turn_detection;
  // A session that transcribes has nothing to create or interrupt.
  const answers = session.type === "realtime";
  const type = oneOf("server_vad", "semantic_vad")(
    update["type"] ?? current?.type ?? "server_vad",
    `${path}.type`,
  );
  const replies = { create_response: answers, interrupt_response: answers };
  if (type === "server_vad") {
    const base =
      current?.type === "server_vad" ? current : { ...defaultServerVad(session.model), ...replies };
    return { ...base, ...SERVER_VAD(update, path), ...(answers ? {} : replies), type };
  }
  const base = current?.type === "semantic_vad" ? current : ({ eagerness: "auto", ...replies } as const);
  return { ...base, ...SEMANTIC_VAD(update, path), ...(answers ? {} : replies), type };
}

export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
