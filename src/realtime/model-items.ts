// A stored item as `conversation.item.create` takes it. Assistant speech goes back as text: the API refuses audio
// in assistant items (rule RT5).

import type { ModelItem } from "../conversation/ports.ts";
import type { RealtimeItem } from "./events.ts";
import { assertNever } from "../assert.ts";

/** The API's item for ours. `callId` is the id this session knows the call by. */
export function toRealtimeItem(item: ModelItem, callId: string): object {
  switch (item.kind) {
    case "message":
      return {
        id: item.id,
        type: "message",
        role: item.role,
        content: [{ type: item.role === "assistant" ? "output_text" : "input_text", text: item.text }],
      };
    case "speech":
      return {
        id: item.id,
        type: "message",
        role: "user",
        content: [{ type: "input_audio", audio: item.pcm.toBase64() }],
      };
    case "tool_call":
      return {
        id: item.id,
        type: "function_call",
        call_id: callId,
        name: item.name,
        arguments: item.argumentsJson,
      };
    case "tool_output":
      return { id: item.id, type: "function_call_output", call_id: callId, output: item.output };
    default:
      return assertNever(item);
  }
}

/** The words of a generated message: transcripts of its spoken parts, text of the others. */
export function itemText(item: RealtimeItem): string {
  return (item.content ?? []).map((part) => part.transcript ?? part.text ?? "").join("");
}

/** The sound of a retrieved message; undefined when it came without any. */
export function itemAudio(item: RealtimeItem): Uint8Array | undefined {
  const base64 = item.content?.find((part) => part.audio)?.audio;
  return base64 ? Uint8Array.fromBase64(base64) : undefined;
}
