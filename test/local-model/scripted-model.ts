// A local model whose ear, brain and voice are scripted, for tests of the protocol alone: it starts at once, and
// what it says and hears is known beforehand. Turn detection is the real one.

import { msToSamples } from "../../src/audio/format.ts";
import type { Brain, BrainTurn, Decision } from "../../src/local-model/brain.ts";
import { startLocalModel } from "../../src/local-model/server.ts";
import type { LocalModel, LocalModelOptions } from "../../src/local-model/server.ts";
import type { Client, ServerEvent } from "./client.ts";

export interface Script {
  /** What it says or calls; "Yes." unless told. */
  decide?(turn: BrainTurn): Decision;
  /** What it hears in any audio. */
  hear?(samples: Int16Array): string | Promise<string>;
  /** How long each clause it speaks is. */
  clauseMs?: number;
}

export function startScripted(script: Script = {}, options: LocalModelOptions = {}): Promise<LocalModel> {
  const { clauseMs = 400 } = script;
  const vocabulary = { key: "", templates: [], classes: {}, loops: {} };
  const brain: Brain = {
    vocabulary: () => vocabulary,
    properNames: [],
    decide: (turn) => script.decide?.(turn) ?? { kind: "say", text: "Yes." },
  };
  const hearing = {
    prepare: (): void => {},
    hear: async (samples: Int16Array): Promise<string> => (await script.hear?.(samples)) ?? "",
  };
  const voice = {
    async *speak(): AsyncIterable<Int16Array> {
      yield new Int16Array(msToSamples(clauseMs)).fill(100);
    },
  };
  return startLocalModel({ port: 0, audioPace: Infinity, brain, hearing, voice, ...options });
}

export type ErrorBody = Readonly<Record<"type" | "code" | "message" | "param" | "event_id", string | null>>;

/** The error that a client event leads to. */
export async function errorFor(client: Client, event: Readonly<Record<string, unknown>>): Promise<ErrorBody> {
  await client.send({ event_id: "mine", ...event });
  return (await client.next("error"))["error"] as ErrorBody;
}

export interface WireResponse {
  readonly id: string;
  readonly status: string;
  readonly status_details: unknown;
  readonly conversation_id: string | null;
  readonly metadata: unknown;
  readonly output: readonly Readonly<Record<string, unknown>>[];
  readonly usage: Usage;
}

export interface Usage {
  readonly total_tokens: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly input_token_details: {
    readonly text_tokens: number;
    readonly audio_tokens: number;
    readonly image_tokens: number;
    readonly cached_tokens: number;
    readonly cached_tokens_details: Readonly<Record<string, number>>;
  };
  readonly output_token_details: Readonly<Record<string, number>>;
}

export function responseIn(event: ServerEvent): WireResponse {
  return event["response"] as WireResponse;
}

/** The types since `from`, runs of the same delta counted once. */
export function ladder(client: Client, from = 0): string[] {
  const types = client.types.slice(from);
  return types.filter((type, index) => type !== types[index - 1]);
}

export function message(role: string, text: string, id?: string): Record<string, unknown> {
  const type = role === "assistant" ? "output_text" : "input_text";
  return { type: "message", role, content: [{ type, text }], ...(id === undefined ? {} : { id }) };
}

export async function adds(
  client: Client,
  item: Readonly<Record<string, unknown>>,
  after?: string,
): Promise<ServerEvent> {
  const previous = after === undefined ? {} : { previous_item_id: after };
  await client.send({ type: "conversation.item.create", ...previous, item });
  return client.next("conversation.item.done");
}
