import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalModel } from "../../src/local-model/server.ts";
import { Client } from "./client.ts";
import type { ServerEvent } from "./client.ts";
import { adds, errorFor, message, responseIn, startScripted } from "./scripted-model.ts";
import type { ErrorBody } from "./scripted-model.ts";

/**
 * Every row of the real service's error catalogue, with an event that provokes it. `echoes` says whether the client's
 * own event id comes back; some paths of the service leave it out.
 */
interface Row {
  readonly code: string | null;
  readonly param: string | null;
  readonly message: RegExp;
  readonly echoes?: false;
  /** Sends what is wrong and returns the error. */
  provoke(client: Client): Promise<ErrorBody>;
}

/** Refusals while connecting, and failures of the service: told by how they end. */
interface Fatal {
  readonly code: string;
  readonly query: string;
  readonly closing: { readonly code: number; readonly reason: string };
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const update = (session: unknown) => (client: Client) =>
  errorFor(client, { type: "session.update", session });
const create = (item: unknown) => (client: Client) =>
  errorFor(client, { type: "conversation.item.create", item });

async function spokenItem(client: Client): Promise<string> {
  await client.send({ type: "response.create" });
  const [item] = responseIn(await client.next("response.done")).output;
  return String(item?.["id"]);
}

const truncate = (item_id: string, audio_end_ms: number): Record<string, unknown> => ({
  type: "conversation.item.truncate",
  item_id,
  content_index: 0,
  audio_end_ms,
});

const ROWS: Readonly<Record<string, Row>> = {
  "unknown event type": {
    code: "invalid_value",
    param: "type",
    message:
      /^Invalid value: 'ping'\. Supported values are: 'session\.update', .*'session\.close', and '.*'\.$/,
    provoke: (client) => errorFor(client, { type: "ping" }),
  },
  "bad enum": {
    code: "invalid_value",
    param: "session.output_modalities[0]",
    message: /^Invalid value: 'video'\. Supported values are: 'audio', and 'text'\.$/,
    provoke: update({ type: "realtime", output_modalities: ["video"] }),
  },
  "truncation past the end": {
    code: "invalid_value",
    param: "audio_end_ms",
    message: /^Audio content of 400ms is already shorter than 401ms$/,
    provoke: async (client) => errorFor(client, truncate(await spokenItem(client), 401)),
  },
  "unknown parameter": {
    code: "unknown_parameter",
    param: "session.foo",
    message: /^Unknown parameter: 'session\.foo'\.$/,
    provoke: update({ type: "realtime", foo: 1 }),
  },
  "missing parameter": {
    code: "missing_required_parameter",
    param: "session.type",
    message: /^Missing required parameter: 'session\.type'\.$/,
    provoke: update({}),
  },
  "rate too low": {
    code: "integer_below_min_value",
    param: "session.audio.input.format.rate",
    message: /Expected a value >= 24000/,
    provoke: update({ type: "realtime", audio: { input: { format: { type: "audio/pcm", rate: 16_000 } } } }),
  },
  "wrong type": {
    code: "invalid_type",
    param: "audio_end_ms",
    message: /^Invalid type for 'audio_end_ms': expected an integer/,
    provoke: (client) => errorFor(client, truncate("item_x", 10.5)),
  },
  "text that is not JSON": {
    code: "invalid_json",
    param: null,
    message: /JSON/,
    echoes: false,
    provoke: async (client) => {
      await client.next("session.created");
      client.socket.send("{");
      return (await client.next("error"))["error"] as ErrorBody;
    },
  },
  "a binary frame": {
    code: "invalid_event",
    param: null,
    message: /Binary/,
    echoes: false,
    provoke: async (client) => {
      await client.next("session.created");
      client.socket.send(Buffer.from("{}"), { binary: true });
      return (await client.next("error"))["error"] as ErrorBody;
    },
  },
  "an empty commit": {
    code: "input_audio_buffer_commit_empty",
    param: null,
    message:
      /^Error committing input audio buffer: buffer too small\. Expected at least 100ms of audio, but buffer only has 0\.00ms of audio\.$/,
    provoke: (client) => errorFor(client, { type: "input_audio_buffer.commit" }),
  },
  "a second response": {
    code: "conversation_already_has_active_response",
    param: null,
    message:
      /^Conversation already has an active response in progress: resp_\w{21}\. Wait until the response is finished before creating a new one\.$/,
    echoes: false,
    provoke: async (client) => {
      await client.send({ type: "response.create" });
      return errorFor(client, { type: "response.create" });
    },
  },
  "nothing to cancel": {
    code: "response_cancel_not_active",
    param: null,
    message: /^Cancellation failed: no active response found$/,
    provoke: (client) => errorFor(client, { type: "response.cancel" }),
  },
  "retrieving an unknown item": {
    code: "item_retrieve_invalid_item_id",
    param: null,
    message: /^Error retrieving item: the item with id 'X' does not exist\.$/,
    provoke: (client) => errorFor(client, { type: "conversation.item.retrieve", item_id: "X" }),
  },
  "deleting an unknown item": {
    code: "item_delete_invalid_item_id",
    param: null,
    message: /^Error deleting item: the item with id 'X' does not exist\.$/,
    echoes: false,
    provoke: (client) => errorFor(client, { type: "conversation.item.delete", item_id: "X" }),
  },
  "truncating an unknown item": {
    code: "item_truncate_invalid_item_id",
    param: null,
    message: /^Error truncating item: the item with id 'X' does not exist\.$/,
    provoke: (client) => errorFor(client, truncate("X", 0)),
  },
  "truncating what was not spoken": {
    code: "unsupported_content_type",
    param: null,
    message: /^Only model output audio messages can be truncated$/,
    provoke: async (client) => {
      await adds(client, message("user", "hello", "typed"));
      return errorFor(client, truncate("typed", 0));
    },
  },
  "a duplicate item": {
    code: "item_create_duplicate_item_id",
    param: null,
    message: /^Error adding item: an item with id 'twice' already exists\.$/,
    echoes: false,
    provoke: async (client) => {
      await adds(client, message("user", "hello", "twice"));
      return create(message("user", "hello", "twice"))(client);
    },
  },
  "an output without its call": {
    code: "invalid_tool_call_id",
    param: null,
    message: /^Tool call ID 'call_x' not found in conversation\.$/,
    provoke: create({ type: "function_call_output", call_id: "call_x", output: "{}" }),
  },
  "another voice after speech": {
    code: "cannot_update_voice",
    param: null,
    message: /^Cannot update a conversation's voice if assistant audio is present\.$/,
    provoke: async (client) => {
      await spokenItem(client);
      return update({ type: "realtime", audio: { output: { voice: "cedar" } } })(client);
    },
  },
};

/** Nothing a client does leads to these: they come only when they are asked for, by `error:<code>`. */
const FAILURES = ["server_error", "insufficient_quota", "billing_hard_limit_reached", "account_deactivated"];

const FATAL: readonly Fatal[] = [
  {
    code: "session_expired",
    query: "?model=gpt-realtime-2.1&fault=expire:0",
    closing: { code: 1001, reason: "Your session hit the maximum duration of 60 minutes." },
  },
  ...[
    { code: "invalid_model", query: "?model=gpt-nope" },
    { code: "missing_model", query: "" },
    {
      code: "beta_api_shape_disabled",
      query: "?model=gpt-realtime",
      headers: { "openai-beta": "realtime=v1" },
    },
  ].map((row) => ({ ...row, closing: { code: 4000, reason: `invalid_request_error.${row.code}` } })),
  {
    code: "invalid_api_key",
    query: "?model=gpt-realtime",
    key: "wrong",
    closing: { code: 3000, reason: "invalid_request_error.invalid_api_key" },
  },
];

/** Every code of the service's error catalogue, row by row. */
const CATALOGUE = [
  "invalid_value",
  "unknown_parameter",
  "missing_required_parameter",
  "integer_below_min_value",
  "invalid_type",
  "invalid_json",
  "invalid_event",
  "input_audio_buffer_commit_empty",
  "conversation_already_has_active_response",
  "response_cancel_not_active",
  "item_retrieve_invalid_item_id",
  "item_delete_invalid_item_id",
  "item_truncate_invalid_item_id",
  "unsupported_content_type",
  "item_create_duplicate_item_id",
  "invalid_tool_call_id",
  "cannot_update_voice",
  "session_expired",
  "invalid_model",
  "missing_model",
  "invalid_api_key",
  "beta_api_shape_disabled",
  "server_error",
  "insufficient_quota",
  "billing_hard_limit_reached",
  "account_deactivated",
];

let model: LocalModel;
const clients: Client[] = [];

beforeAll(async () => {
  model = await startScripted({}, { requireKey: "right", faults: true });
});
afterAll(async () => {
  for (const client of clients) client.close();
  await model.close();
});

function connect(query?: string, key = "right", headers: Readonly<Record<string, string>> = {}): Client {
  const client = new Client(model, query, key, [], headers);
  clients.push(client);
  return client;
}

const body = (event: ServerEvent): ErrorBody => event["error"] as ErrorBody;

describe("error catalogue", () => {
  it.each(Object.entries(ROWS))("LM60 answers %s with its error, and goes on", async (_, row) => {
    const client = connect();
    const error = await row.provoke(client);
    expect(error).toEqual({
      type: "invalid_request_error",
      code: row.code,
      param: row.param,
      message: expect.stringMatching(row.message),
      event_id: row.echoes === false ? null : "mine",
    });
    await client.configure({});
  });

  it.each(FATAL)("LM61 ends a connection with $code and its close", async (row) => {
    const client = connect(row.query, row.key, row.headers);
    expect(body(await client.next("error"))).toMatchObject({
      type: "invalid_request_error",
      code: row.code,
      param: null,
      event_id: null,
    });
    expect(await client.closed).toEqual(row.closing);
  });

  it("LM61 says what is missing when there is no key, without a code", async () => {
    const client = new Client(model, "?model=gpt-realtime", undefined, [], {}, false);
    expect(body(await client.next("error"))).toMatchObject({
      code: null,
      message: "Missing bearer or basic authentication in header",
    });
    expect(await client.closed).toEqual({ code: 3000, reason: "invalid_request_error" });
  });

  it.each(FAILURES)("LM60 tells of %s when asked to, and goes on", async (code) => {
    const client = connect(`?model=gpt-realtime-2.1&fault=error:${code}`);
    const error = body(await client.next("error"));
    expect(error).toMatchObject({ code, param: null, event_id: null, message: expect.any(String) });
    expect(error.type).toBe(code === "server_error" ? "server_error" : "invalid_request_error");
    await client.configure({});
  });

  it("LM60 leaves no row of the catalogue out", () => {
    const provoked = [...Object.values(ROWS), ...FATAL].map(({ code }) => code);
    expect(new Set([...provoked, ...FAILURES])).toEqual(new Set(CATALOGUE));
  });
});
