// Reads what a page sends as text. Three answers: a message, something a newer page may say (ignored), or
// malformed. Checked by hand-sized schemas: this runs a few times a second, never per audio frame.

import * as z from "zod";
import { MAX_TYPED_CHARS } from "./messages.ts";
import type { BrowserMessage } from "./messages.ts";

export type Decoded =
  | { kind: "message"; message: BrowserMessage }
  | { kind: "unknown" }
  | { kind: "malformed" };

const id = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w-]+$/);
/** A day: no item is longer, and a wild number must not reach arithmetic. */
const milliseconds = z.number().min(0).max(86_400_000);
/** Ten times a second for a day: no speaker runs dry more often. */
const count = z.number().int().min(0).max(864_000);

/** A position in a page's stream. */
const sample = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const schemas = {
  hello: z.object({ type: z.literal("hello"), pageId: id, streamId: id }),
  start: z.object({ type: z.literal("start"), byVoice: z.literal(true).optional() }),
  stop: z.object({ type: z.literal("stop") }),
  text: z.object({
    type: z.literal("text"),
    text: z.string().trim().min(1).max(MAX_TYPED_CHARS),
    id: id.optional(),
  }),
  playback: z.object({
    type: z.literal("playback"),
    itemId: id,
    playedMs: milliseconds,
    done: z.boolean().optional(),
    underruns: count.optional(),
    gapMs: milliseconds.optional(),
  }),
  turn: z.object({
    type: z.literal("turn"),
    action: z.enum(["begin", "end", "cancel"]),
    atSample: sample.optional(),
  }),
  activity: z.object({ type: z.literal("activity"), active: z.boolean(), echoFrom: sample.optional() }),
  resending: z.object({ type: z.literal("resending"), fromSample: sample }),
  interrupt: z.object({ type: z.literal("interrupt") }),
  settings: z.object({
    type: z.literal("settings"),
    policy: z.string().min(1).max(64).optional(),
    voice: z.string().min(1).max(64).optional(),
    muted: z.boolean().optional(),
  }),
  approval: z.object({ type: z.literal("approval"), callId: id, approved: z.boolean() }),
  ping: z.object({ type: z.literal("ping") }),
} satisfies Record<BrowserMessage["type"], z.ZodType>;

/** What `text` says. Unknown fields are dropped, unknown types are `unknown`. Never throws. */
export function decodeBrowserMessage(text: string): Decoded {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "malformed" };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { kind: "malformed" };
  const type = (value as { type?: unknown }).type;
  if (typeof type !== "string") return { kind: "malformed" };
  if (!Object.hasOwn(schemas, type)) return { kind: "unknown" };
  const result = schemas[type as BrowserMessage["type"]].safeParse(value);
  return result.success ? { kind: "message", message: result.data as BrowserMessage } : { kind: "malformed" };
}
