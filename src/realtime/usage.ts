// The provider's usage objects as ours, with the money where the model's price is known. Prices are USD per million
// tokens, as published for these models in November 2026.

import type { ModelUsage } from "../conversation/ports.ts";
import type { ResponseUsage, TranscriptionUsage } from "./events.ts";

interface Price {
  textIn: number;
  textCached: number;
  textOut: number;
  audioIn: number;
  audioCached: number;
  audioOut: number;
}

const PRICES: Record<string, Price> = {
  "gpt-realtime-2.1": {
    textIn: 4,
    textCached: 0.4,
    textOut: 24,
    audioIn: 32,
    audioCached: 0.4,
    audioOut: 64,
  },
  "gpt-realtime-2": { textIn: 4, textCached: 0.4, textOut: 24, audioIn: 32, audioCached: 0.4, audioOut: 64 },
  "gpt-realtime-1.5": {
    textIn: 4,
    textCached: 0.4,
    textOut: 16,
    audioIn: 32,
    audioCached: 0.4,
    audioOut: 64,
  },
  "gpt-realtime-2.1-mini": {
    textIn: 0.6,
    textCached: 0.06,
    textOut: 2.4,
    audioIn: 10,
    audioCached: 0.3,
    audioOut: 20,
  },
};
/** USD per minute of transcribed audio. */
const TRANSCRIPTION_PRICES: Record<string, number> = {
  "gpt-realtime-whisper": 0.017,
  "gpt-live-transcribe": 0.017,
  "gpt-transcribe": 0.0045,
};

/** One response: its tokens, and the milliseconds of audio we saw go in and out for it. No `model`, no money. */
export function responseUsageTotals(
  usage: ResponseUsage | null | undefined,
  model: string | undefined,
  audioInMs: number,
  audioOutMs: number,
): ModelUsage {
  const input = usage?.input_token_details;
  const output = usage?.output_token_details;
  const totals: ModelUsage = {
    audioInMs,
    audioOutMs,
    inputTextTokens: input?.text_tokens ?? 0,
    inputAudioTokens: input?.audio_tokens ?? 0,
    cachedTokens: input?.cached_tokens ?? 0,
    outputTextTokens: output?.text_tokens ?? 0,
    outputAudioTokens: output?.audio_tokens ?? 0,
  };
  const price = model === undefined ? undefined : PRICES[model];
  if (price !== undefined) {
    // Where the split of the cached part is missing it is taken for text, the cheaper reading of the two.
    const cachedAudio = input?.cached_tokens_details?.audio_tokens ?? 0;
    const cachedText = input?.cached_tokens_details?.text_tokens ?? totals.cachedTokens;
    // USD per million tokens is micro-USD per token.
    totals.costMicroUsd =
      (totals.inputTextTokens - cachedText) * price.textIn +
      cachedText * price.textCached +
      (totals.inputAudioTokens - cachedAudio) * price.audioIn +
      cachedAudio * price.audioCached +
      totals.outputTextTokens * price.textOut +
      totals.outputAudioTokens * price.audioOut;
  }
  return totals;
}

/** One transcription of `audioMs`. Duration-billed models are priced by the audio we sent, token-billed ones not at all. */
export function transcriptionUsageTotals(
  usage: TranscriptionUsage | null | undefined,
  model: string | undefined,
  audioMs: number,
): ModelUsage {
  const tokens = usage?.type === "tokens" ? usage : undefined;
  const totals: ModelUsage = {
    audioInMs: audioMs,
    audioOutMs: 0,
    inputTextTokens: tokens?.input_token_details?.text_tokens ?? 0,
    inputAudioTokens: tokens?.input_token_details?.audio_tokens ?? 0,
    cachedTokens: 0,
    outputTextTokens: tokens?.output_tokens ?? 0,
    outputAudioTokens: 0,
  };
  const perMinute = model === undefined ? undefined : TRANSCRIPTION_PRICES[model];
  if (perMinute !== undefined) totals.costMicroUsd = (audioMs / 60_000) * perMinute * 1e6;
  return totals;
}
