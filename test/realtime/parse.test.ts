// Known, unknown and broken events.

import { describe, expect, test } from "vitest";
import { parseServerEvent } from "../../src/realtime/parse.ts";
import { classifyClose, classifyError } from "../../src/realtime/error-class.ts";

describe("server events", () => {
  test("RT7 an audio delta is cut out whatever the order and spacing of its fields", () => {
    const compact = '{"type":"response.output_audio.delta","event_id":"e","item_id":"item_1","delta":"AAAA"}';
    const spaced =
      '{"event_id": "e", "delta": "AAAA", "item_id": "item_1", "type": "response.output_audio.delta"}';
    for (const text of [compact, spaced]) {
      expect(parseServerEvent(text)).toEqual({ kind: "audio", itemId: "item_1", base64: "AAAA" });
    }
  });

  test("RT7 a transcript that quotes an audio delta is still a transcript", () => {
    const text = JSON.stringify({
      type: "response.output_audio_transcript.delta",
      item_id: "item_1",
      response_id: "r",
      delta: 'It says "response.output_audio.delta" here',
    });
    expect(parseServerEvent(text)).toMatchObject({ kind: "event", event: { item_id: "item_1" } });
  });

  test("RT7 unknown types, broken shapes and broken JSON are told apart and never throw", () => {
    expect(parseServerEvent('{"type":"brand.new"}')).toEqual({
      kind: "other",
      type: "brand.new",
      readable: true,
    });
    expect(parseServerEvent('{"type":"response.done"}')).toEqual({
      kind: "other",
      type: "response.done",
      readable: false,
    });
    for (const text of ["", "null", "[]", "{", '{"type":7}']) {
      expect(parseServerEvent(text)).toMatchObject({ kind: "other", readable: false });
    }
  });

  test("RT7 fields that came later are dropped, absent optional ones are fine", () => {
    const text = '{"type":"response.done","response":{"id":"r","status":"completed","new_field":1}}';
    expect(parseServerEvent(text)).toMatchObject({ kind: "event", event: { response: { id: "r" } } });
  });

  test("RT6 each error is classed once", () => {
    expect(classifyError("response_cancel_not_active")).toEqual({ action: "ignore" });
    expect(classifyError("unknown_parameter")).toEqual({
      action: "report",
      refused: { code: "unknown_parameter" },
    });
    expect(classifyError("invalid_api_key")).toMatchObject({
      action: "end",
      failure: { kind: "key_rejected" },
    });
    expect(classifyError("insufficient_quota")).toMatchObject({
      action: "end",
      failure: { kind: "quota_exhausted" },
    });
    expect(classifyError("session_expired")).toMatchObject({
      action: "end",
      failure: { kind: "session_expired" },
    });
    expect(classifyClose(3000).kind).toBe("key_rejected");
    expect(classifyClose(1006)).toEqual({ kind: "closed", code: 1006 });
  });
});
