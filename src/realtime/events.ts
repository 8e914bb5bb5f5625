// The Realtime API's events as far as we send or read them, in the API's own names (GA dialect). Schemas are
// loose: fields we do not read may come and go. Item, response and session fields we need are checked.

import * as z from "zod";

/** A count that may be missing, null or nonsense: usage must never make an event unreadable. */
const count = z.number().nonnegative().catch(0);

const tokenDetails = z.object({
  text_tokens: count,
  audio_tokens: count,
  cached_tokens: count,
  cached_tokens_details: z.object({ text_tokens: count, audio_tokens: count }).nullish().catch(undefined),
});

export const responseUsage = z.object({
  input_token_details: tokenDetails.nullish().catch(undefined),
  output_token_details: tokenDetails.nullish().catch(undefined),
});
export type ResponseUsage = z.infer<typeof responseUsage>;

export const transcriptionUsage = z.union([
  z.object({ type: z.literal("duration"), seconds: count }),
  z.object({
    type: z.literal("tokens"),
    input_tokens: count,
    output_tokens: count,
    input_token_details: tokenDetails.nullish().catch(undefined),
  }),
]);
export type TranscriptionUsage = z.infer<typeof transcriptionUsage>;

const content = z.object({
  type: z.string(),
  text: z.string().nullish(),
  transcript: z.string().nullish(),
  /** Base64 PCM, in `conversation.item.retrieved` alone. */
  audio: z.string().nullish(),
});

const item = z.object({
  id: z.string(),
  type: z.string(),
  role: z.string().nullish(),
  status: z.string().nullish(),
  content: z.array(content).nullish(),
  call_id: z.string().nullish(),
  name: z.string().nullish(),
  arguments: z.string().nullish(),
});
export type RealtimeItem = z.infer<typeof item>;

const response = z.object({
  id: z.string(),
  status: z.string().nullish(),
  status_details: z
    .object({
      reason: z.string().nullish(),
      error: z.object({ code: z.string().nullish(), type: z.string().nullish() }).nullish(),
    })
    .nullish(),
  usage: responseUsage.nullish().catch(undefined),
});

const session = z.object({ id: z.string().nullish(), expires_at: z.number().nullish() });

const apiError = z.object({
  type: z.string().nullish(),
  code: z.string().nullish(),
  event_id: z.string().nullish(),
});

const named = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({ type: z.literal(type), ...shape });

/** The server events we act on. `response.output_audio.delta` is not among them: `parse.ts` cuts it out itself. */
export const serverEvent = z.discriminatedUnion("type", [
  named("error", { error: apiError }),
  named("session.created", { session }),
  named("session.updated", { session }),
  named("conversation.item.added", { item, previous_item_id: z.string().nullish() }),
  named("conversation.item.done", { item }),
  named("conversation.item.retrieved", { item }),
  named("conversation.item.truncated", { item_id: z.string() }),
  named("conversation.item.deleted", { item_id: z.string() }),
  named("conversation.item.input_audio_transcription.delta", {
    item_id: z.string(),
    delta: z.string().default(""),
  }),
  named("conversation.item.input_audio_transcription.completed", {
    item_id: z.string(),
    transcript: z.string(),
    usage: transcriptionUsage.nullish().catch(undefined),
  }),
  named("conversation.item.input_audio_transcription.failed", {
    item_id: z.string(),
    error: apiError.nullish(),
  }),
  named("input_audio_buffer.speech_started", { item_id: z.string(), audio_start_ms: z.number() }),
  named("input_audio_buffer.speech_stopped", { item_id: z.string(), audio_end_ms: z.number() }),
  named("input_audio_buffer.committed", { item_id: z.string() }),
  named("input_audio_buffer.cleared", {}),
  named("response.created", { response }),
  named("response.done", { response }),
  named("response.output_item.added", { response_id: z.string(), item }),
  named("response.output_item.done", { response_id: z.string(), item }),
  named("response.output_text.delta", { item_id: z.string(), delta: z.string() }),
  named("response.output_audio_transcript.delta", { item_id: z.string(), delta: z.string() }),
  named("response.output_audio.done", { item_id: z.string() }),
]);
export type ServerEvent = z.infer<typeof serverEvent>;

export const HANDLED_TYPES: ReadonlySet<string> = new Set(
  serverEvent.options.map((option) => option.shape.type.value),
);

/** The client events we send, but for `input_audio_buffer.append`, which is written by hand per frame. */
export type ClientEvent =
  | { type: "session.update"; event_id?: string; session: object }
  | { type: "input_audio_buffer.commit"; event_id?: string }
  | { type: "input_audio_buffer.clear" }
  | { type: "conversation.item.create"; event_id?: string; previous_item_id?: string; item: object }
  | { type: "conversation.item.truncate"; item_id: string; content_index: 0; audio_end_ms: number }
  | { type: "conversation.item.delete"; item_id: string }
  | { type: "conversation.item.retrieve"; event_id: string; item_id: string }
  | { type: "response.create"; event_id: string; response: object }
  | { type: "response.cancel"; response_id: string };
