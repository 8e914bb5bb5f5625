// The `session.update` we send, from what a conversation wants of a model. Rule 1 is written here: the session
// neither answers nor interrupts by itself, whatever the policy says.

import { SAMPLE_RATE_HZ } from "../audio/format.ts";
import type { ModelSetup } from "../conversation/ports.ts";
import type { Policy } from "../define.ts";

/**
 * The provider drops the oldest items when its window is full: down to this share at once, so that it happens rarely
 * and the prompt cache survives in between. Ours are pruned before that (rule CB4); this is the net below.
 */
const RETENTION_RATIO = 0.7;

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
    truncation: {
      type: "retention_ratio",
      retention_ratio: RETENTION_RATIO,
      token_limits: { post_instructions: setup.contextTokens },
    },
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

/** The `session` object of an update that changes how turns are taken, and nothing else. */
export function policyUpdate(policy: Policy): object {
  return { type: "realtime", audio: { input: { turn_detection: turnDetection(policy) } } };
}

/** Null where the user says when a turn begins and ends. */
function turnDetection({ turnDetection: wanted }: Policy): object | null {
  if (wanted === null) return null;
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
