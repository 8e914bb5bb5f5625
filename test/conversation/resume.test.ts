// Rows in, items for a fresh session out.

import { describe, expect, test } from "vitest";
import { resumeFrom } from "../../src/conversation/resume.ts";
import type { ItemRow } from "../../src/store/item-store.ts";

let position = 0;
function row(fields: Partial<ItemRow>): ItemRow {
  position += 1;
  return {
    id: `item_${position}`,
    position,
    kind: "message",
    role: "user",
    text: "",
    status: "completed",
    started_at: 0,
    ended_at: 0,
    heard_ms: null,
    audio_ms: null,
    call_id: null,
    tool_name: null,
    display: null,
    sent_id: null,
    reran: 0,
    ...fields,
  };
}

describe("rebuild from rows", () => {
  test("RB1 messages in order, as heard; empty ones are left out", () => {
    const { items, answerOwed } = resumeFrom([
      row({ text: "hello" }),
      row({ role: "assistant", text: "Hi, I", status: "interrupted", heard_ms: 400 }),
      row({ text: "", status: "failed" }),
    ]);
    expect(items).toMatchObject([
      { role: "user", text: "hello" },
      { role: "assistant", text: "Hi, I" },
    ]);
    expect(answerOwed).toBe(false);
  });

  test("RB1 an unanswered turn owes an answer, and so does an unanswered tool output", () => {
    expect(resumeFrom([row({ text: "hello" })]).answerOwed).toBe(true);
    const call = row({ kind: "tool_call", role: "assistant", call_id: "c1", tool_name: "t", text: "{}" });
    const output = row({ kind: "tool_output", role: "assistant", call_id: "c1", tool_name: "t", text: "1" });
    expect(resumeFrom([call, output])).toMatchObject({
      answerOwed: true,
      items: [{ kind: "tool_call" }, { kind: "tool_output" }],
    });
  });

  test("RB1 a half of a call whose other half lies beyond the limit is left out", () => {
    const output = row({ kind: "tool_output", role: "assistant", call_id: "c2", tool_name: "t", text: "1" });
    expect(resumeFrom([output]).items).toEqual([]);
  });

  test("RB9 a turn nobody wrote down is told as it was spoken, and is owed its answer", () => {
    const pcm = new Uint8Array(4800);
    const rows = [row({ text: "hello" }), row({ role: "assistant", text: "Hi" }), row({ status: "failed" })];
    const speechOf = (itemId: string) => (itemId === rows[2]!.id ? pcm : undefined);
    expect(resumeFrom(rows, 0, speechOf)).toMatchObject({
      answerOwed: true,
      items: [{ text: "hello" }, { text: "Hi" }, { kind: "speech", id: rows[2]!.id, pcm }],
    });
    expect(resumeFrom(rows, rows[2]!.position + 1, speechOf).answerOwed).toBe(false);
    const answered = [...rows, row({ role: "assistant", text: "Yes" })];
    expect(resumeFrom(answered, 0, speechOf).answerOwed).toBe(false);
  });
});
