// A server event from its text. Audio deltas are most of the traffic and are cut out of the text without parsing
// it as JSON; everything else is parsed and checked. What we do not know is `other`: logged by type, never fatal.

import { HANDLED_TYPES, serverEvent } from "./events.ts";
import type { ServerEvent } from "./events.ts";

export type Parsed =
  | { kind: "audio"; itemId: string; base64: string }
  | { kind: "event"; event: ServerEvent }
  /** A type we do not act on, or an event of a known type in a shape we cannot read. */
  | { kind: "other"; type: string; readable: boolean };

const AUDIO_DELTA = '"response.output_audio.delta"';

/** Never throws. */
export function parseServerEvent(text: string): Parsed {
  // The type is in the first few dozen characters on the wire; a transcript that quotes it comes later.
  const at = text.indexOf(AUDIO_DELTA);
  if (at !== -1 && at < 160) {
    const itemId = stringField(text, '"item_id"');
    const base64 = stringField(text, '"delta"');
    if (itemId !== undefined && base64 !== undefined) return { kind: "audio", itemId, base64 };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "other", type: "not_json", readable: false };
  }
  const type = (value as { type?: unknown } | null)?.type;
  if (typeof type !== "string") return { kind: "other", type: "untyped", readable: false };
  if (type === "response.output_audio.delta") return wholeAudioDelta(value as Record<string, unknown>);
  if (!HANDLED_TYPES.has(type)) return { kind: "other", type: type.slice(0, 80), readable: true };
  const result = serverEvent.safeParse(value);
  return result.success ? { kind: "event", event: result.data } : { kind: "other", type, readable: false };
}

/**
 * The value of a string field whose content needs no unescaping, as ids and base64 do not. `name` is the quoted key;
 * white space around the colon is allowed. Undefined when it is absent or holds a backslash.
 */
function stringField(text: string, name: string): string | undefined {
  const key = text.indexOf(name);
  if (key === -1) return undefined;
  let at = key + name.length;
  while (text[at] === " ") at++;
  if (text[at] !== ":") return undefined;
  do at++;
  while (text[at] === " ");
  if (text[at] !== '"') return undefined;
  const end = text.indexOf('"', at + 1);
  if (end === -1) return undefined;
  const found = text.slice(at + 1, end);
  return found.includes("\\") ? undefined : found;
}

/** An audio delta that the short way could not read, as from an encoder that escapes slashes. */
function wholeAudioDelta(value: Record<string, unknown>): Parsed {
  const { item_id: itemId, delta } = value;
  return typeof itemId === "string" && typeof delta === "string"
    ? { kind: "audio", itemId, base64: delta }
    : { kind: "other", type: "response.output_audio.delta", readable: false };
}
