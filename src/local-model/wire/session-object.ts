// The session as the API shows it, and what it is before the client says anything.

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

export interface FunctionTool {
  readonly type: "function";
  readonly name: string;
  readonly description?: string;
  readonly parameters?: unknown;
}

export type ToolChoice = "auto" | "none" | "required" | { readonly type: "function"; readonly name: string };

export interface Transcription {
  readonly model: string;
  readonly language: string | null;
  readonly prompt: string | null;
}

export interface PcmFormat {
  readonly type: "audio/pcm";
  readonly rate: number;
}

export interface EffectiveSession {
  readonly type: "realtime";
  readonly object: "realtime.session";
  readonly id: string;
  readonly model: string;
  readonly output_modalities: readonly ("audio" | "text")[];
  readonly instructions: string;
  readonly tools: readonly FunctionTool[];
  readonly tool_choice: ToolChoice;
  readonly max_output_tokens: number | "inf";
  readonly tracing: unknown;
  readonly truncation: unknown;
  readonly prompt: unknown;
  readonly expires_at: number;
  readonly audio: {
    readonly input: {
      readonly format: PcmFormat;
      readonly transcription: Transcription | null;
      readonly noise_reduction: unknown;
      readonly turn_detection: TurnDetection | null;
    };
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

const MODELS = new Set([
  "gpt-realtime-2.1",
  "gpt-realtime-2.1-mini",
  "gpt-realtime-2",
  "gpt-realtime-1.5",
  "gpt-realtime",
  "gpt-realtime-mini",
]);

/** Dated versions such as `gpt-realtime-2025-08-28` are the models they date. */
export function isKnownModel(model: string): boolean {
  return MODELS.has(model.replace(/-\d{4}-\d{2}-\d{2}$/, ""));
}

/** The second generation reasons, and marks its messages with a phase. */
export function isSecondGeneration(model: string): boolean {
  return model.startsWith("gpt-realtime-2") && !/^gpt-realtime-20\d\d-/.test(model);
}

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

export function newSession(id: string, model: string, expiresAt: number): EffectiveSession {
  const format: PcmFormat = { type: "audio/pcm", rate: 24_000 };
  return {
    type: "realtime",
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
      input: { format, transcription: null, noise_reduction: null, turn_detection: defaultServerVad(model) },
      output: { format, voice: isSecondGeneration(model) ? "marin" : "alloy", speed: 1 },
    },
    include: null,
  };
}
