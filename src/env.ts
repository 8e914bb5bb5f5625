// The Worker's bindings and settings. Settings are strings from outside: they are read and checked here,
// once, and everywhere else they are typed values. An empty value counts as unset.

import * as z from "zod";
import type { ConversationObject } from "./conversation/object.ts";
import type { DailyCapObject } from "./daily-cap.ts";

export interface Env {
  CONVERSATION: DurableObjectNamespace<ConversationObject>;
  DAILY_CAP: DurableObjectNamespace<DailyCapObject>;
  CREATE_LIMIT: RateLimit;
  OPENAI_API_KEY?: string;
  REALTIME_URL?: string;
  REALTIME_MODEL?: string;
  TRANSCRIPTION_MODEL?: string;
  ALLOWED_ORIGINS?: string;
  MAX_CONVERSATIONS_PER_DAY?: string;
}

export interface Settings {
  openaiApiKey: string;
  /** Always http(s): the upgrade is made by `fetch`, which refuses `ws:`. */
  realtimeUrl: string;
  realtimeModel: string;
  transcriptionModel: string;
  /** Origins besides the Worker's own that may open conversations. */
  allowedOrigins: ReadonlySet<string>;
  /** New conversations this deployment starts in one UTC day: what a leaked link can cost has an end. */
  maxConversationsPerDay: number;
}

/** A setting that is missing or wrong. The message names the setting and never repeats its value. */
export class SettingsError extends Error {
  readonly setting: string;
  constructor(setting: string, problem: string) {
    super(`${setting} ${problem}`);
    this.setting = setting;
  }
}

const LOOPBACK_HOSTS = new Set(["127.0.0.1", "localhost", "[::1]"]);

const realtimeUrl = z.string().transform((value, context) => {
  const url = URL.parse(value);
  if (url === null || !/^(https?|wss?):$/.test(url.protocol)) {
    context.addIssue({ code: "custom", message: "must be an http(s) or ws(s) address" });
    return z.NEVER;
  }
  url.protocol = url.protocol.replace("ws", "http");
  if (url.protocol === "http:" && !LOOPBACK_HOSTS.has(url.hostname)) {
    context.addIssue({
      code: "custom",
      message: "must be encrypted (https or wss) unless it is this computer",
    });
    return z.NEVER;
  }
  return url.href;
});

const origins = z.string().transform((value, context) => {
  const list = value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  for (const part of list) {
    if (URL.parse(part)?.origin !== part) {
      context.addIssue({
        code: "custom",
        message: "must be origins such as https://example.com, separated by commas",
      });
      return z.NEVER;
    }
  }
  return new Set(list) as ReadonlySet<string>;
});

const positiveInteger = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, "must be a whole number above 0")
  .transform(Number);

const schema = z.object({
  OPENAI_API_KEY: z
    .string("is not set: the agent has no model to talk to")
    .regex(/^[\x21-\x7e]+$/, "must not contain spaces"),
  REALTIME_URL: realtimeUrl.prefault("https://api.openai.com/v1/realtime"),
  REALTIME_MODEL: z
    .string()
    .regex(/^[\w.:-]{1,128}$/, "must be a model name")
    .default("gpt-realtime-2.1"),
  TRANSCRIPTION_MODEL: z
    .string()
    .regex(/^[\w.:-]{1,128}$/, "must be a model name")
    .default("gpt-realtime-whisper"),
  ALLOWED_ORIGINS: origins.prefault(""),
  MAX_CONVERSATIONS_PER_DAY: positiveInteger.prefault("500"),
});

const read = new WeakMap<object, Settings | SettingsError>();

/** The settings of this deployment. Throws a `SettingsError` that names the first one that is wrong. */
export function readSettings(env: Env): Settings {
  let known = read.get(env);
  if (known === undefined) {
    known = check(env);
    read.set(env, known);
  }
  if (known instanceof SettingsError) throw known;
  return known;
}

function check(env: Env): Settings | SettingsError {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = (env as unknown as Record<string, unknown>)[name];
    if (typeof value === "string" && value !== "") given[name] = value;
  }
  const result = schema.safeParse(given);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    return new SettingsError(String(issue.path[0]), issue.message);
  }
  const settings = result.data;
  return {
    openaiApiKey: settings.OPENAI_API_KEY,
    realtimeUrl: settings.REALTIME_URL,
    realtimeModel: settings.REALTIME_MODEL,
    transcriptionModel: settings.TRANSCRIPTION_MODEL,
    allowedOrigins: settings.ALLOWED_ORIGINS,
    maxConversationsPerDay: settings.MAX_CONVERSATIONS_PER_DAY,
  };
}
