// A history as one message.

import { describe, expect, test } from "vitest";
import { packedHistory } from "../../src/conversation/packed-history.ts";
import type { ModelItem } from "../../src/conversation/ports.ts";

const said = (id: string, role: "user" | "assistant" | "system", text: string): ModelItem => ({
  kind: "message",
  id,
  role,
  text,
});
const call = (id: string): ModelItem => ({
  kind: "tool_call",
  id: `call_${id}`,
  callId: id,
  name: "current_time",
  argumentsJson: '{"place":"Tokyo"}',
});
const output = (id: string): ModelItem => ({ kind: "tool_output", id: `out_${id}`, callId: id, output: "9" });

describe("packed history", () => {
  test("RB10 all before the turn that waits is one message; the turn and its calls stay items", () => {
    const waiting = [said("u2", "user", "and Paris?"), call("b"), output("b")];
    const packed = packedHistory([
      said("s", "system", "pinned"),
      said("u1", "user", 'What time\nis it in "Tokyo"?'),
      call("a"),
      output("a"),
      said("a1", "assistant", "Nine."),
      ...waiting,
    ]);
    expect(packed[0]).toMatchObject({ id: "s" });
    expect(packed[1]).toEqual({
      kind: "message",
      id: "history",
      role: "user",
      text: [
        "What was said and done in this conversation so far, oldest first, as a transcript:",
        String.raw`User: "What time\nis it in \"Tokyo\"?"`,
        'You called current_time: {"place":"Tokyo"}',
        'It returned: "9"',
        'You: "Nine."',
      ].join("\n"),
    });
    expect(packed.slice(2)).toEqual(waiting);
  });

  test("RB10 an answered talk is one message, a lone turn stays as it is", () => {
    const talk = [said("u1", "user", "hi"), said("a1", "assistant", "Hello.")];
    expect(packedHistory(talk)).toMatchObject([{ id: "history" }]);
    expect(packedHistory(talk.slice(0, 1))).toEqual(talk.slice(0, 1));
    expect(packedHistory([])).toEqual([]);
  });

  test("RB10 a recording follows its line, and a late output goes where its call went", () => {
    const recording: ModelItem = { kind: "speech", id: "u1", pcm: new Uint8Array(2) };
    const newest = said("u2", "user", "hm");
    const packed = packedHistory([recording, call("slow"), newest, output("slow")]);
    expect(packed.map((item) => item.id)).toEqual(["history", "u1", "u2"]);
    expect(packed[0]).toMatchObject({ text: expect.stringContaining("recording") as string });
    expect(packed[0]).toMatchObject({ text: expect.stringContaining('It returned: "9"') as string });
    // The turn that waits may itself be a recording.
    expect(packedHistory([said("a", "assistant", "Hi"), recording])).toMatchObject([
      { id: "history" },
      { kind: "speech" },
    ]);
  });
});
