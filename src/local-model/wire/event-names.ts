// The events of a session by name, so that whoever waits for one that never comes is told at once.

/** What a session sends. */
export const SERVER_EVENTS: readonly string[] = [
  "error",
  "session.created",
  "session.updated",
  "conversation.item.added",
  "conversation.item.deleted",
  "conversation.item.done",
  "conversation.item.input_audio_transcription.completed",
  "conversation.item.input_audio_transcription.delta",
  "conversation.item.input_audio_transcription.failed",
  "conversation.item.input_audio_transcription.segment",
  "conversation.item.retrieved",
  "conversation.item.truncated",
  "input_audio_buffer.cleared",
  "input_audio_buffer.committed",
  "input_audio_buffer.speech_started",
  "input_audio_buffer.speech_stopped",
  "input_audio_buffer.timeout_triggered",
  "mcp_list_tools.completed",
  "mcp_list_tools.failed",
  "mcp_list_tools.in_progress",
  "rate_limits.updated",
  "response.content_part.added",
  "response.content_part.done",
  "response.created",
  "response.done",
  "response.function_call_arguments.delta",
  "response.function_call_arguments.done",
  "response.mcp_call.completed",
  "response.mcp_call.failed",
  "response.mcp_call.in_progress",
  "response.mcp_call_arguments.delta",
  "response.mcp_call_arguments.done",
  "response.output_audio.delta",
  "response.output_audio.done",
  "response.output_audio_transcript.delta",
  "response.output_audio_transcript.done",
  "response.output_item.added",
  "response.output_item.done",
  "response.output_text.delta",
  "response.output_text.done",
];

/** What a session takes. */
export const CLIENT_EVENTS = [
  "session.update",
  "input_audio_buffer.append",
  "input_audio_buffer.commit",
  "input_audio_buffer.clear",
  "conversation.item.create",
  "conversation.item.retrieve",
  "conversation.item.truncate",
  "conversation.item.delete",
  "response.create",
  "response.cancel",
  "session.close",
  "session.input_audio_buffer.append",
] as const;

const EVENTS: ReadonlySet<string> = new Set([...SERVER_EVENTS, ...CLIENT_EVENTS]);

export function isEventName(name: string): boolean {
  return EVENTS.has(name);
}
