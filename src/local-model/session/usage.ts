// Token counts as the API bills them: audio by its length, text by a rough measure, and what of a prompt was cached.

import { msToSamples, samplesToMs } from "../../audio/format.ts";
import type { Tool } from "../wire/tools.ts";
import type { StoredItem } from "./item-list.ts";

const USER_MS_PER_TOKEN = 100;
const ASSISTANT_MS_PER_TOKEN = 50;
export const CHARACTERS_PER_TOKEN = 4;
/** Of the assistant's speech. */
export const SAMPLES_PER_TOKEN = msToSamples(ASSISTANT_MS_PER_TOKEN);
const CACHE_BLOCK = 64;
/** No rate is published for images in realtime sessions: these are those of other models, by `detail`. */
const LOW_DETAIL_IMAGE_TOKENS = 85;
const IMAGE_TOKENS = 765;

export interface Tokens {
  readonly text: number;
  readonly audio: number;
  readonly image: number;
}

/** A stretch of a prompt that is cached as a whole: equal keys mean equal contents. */
export interface Segment {
  readonly key: string;
  readonly tokens: Tokens;
}

/** The instructions and tools first, then an item each. */
export type Prompt = readonly Segment[];

export const NO_TOKENS: Tokens = { text: 0, audio: 0, image: 0 };

export function textTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

export function userAudioTokens(ms: number): number {
  return Math.floor(ms / USER_MS_PER_TOKEN);
}

export function assistantAudioTokens(samples: number): number {
  return Math.floor(samplesToMs(samples) / ASSISTANT_MS_PER_TOKEN);
}

export function total({ text, audio, image }: Tokens): number {
  return text + audio + image;
}

export function sum(prompt: Prompt): Tokens {
  let [text, audio, image] = [0, 0, 0];
  for (const { tokens } of prompt) {
    text += tokens.text;
    audio += tokens.audio;
    image += tokens.image;
  }
  return { text, audio, image };
}

export function headSegment(instructions: string, tools: readonly Tool[]): Segment {
  const described = tools.length > 0 ? JSON.stringify(tools) : "";
  const text = textTokens(instructions) + textTokens(described);
  return { key: `${instructions}\n${described}`, tokens: { text, audio: 0, image: 0 } };
}

export function itemSegment(item: StoredItem): Segment {
  const tokens = itemTokens(item);
  return { key: `${item.wire.id} ${tokens.text} ${tokens.audio} ${tokens.image}`, tokens };
}

function itemTokens({ wire, audioMs }: StoredItem): Tokens {
  if (wire.type !== "message") {
    const { id: _, type: __, ...fields } = wire;
    const words = Object.values(fields).filter((field) => typeof field === "string");
    return { text: textTokens(words.join("")), audio: 0, image: 0 };
  }
  let [text, image] = [0, 0];
  for (const part of wire.content) {
    text += textTokens(part.text ?? "");
    if (part.type === "input_image") image += part.detail === "low" ? LOW_DETAIL_IMAGE_TOKENS : IMAGE_TOKENS;
  }
  const perToken = wire.role === "user" ? USER_MS_PER_TOKEN : ASSISTANT_MS_PER_TOKEN;
  return { text, audio: Math.floor(audioMs / perToken), image };
}

/** What of `prompt` need not be read again, for one of the earlier prompts began the same: whole blocks of it. */
export function cachedTokens(earlier: readonly Prompt[], prompt: Prompt): Tokens {
  let common = 0;
  for (const other of earlier) {
    let length = 0;
    while (length < prompt.length && prompt[length]?.key === other[length]?.key) length++;
    common = Math.max(common, length);
  }
  const prefix = prompt.slice(0, common);
  let left = Math.floor(total(sum(prefix)) / CACHE_BLOCK) * CACHE_BLOCK;
  const cached = { text: 0, audio: 0, image: 0 };
  for (const { tokens } of prefix) {
    for (const kind of ["text", "audio", "image"] as const) {
      const taken = Math.min(left, tokens[kind]);
      cached[kind] += taken;
      left -= taken;
    }
  }
  return cached;
}

/** The `usage` of a response. */
export function usageOf(
  input: Tokens,
  cached: Tokens,
  output: Omit<Tokens, "image">,
  reasons: boolean,
): Record<string, unknown> {
  const inputTotal = total(input);
  const outputTotal = output.text + output.audio;
  return {
    total_tokens: inputTotal + outputTotal,
    input_tokens: inputTotal,
    output_tokens: outputTotal,
    input_token_details: {
      ...detailsOf(input),
      cached_tokens: total(cached),
      cached_tokens_details: detailsOf(cached),
    },
    output_token_details: {
      text_tokens: output.text,
      audio_tokens: output.audio,
      // This model does not reason; the second generation shows the field all the same.
      ...(reasons ? { reasoning_tokens: 0 } : {}),
    },
  };
}

function detailsOf({ text, audio, image }: Tokens): Record<string, number> {
  return { text_tokens: text, audio_tokens: audio, image_tokens: image };
}
