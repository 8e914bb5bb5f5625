import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { LocalModel } from "../../src/local-model/server.ts";
import { base64, Client } from "./client.ts";
import { adds, errorFor, message, responseIn, startScripted } from "./scripted-model.ts";

let model: LocalModel;
let client: Client;

beforeAll(async () => {
  model = await startScripted({ hear: () => "hello there" });
});
afterAll(() => model.close());
afterEach(() => client.close());

const PNG = "data:image/png;base64,iVBORw0KGgo=";
const create = (item: unknown): Record<string, unknown> => ({ type: "conversation.item.create", item });
const content = (role: string, ...parts: unknown[]): Record<string, unknown> => ({
  type: "message",
  role,
  content: parts,
});

/** Items that are refused: the item, the code, and the path it names. */
const REFUSED: readonly (readonly [unknown, string, string | null])[] = [
  [undefined, "missing_required_parameter", "item"],
  [{}, "missing_required_parameter", "item.type"],
  [{ type: "item_reference", id: "x" }, "invalid_value", "item.type"],
  [{ type: "mcp_call" }, "invalid_value", "item.type"],
  [{ type: "message", role: "user" }, "missing_required_parameter", "item.content"],
  [message("developer", "x"), "invalid_value", "item.role"],
  [message("user", "x", "a-dashed-uuid-of-thirty-six-letters-1"), "string_above_max_length", "item.id"],
  [message("user", "x", "white space"), "invalid_value", "item.id"],
  [{ ...message("user", "x"), colour: 1 }, "unknown_parameter", "item.colour"],
  [{ ...message("user", "x"), status: "done" }, "invalid_value", "item.status"],
  [content("user", { type: "output_text", text: "x" }), "invalid_value", "item.content[0].type"],
  [content("user", { type: "input_text" }), "missing_required_parameter", "item.content[0].text"],
  [content("user", { type: "input_audio", audio: "AAA" }), "invalid_value", "item.content[0].audio"],
  [
    content("user", { type: "input_image", image_url: "http://x/y.png" }),
    "invalid_value",
    "item.content[0].image_url",
  ],
  [
    content("user", { type: "input_image", image_url: PNG, detail: "huge" }),
    "invalid_value",
    "item.content[0].detail",
  ],
  [content("system", { type: "input_audio", audio: "" }), "invalid_value", "item.content[0].type"],
  [content("assistant", { type: "input_text", text: "x" }), "invalid_value", "item.content[0].type"],
  [
    content("assistant", { type: "output_audio", audio: "" }),
    "missing_required_parameter",
    "item.content[0].text",
  ],
  [{ type: "function_call", name: "f" }, "missing_required_parameter", "item.arguments"],
  [
    { type: "function_call", name: "f", arguments: "{}", call_id: "c".repeat(33) },
    "string_above_max_length",
    "item.call_id",
  ],
  [{ type: "function_call_output", output: "" }, "missing_required_parameter", "item.call_id"],
  [
    { type: "mcp_approval_response", approval_request_id: "none", approve: true },
    "invalid_value",
    "item.approval_request_id",
  ],
];

describe("items", () => {
  it("LM66 refuses items by code and path, and adds none of them", async () => {
    client = new Client(model);
    for (const [item, code, param] of REFUSED) {
      const error = await errorFor(client, create(item));
      expect([error.code, error.param]).toEqual([code, param]);
    }
    expect(await adds(client, message("user", "first"))).toMatchObject({ previous_item_id: null });
  });

  it("LM66 acknowledges each item complete, without its kind of object, outputs without a status", async () => {
    client = new Client(model);
    const call = { type: "function_call", name: "f", arguments: "{}", call_id: "call_1" };
    const output = { type: "function_call_output", call_id: "call_1", output: "{}" };
    const spoken = content("user", { type: "input_audio", audio: base64(new Int16Array(2400)) });
    const image = content("user", { type: "input_image", image_url: PNG, detail: "low" });
    const id = expect.stringMatching(/^item_[A-Za-z0-9]{21}$/);
    const status = "completed";
    const cases: readonly (readonly [Record<string, unknown>, unknown])[] = [
      [
        { ...message("user", "a"), object: "realtime.item", status: "incomplete" },
        { ...message("user", "a"), id, status },
      ],
      [message("system", "b", "sys"), { ...message("system", "b", "sys"), status }],
      [message("assistant", "c"), { ...message("assistant", "c"), id, status }],
      [call, { ...call, id, status }],
      [output, { ...output, id }],
      [image, { ...image, id, status }],
      [spoken, { ...content("user", { type: "input_audio", transcript: null }), id, status }],
    ];
    for (const [sent, shown] of cases) expect((await adds(client, sent))["item"]).toEqual(shown);
  });

  it("LM66 puts an item first, last or after another, and says what is before it", async () => {
    client = new Client(model);
    const after = async (id: string, previous?: string): Promise<unknown> =>
      (await adds(client, message("user", id, id), previous))["previous_item_id"];
    expect(await after("b")).toBeNull();
    expect(await after("d", "")).toBe("b");
    expect(await after("c", "b")).toBe("b");
    expect(await after("a", "root")).toBeNull();
    expect(await after("e")).toBe("d");
    const lost = { ...create(message("user", "x", "lost")), previous_item_id: "nowhere" };
    expect(await errorFor(client, lost)).toMatchObject({
      message: "Error adding item: the previous item with id 'nowhere' does not exist.",
    });
    expect(await errorFor(client, { type: "conversation.item.retrieve", item_id: "lost" })).toMatchObject({
      code: "item_retrieve_invalid_item_id",
    });
  });

  it("LM67 gives back the audio of an item, the user's and its own, cut where it was truncated", async () => {
    client = new Client(model);
    const said = Int16Array.from({ length: 2400 }, (_, index) => index);
    await adds(client, { ...content("user", { type: "input_audio", audio: base64(said) }), id: "said" });
    const audioOf = async (id: unknown): Promise<Record<string, unknown>> => {
      await client.send({ type: "conversation.item.retrieve", item_id: id });
      const { item } = (await client.next("conversation.item.retrieved")) as unknown as {
        item: { content: Record<string, unknown>[] };
      };
      return item.content[0]!;
    };
    expect((await audioOf("said"))["audio"]).toBe(base64(said));
    await client.send({ type: "response.create" });
    const id = responseIn(await client.next("response.done")).output[0]?.["id"];
    expect(await audioOf(id)).toMatchObject({ type: "output_audio", transcript: "Yes." });
    await client.send({ type: "conversation.item.truncate", item_id: id, content_index: 0, audio_end_ms: 0 });
    await client.next("conversation.item.truncated");
    // The whole transcript goes: the server does not know where in it the audio ended.
    expect(await audioOf(id)).toEqual({ type: "output_audio" });
  });

  it("LM67 forgets a deleted item: nothing comes after it, and its id is free again", async () => {
    client = new Client(model);
    await adds(client, message("user", "x", "gone"));
    await client.send({ type: "conversation.item.delete", item_id: "gone" });
    expect(await client.next("conversation.item.deleted")).toMatchObject({ item_id: "gone" });
    expect(await adds(client, message("user", "y", "gone"))).toMatchObject({ previous_item_id: null });
  });
});
