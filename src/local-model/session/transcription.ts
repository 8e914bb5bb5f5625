// The transcription of a user item: its own stream of events, which may come before, during or after the response.

import { userAudioTokens, textTokens } from "./usage.ts";
import type { Transcription } from "../wire/session-object.ts";
import { obfuscation } from "../wire/ids.ts";
import type { Emit } from "./output-item.ts";
import type { StoredItem } from "./item-list.ts";

/** Models that bill by the second; the others bill by the token. */
const BILLED_BY_DURATION = new Set(["whisper-1", "gpt-realtime-whisper"]);

/** Streams what was heard in `item` once it is known. `stillWanted` is asked before every event. */
export async function transcribe(
  item: StoredItem,
  setting: Transcription,
  emit: Emit,
  caption: (words: string) => string,
  stillWanted: () => boolean,
): Promise<void> {
  const ids = { item_id: item.wire.id, content_index: 0 };
  let words: string;
  try {
    words = (await item.heard) ?? "";
  } catch (error) {
    const message = error instanceof Error ? error.message : "The local model failed to hear.";
    const failure = { type: "transcription_error", code: "transcription_failed", message, param: null };
    if (stillWanted()) emit("conversation.item.input_audio_transcription.failed", { ...ids, error: failure });
    return;
  }
  if (!stillWanted()) return;
  const transcript = caption(words);
  // This model gives its whole text in one delta.
  const deltas = setting.model === "whisper-1" ? [transcript] : (transcript.match(/\S+\s*/g) ?? []);
  for (const delta of deltas) {
    emit("conversation.item.input_audio_transcription.delta", { ...ids, delta, obfuscation: obfuscation() });
  }
  const usage = usageOf(setting.model, item.audioMs, transcript);
  emit("conversation.item.input_audio_transcription.completed", { ...ids, transcript, usage });
}

function usageOf(model: string, audioMs: number, transcript: string): Record<string, unknown> {
  if (BILLED_BY_DURATION.has(model)) return { type: "duration", seconds: Math.round(audioMs / 1000) };
  const input = userAudioTokens(audioMs);
  const output = textTokens(transcript);
  return {
    type: "tokens",
    total_tokens: input + output,
    input_tokens: input,
    input_token_details: { text_tokens: 0, audio_tokens: input },
    output_tokens: output,
  };
}
