// The session as the API shows it, and what it is before the client says anything.

import { isSecondGeneration } from "./models.ts";
import type { Tool, ToolChoice } from "./tools.ts";

export interface ServerVad {
  readonly type: "server_vad";
  readonly threshold: number;
  readonly prefix_padding_ms: number;
  readonly silence_duration_ms: number;
  readonly idle_timeout_ms: number | null;
  readonly create_response: boolean;
  readonly interrupt_response: boolean;
}

export interface SemanticVad {
  readonly type: "semantic_vad";
  readonly eagerness: "low" | "medium" | "high" | "auto";
  readonly create_response: boolean;
  readonly interrupt_response: boolean;
}

export type TurnDetection = ServerVad | SemanticVad;

export interface Transcription {
  readonly model: string;
  readonly language: string | null;
  readonly prompt: string | null;
}

export interface PcmFormat {
  readonly type: "audio/pcm";
  readonly rate: number;
}

export type Truncation =
  | "auto"
  | "disabled"
  | {
      readonly type: "retention_ratio";
      readonly retention_ratio: number;
      readonly token_limits?: { readonly post_instructions?: number };
    };

export interface AudioInput {
  readonly format: PcmFormat;
  readonly transcription: Transcription | null;
  readonly noise_reduction: unknown;
  readonly turn_detection: TurnDetection | null;
}

export interface EffectiveSession {
  readonly type: "realtime" | "transcription";
  readonly object: "realtime.session";
  readonly id: string;
  readonly model: string;
  readonly output_modalities: readonly ("audio" | "text")[];
  readonly instructions: string;
  readonly tools: readonly Tool[];
  readonly tool_choice: ToolChoice;
  readonly max_output_tokens: number | "inf";
  readonly tracing: unknown;
  readonly truncation: Truncation;
  readonly prompt: unknown;
  readonly expires_at: number;
  readonly audio: {
    readonly input: AudioInput;
    readonly output: {
      readonly format: PcmFormat;
      readonly voice: string | { readonly id: string };
      readonly speed: number;
    };
  };
  readonly include: readonly string[] | null;
  /** Shown only once a client has set them. */
  readonly reasoning?: unknown;
  readonly parallel_tool_calls?: boolean;
}

/** Shown, and used again when a client sends an empty string. */
export const DEFAULT_INSTRUCTIONS =
  "Your knowledge cutoff is 2023-10. You are a helpful, witty, and friendly AI. Act like a human, but remember that " +
  "you aren't a human and that you can't do human things in the real world. Your voice and personality should be " +
  "warm and engaging, with a lively and playful tone. Talk quickly. You should always call a function if you can.";

export function defaultServerVad(model: string): ServerVad {
  return {
    type: "server_vad",
    threshold: 0.5,
    prefix_padding_ms: 300,
    silence_duration_ms: isSecondGeneration(model) ? 500 : 200,
    idle_timeout_ms: null,
    create_response: true,
    interrupt_response: true,
  };
}

/** A session that only transcribes is kept like the other kind; `shownSession` hides what it does not have. */
export function newSession(
  type: EffectiveSession["type"],
  id: string,
  model: string,
  expiresAt: number,
): EffectiveSession {
  const format: PcmFormat = { type: "audio/pcm", rate: 24_000 };
  const vad = defaultServerVad(model);
  return {
    type,
    object: "realtime.session",
    id,
    model,
    output_modalities: ["audio"],
    instructions: DEFAULT_INSTRUCTIONS,
    tools: [],
    tool_choice: "auto",
    max_output_tokens: "inf",
    tracing: null,
    truncation: "auto",
    prompt: null,
    expires_at: expiresAt,
    audio: {
      input: {
        format,
        transcription: null,
        noise_reduction: null,
        turn_detection:
          type === "realtime" ? vad : { ...vad, create_response: false, interrupt_response: false },
      },
      output: { format, voice: isSecondGeneration(model) ? "marin" : "alloy", speed: 1 },
    },
    include: null,
  };
}

/** What `session.created` and `session.updated` carry. */
export function shownSession(session: EffectiveSession): unknown {
  if (session.type === "realtime") return session;
  const { format, transcription, noise_reduction, turn_detection: detection } = session.audio.input;
  let turn_detection: unknown = null;
  if (detection?.type === "server_vad") {
    const { type, threshold, prefix_padding_ms, silence_duration_ms } = detection;
    turn_detection = { type, threshold, prefix_padding_ms, silence_duration_ms };
  } else if (detection) {
    turn_detection = { type: detection.type, eagerness: detection.eagerness };
  }
  return {
    type: session.type,
    object: "realtime.transcription_session",
    id: session.id,
    expires_at: session.expires_at,
    audio: { input: { format, transcription, noise_reduction, turn_detection } },
    include: session.include,
  };
}
