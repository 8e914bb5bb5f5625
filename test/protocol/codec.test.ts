// Hostile and truncated input from a page.

import { describe, expect, test } from "vitest";
import { closeReason, isReservedCloseCode } from "../../src/protocol/close.ts";
import { decodeBrowserMessage } from "../../src/protocol/codec.ts";
import { MAX_TYPED_CHARS } from "../../src/protocol/messages.ts";

describe("messages of a page", () => {
  test("IN1 what is not a message is malformed", () => {
    const broken = ["", "{", "null", "7", "[]", '"start"', "{}", '{"type":7}', '{"type":"text"}'];
    for (const text of broken) expect(decodeBrowserMessage(text), text).toEqual({ kind: "malformed" });
  });

  test("IN1 wrong types and impossible values are malformed", () => {
    const wrong = [
      { type: "text", text: "" },
      { type: "text", text: "   " },
      { type: "text", text: "x".repeat(MAX_TYPED_CHARS + 1) },
      { type: "text", text: 7 },
      { type: "playback", itemId: "a", playedMs: -1 },
      { type: "playback", itemId: "a", playedMs: "7" },
      { type: "playback", itemId: "a b", playedMs: 1 },
      { type: "playback", itemId: "a", playedMs: 1, underruns: -1 },
      { type: "playback", itemId: "a", playedMs: 1, underruns: 0.5 },
      { type: "playback", itemId: "a", playedMs: 1, underruns: 1e9 },
      { type: "playback", itemId: "a", playedMs: 1, underruns: 1, gapMs: -1 },
      { type: "playback", itemId: "a", playedMs: 1, underruns: 1, gapMs: 1e9 },
      { type: "playback", itemId: "a", playedMs: 1, underruns: 1, gapMs: null },
      { type: "turn", action: "press" },
      { type: "hello", pageId: "x".repeat(65), streamId: "s" },
      { type: "approval", callId: "c" },
    ];
    for (const message of wrong) {
      expect(decodeBrowserMessage(JSON.stringify(message)), JSON.stringify(message)).toEqual({
        kind: "malformed",
      });
    }
    expect(decodeBrowserMessage('{"type":"playback","itemId":"a","playedMs":1e999}')).toEqual({
      kind: "malformed",
    });
  });

  test("IN2 unknown types are told apart from malformed ones, unknown fields are dropped", () => {
    expect(decodeBrowserMessage('{"type":"wave"}')).toEqual({ kind: "unknown" });
    expect(decodeBrowserMessage('{"type":"constructor"}')).toEqual({ kind: "unknown" });
    expect(decodeBrowserMessage('{"type":"start","byVoice":"no"}')).toEqual({ kind: "malformed" });
    expect(decodeBrowserMessage('{"type":"start","byVoice":true}')).toEqual({
      kind: "message",
      message: { type: "start", byVoice: true },
    });
    expect(decodeBrowserMessage('{"type":"start","now":true}')).toEqual({
      kind: "message",
      message: { type: "start" },
    });
  });

  test("TR6 a page may say how its speaker ran dry, and need not", () => {
    const report = { type: "playback", itemId: "a", playedMs: 1 };
    for (const message of [report, { ...report, done: true, underruns: 2, gapMs: 300.5 }]) {
      expect(decodeBrowserMessage(JSON.stringify(message))).toEqual({ kind: "message", message });
    }
  });

  test("IN9 reserved codes are known and reasons are cut between characters", () => {
    for (const code of [0, 999, 1004, 1005, 1006, 1015, 5000]) expect(isReservedCloseCode(code)).toBe(true);
    for (const code of [1000, 1001, 1008, 3000, 4999]) expect(isReservedCloseCode(code)).toBe(false);
    const reason = closeReason("ü".repeat(100));
    expect(new TextEncoder().encode(reason).byteLength).toBe(122);
    expect(closeReason("fine")).toBe("fine");
  });
});
