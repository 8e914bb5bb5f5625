// The `session.update` we send, from what a conversation wants of a model. Rule 1 is written here: the session
// neither answers nor interrupts by itself, whatever the policy says.

import { SAMPLE_RATE_HZ } from "../audio/format.ts";
import type { ModelSetup } from "../conversation/ports.ts";
import type { Policy } from "../define.ts";

/** The `session` object of `session.update`. */
export function sessionConfig(setup: ModelSetup, transcriptionModel: string): object {
  const format = { type: "audio/pcm", rate: SAMPLE_RATE_HZ };
  return {
    type: "realtime",
    output_modalities: ["audio"],
    // An empty string would bring the provider's own persona back.
    instructions: setup.instructions === "" ? " " : setup.instructions,
    tools: setup.tools.map((tool) => ({ type: "function", ...tool })),
    tool_choice: "auto",
    max_output_tokens: setup.maxOutputTokens,
    audio: {
      input: {
        format,
        transcription: { model: transcriptionModel },
        turn_detection: turnDetection(setup.policy),
      },
      output: { format, voice: setup.voice },
    },
  };
}

function turnDetection({ turnDetection: wanted }: Policy): object {
  const driven = { create_response: false, interrupt_response: false };
  return wanted.type === "server_vad"
    ? {
        type: "server_vad",
        threshold: wanted.threshold,
        prefix_padding_ms: wanted.prefixPaddingMs,
        silence_duration_ms: wanted.silenceDurationMs,
        idle_timeout_ms: null,
        ...driven,
      }
    : { type: "semantic_vad", eagerness: wanted.eagerness, ...driven };
}
