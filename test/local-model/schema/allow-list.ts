// Where recorded traffic of the real service and the type declarations of the `openai` package disagree, the local
// model follows the traffic. Each difference stands here once, with what the declarations say instead.

import type { JsonSchema, SchemaFile } from "./json-schema.ts";

export interface Difference {
  readonly reason: string;
  /** The declarations it concerns, by name. */
  readonly in: readonly string[];
  /** Fields that are sent although not declared. */
  readonly also?: Readonly<Record<string, JsonSchema>>;
  /** Declared fields that may be null where only their absence is declared. */
  readonly nullable?: readonly string[];
}

const TEXT: JsonSchema = { type: "string" };
const COUNT: JsonSchema = { type: "integer" };

export const DIFFERENCES: readonly Difference[] = [
  {
    reason:
      "Every delta of text carries random padding against traffic analysis; only some declarations have it.",
    in: [
      "ResponseTextDeltaEvent",
      "ResponseAudioTranscriptDeltaEvent",
      "ResponseFunctionCallArgumentsDeltaEvent",
      "ConversationItemInputAudioTranscriptionDeltaEvent",
    ],
    also: { obfuscation: TEXT },
  },
  {
    reason: "Events show the effective session, with an identity; declared is what a client may ask for.",
    in: ["RealtimeSessionCreateRequest", "RealtimeTranscriptionSessionCreateRequest"],
    also: { id: TEXT, object: TEXT, expires_at: COUNT },
  },
  {
    reason: "The effective session names every setting; null is one that is off or unset.",
    in: ["RealtimeSessionCreateRequest", "RealtimeTranscriptionSessionCreateRequest"],
    nullable: ["include"],
  },
  {
    reason: "The same for the settings of the microphone.",
    in: ["RealtimeAudioConfigInput", "RealtimeTranscriptionSessionAudioInput"],
    nullable: ["noise_reduction", "transcription"],
  },
  {
    reason: "The same for the settings of the transcription.",
    in: ["AudioTranscription"],
    nullable: ["language", "prompt"],
  },
  {
    reason: "A response has all its keys from the start, null until they have a value.",
    in: ["RealtimeResponse"],
    nullable: ["status_details", "usage", "conversation_id"],
  },
  {
    reason: "Models of the second generation tell their thinking apart from other text.",
    in: ["RealtimeResponseUsageOutputTokenDetails"],
    also: { reasoning_tokens: COUNT },
  },
  {
    reason: "Models of the second generation say which message is a remark on the way and which the answer.",
    in: ["RealtimeConversationItemAssistantMessage"],
    also: { phase: { enum: ["commentary", "final_answer"] } },
  },
  {
    reason:
      "The reference's own example of a failed transcription concerns no parameter, and says so with null.",
    in: ["ConversationItemInputAudioTranscriptionFailedEvent.Error"],
    nullable: ["param"],
  },
  {
    reason:
      "Spoken input has no transcript when it is committed, and never gets one in the item's own events.",
    in: ["RealtimeConversationItemUserMessage.Content"],
    nullable: ["transcript"],
  },
];

/** Event types of the union that no WebSocket session of today's API sends, each with the reason. */
export const NOT_ON_WEBSOCKETS: Readonly<Record<string, string>> = {
  "conversation.created": "sent by the API's beta, which is switched off",
  "conversation.item.created": "sent by the API's beta; `added` and `done` took its place",
  "output_audio_buffer.started": "WebRTC and SIP only, where the server plays the audio",
  "output_audio_buffer.stopped": "WebRTC and SIP only",
  "output_audio_buffer.cleared": "WebRTC and SIP only",
  "input_audio_buffer.dtmf_event_received": "SIP only: a telephone's keys",
};

/** The declared schemas, widened by the differences. Throws for one that the declarations have caught up with. */
export function withDifferences(
  schemas: SchemaFile,
  differences: readonly Difference[] = DIFFERENCES,
): SchemaFile {
  const definitions: Record<string, JsonSchema> = { ...schemas.definitions };
  for (const { in: names, also = {}, nullable = [], reason } of differences) {
    for (const name of names) {
      const definition = definitions[name];
      const properties = { ...definition?.properties };
      for (const [field, schema] of Object.entries(also)) {
        if (!definition || properties[field]) throw new Error(`${name}.${field} is declared now: ${reason}`);
        properties[field] = schema;
      }
      for (const field of nullable) {
        const declared = properties[field];
        if (!declared) throw new Error(`${name}.${field} is declared no more: ${reason}`);
        properties[field] = { anyOf: [declared, { type: "null" }] };
      }
      definitions[name] = { ...definition, properties };
    }
  }
  return { ...schemas, definitions };
}
