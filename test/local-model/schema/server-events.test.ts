import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SENT_EVENTS } from "../../../src/local-model/sent-events.ts";
import { startLocalModel } from "../../../src/local-model/server.ts";
import type { LocalModel } from "../../../src/local-model/server.ts";
import { Client } from "../client.ts";
import { DIFFERENCES, NOT_ON_WEBSOCKETS, withDifferences } from "./allow-list.ts";
import type { Difference } from "./allow-list.ts";
import { countOf } from "./count-types.ts";
import { EventChecker } from "./event-checker.ts";
import { serverEventSchemas } from "./generate.ts";
import { RECORDED_EVENTS } from "./recorded-events.ts";

let model: LocalModel;

beforeAll(async () => {
  model = await startLocalModel({ port: 0 });
});
afterAll(() => model.close());

/** Each difference in each declaration and each field on its own. */
function apart({ reason, in: names, also = {}, nullable = [] }: Difference): Difference[] {
  return names.flatMap((name) => [
    ...Object.entries(also).map(([field, schema]) => ({ reason, in: [name], also: { [field]: schema } })),
    ...nullable.map((field) => ({ reason, in: [name], nullable: [field] })),
  ]);
}

describe("server events", () => {
  it("CL8 are seen as they leave, all of them, also those before a refusal", async () => {
    const seen: unknown[] = [];
    const see = (text: unknown): unknown => seen.push(JSON.parse(String(text)));
    SENT_EVENTS.subscribe(see);
    const clients = [new Client(model), new Client(model, "?model=gpt-nope")];
    await clients[0]!.asks("hello");
    await clients[0]!.next("rate_limits.updated");
    await clients[1]!.closed;
    SENT_EVENTS.unsubscribe(see);
    clients[0]!.close();
    const received = clients.flatMap((client) => client.events);
    expect(received.map(({ event_id }) => event_id).toSorted()).toEqual(
      (seen as { event_id: string }[]).map(({ event_id }) => event_id).toSorted(),
    );
    expect(received.map(({ type }) => type)).toContain("error");
  });

  it("CL9 that lack a field, have one too many, or one of another type are told with the place", async () => {
    const checker = await EventChecker.load();
    const event = {
      type: "input_audio_buffer.speech_started",
      event_id: "e",
      item_id: "i",
      audio_start_ms: 3,
    };
    const { item_id: _, ...without } = event;
    const problem = (wrong: object): string | undefined => checker.problem(wrong);
    expect(problem(event)).toBeUndefined();
    expect(problem(without)).toContain("must have required property 'item_id'");
    expect(problem({ ...event, wall_ms: 3 })).toContain('"additionalProperty":"wall_ms"');
    expect(problem({ ...event, audio_start_ms: "3" })).toContain("at /audio_start_ms: must be number");
    expect(problem({ type: "ping" })).toContain('no type "ping"');
    const item = { id: "i", type: "message", role: "user", content: [{ type: "input_text", words: "hi" }] };
    const added = { type: "conversation.item.added", event_id: "e", item };
    // Of nine kinds of item only the one that is meant is talked about.
    expect(
      problem(added)
        ?.split("\n")
        .filter((line) => line.startsWith("  at ")),
    ).toEqual([
      expect.stringContaining(
        'at /item/content/0: must NOT have additional properties {"additionalProperty":"words"}',
      ),
    ]);
  });

  it("CL10 differ from the declarations of the openai package only as recorded traffic does", async () => {
    const schemas = await serverEventSchemas();
    const refusedBy = (differences: readonly Difference[]): unknown[] => {
      const checker = new EventChecker(withDifferences(schemas, differences));
      return RECORDED_EVENTS.filter((event) => checker.problem(event) !== undefined);
    };
    expect(refusedBy(DIFFERENCES)).toEqual([]);
    expect(refusedBy([]).length).toBe(RECORDED_EVENTS.length);
    const each = DIFFERENCES.flatMap(apart);
    const idle = each.filter((one) => refusedBy(each.filter((other) => other !== one)).length === 0);
    expect(idle, "differences that no recorded event needs").toEqual([]);
  });

  it("CL10 are counted against the types that a WebSocket session can have", async () => {
    const { types } = await EventChecker.load();
    expect(types).toEqual(expect.arrayContaining(Object.keys(NOT_ON_WEBSOCKETS)));
    const due = types.filter((type) => !Object.hasOwn(NOT_ON_WEBSOCKETS, type));
    expect(countOf(new Set(types), types)).toBe(`event types sent and valid: ${due.length} of ${due.length}`);
    expect(countOf(new Set(due.slice(1)), types)).toMatch(
      `${due.length - 1} of ${due.length}; not sent: ${due[0]}`,
    );
  });
});
