// Token counts as the API bills them: audio by its length, text by a rough measure.

import { samplesToMs } from "../../audio/format.ts";
import type { EffectiveSession } from "../wire/session-object.ts";
import type { StoredItem } from "./item-list.ts";

const USER_MS_PER_TOKEN = 100;
const ASSISTANT_MS_PER_TOKEN = 50;
const CHARACTERS_PER_TOKEN = 4;
const CACHE_BLOCK = 64;

export interface Tokens {
  readonly text: number;
  readonly audio: number;
}

export const NO_TOKENS: Tokens = { text: 0, audio: 0 };

export function textTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

export function userAudioTokens(ms: number): number {
  return Math.floor(ms / USER_MS_PER_TOKEN);
}

export function assistantAudioTokens(samples: number): number {
  return Math.floor(samplesToMs(samples) / ASSISTANT_MS_PER_TOKEN);
}

/** What a response reads: the instructions and tools, and every item of its context. */
export function inputTokens(
  session: EffectiveSession,
  instructions: string,
  items: readonly StoredItem[],
): Tokens {
  let text =
    textTokens(instructions) + (session.tools.length > 0 ? textTokens(JSON.stringify(session.tools)) : 0);
  let audio = 0;
  for (const { wire, audioMs } of items) {
    if (wire.type === "function_call") text += textTokens(wire.name + wire.arguments);
    else if (wire.type === "function_call_output") text += textTokens(wire.output);
    else {
      for (const part of wire.content) text += textTokens(part.text ?? "");
      const perToken = wire.role === "user" ? USER_MS_PER_TOKEN : ASSISTANT_MS_PER_TOKEN;
      audio += Math.floor(audioMs / perToken);
    }
  }
  return { text, audio };
}

/** The `usage` of a response. `previous` is what the response before it read: its common part counts as cached. */
export function usageOf(
  input: Tokens,
  previous: Tokens,
  output: Tokens,
  reasons: boolean,
): Record<string, unknown> {
  const cachedText = blocks(Math.min(input.text, previous.text));
  const cachedAudio = blocks(Math.min(input.audio, previous.audio));
  const inputTotal = input.text + input.audio;
  const outputTotal = output.text + output.audio;
  return {
    total_tokens: inputTotal + outputTotal,
    input_tokens: inputTotal,
    output_tokens: outputTotal,
    input_token_details: {
      text_tokens: input.text,
      audio_tokens: input.audio,
      image_tokens: 0,
      cached_tokens: cachedText + cachedAudio,
      cached_tokens_details: { text_tokens: cachedText, audio_tokens: cachedAudio, image_tokens: 0 },
    },
    output_token_details: {
      text_tokens: output.text,
      audio_tokens: output.audio,
      // This model does not reason; the second generation shows the field all the same.
      ...(reasons ? { reasoning_tokens: 0 } : {}),
    },
  };
}

function blocks(tokens: number): number {
  return Math.floor(tokens / CACHE_BLOCK) * CACHE_BLOCK;
}
