// The calls of an answer.

import { describe, expect, test } from "vitest";
import * as z from "zod";
import { APPROVAL_TIMEOUT_MS } from "../../src/conversation/tool-runs.ts";
import { defineTool } from "../../src/define.ts";
import type { Tool } from "../../src/define.ts";
import type { ItemStore } from "../../src/store/item-store.ts";
import { play, settled, talking } from "../support/conversation-scene.ts";
import type { Scene } from "../support/conversation-scene.ts";

/** A tool that counts its runs and answers when told to. */
function gatedTool(extra: Partial<Tool> = {}) {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const seen = { runs: 0, open: () => open() };
  const tool = defineTool({
    name: "lookup",
    description: "",
    parameters: z.object({ secret: z.string() }),
    timeoutMs: 5000,
    async run() {
      seen.runs++;
      await gate;
      return { output: { classified: 42 }, display: "looked up" };
    },
    ...(extra as object),
  });
  return { tool, seen };
}

function calls(it: Scene, ...callIds: string[]): void {
  for (const callId of callIds) {
    it.model().says({
      type: "tool_call",
      itemId: `i_${callId}`,
      callId,
      name: "lookup",
      argumentsJson: '{"secret":"hunter2"}',
      complete: true,
    });
  }
}

describe("tool calls", () => {
  test("TO1 a call is stored before it runs, runs once and gets one output", () => {
    const { tool, seen } = gatedTool();
    return play({ tools: [tool] }, async (it) => {
      talking(it);
      it.model().hears("u1", "look it up");
      calls(it, "c1");
      expect(it.items.callsWithoutOutput()).toHaveLength(1);
      expect(seen.runs).toBe(0);
      it.model().answerDone();
      expect(seen.runs).toBe(1);
      seen.open();
      await settled();
      expect(it.items.callsWithoutOutput()).toEqual([]);
      expect(it.sql.exec("SELECT text FROM items WHERE kind = 'tool_output'").toArray()).toEqual([
        { text: '{"classified":42}' },
      ]);
    });
  });

  test("TO4 all outputs go in before one answer is asked for", () => {
    const { tool, seen } = gatedTool();
    return play({ tools: [tool] }, async (it) => {
      talking(it);
      it.model().hears("u1", "look it up");
      calls(it, "c1", "c2");
      it.model().answerDone();
      seen.open();
      await settled();
      expect(it.model().asked).toEqual(["answer", "add tool_output", "add tool_output", "answer"]);
    });
  });

  test("TO6 the page sees name, state and what is shown, nothing else", () => {
    const { tool, seen } = gatedTool();
    return play({ tools: [tool] }, async (it) => {
      const page = talking(it);
      it.model().hears("u1", "look it up");
      calls(it, "c1");
      it.model().answerDone();
      expect(page.last("tool")).toEqual({ type: "tool", callId: "c1", name: "lookup", status: "running" });
      seen.open();
      await settled();
      expect(page.last("tool")).toEqual({
        type: "tool",
        callId: "c1",
        name: "lookup",
        status: "done",
        display: "looked up",
      });
      const later = it.page("later");
      for (const told of [page.messages, later.messages]) {
        expect(JSON.stringify(told)).not.toContain("hunter2");
        expect(JSON.stringify(told)).not.toContain("classified");
      }
      expect(later.last("welcome")?.items.at(-1)).toMatchObject({
        kind: "tool",
        tool: { name: "lookup", status: "done", display: "looked up" },
      });
    });
  });

  test("TO7 a call of an interrupted answer does not run but gets its output", () => {
    const { tool, seen } = gatedTool();
    return play({ tools: [tool] }, async (it) => {
      talking(it);
      it.model().hears("u1", "look it up");
      calls(it, "c1");
      it.model().says({ type: "speech_started", itemId: "u2", startMs: 0 });
      it.model().answerDone("cancelled");
      await settled();
      expect(seen.runs).toBe(0);
      expect(it.items.callsWithoutOutput()).toEqual([]);
      expect(it.model().asked).toEqual(["answer", "cancel", "add tool_output"]);
    });
  });

  test("TO5 a call that needs approval waits for the page's word", () => {
    const { tool, seen } = gatedTool({ needsApproval: true });
    return play({ tools: [tool] }, async (it) => {
      const page = talking(it);
      it.model().hears("u1", "look it up");
      calls(it, "c1");
      it.model().answerDone();
      expect(page.last("tool")).toMatchObject({ status: "waiting_approval" });
      expect(seen.runs).toBe(0);
      it.says(page, { type: "approval", callId: "c1", approved: true });
      await settled();
      expect(seen.runs).toBe(1);
      seen.open();
    });
  });

  test("TO5 a call nobody allows within a minute is declined", () => {
    const { tool, seen } = gatedTool({ needsApproval: true });
    return play({ tools: [tool] }, async (it) => {
      const page = talking(it);
      it.model().hears("u1", "look it up");
      calls(it, "c1");
      it.model().answerDone();
      it.clock.advance(APPROVAL_TIMEOUT_MS);
      await settled();
      expect(seen.runs).toBe(0);
      expect(page.last("tool")).toMatchObject({ status: "failed" });
      expect(it.model().asked.at(-1)).toBe("answer");
    });
  });

  test("TO1 a tool that ends after its session was lost is stored, and the next session is told", () => {
    const { tool, seen } = gatedTool();
    return play({ tools: [tool] }, async (it) => {
      talking(it);
      it.model().hears("u1", "look it up");
      calls(it, "c1");
      it.model().answerDone();
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      seen.open();
      await settled();
      it.clock.advance(1000);
      it.model().ready();
      expect(it.models).toHaveLength(2);
      expect(it.model().replayed?.map((item) => item.kind)).toEqual(["message", "tool_call", "tool_output"]);
      expect(it.model().asked).toEqual(["answer"]);
      expect(seen.runs).toBe(1);
    });
  });

  test("TO1 a tool still running while the next session comes up is answered there", () => {
    const { tool, seen } = gatedTool();
    return play({ tools: [tool] }, async (it) => {
      talking(it);
      it.model().hears("u1", "look it up");
      calls(it, "c1");
      it.model().answerDone();
      it.model().says({ type: "lost", failure: { kind: "closed", code: 1006 } });
      it.clock.advance(1000);
      it.model().ready();
      expect(it.models).toHaveLength(2);
      expect(it.model().replayed?.map((item) => item.kind)).toEqual(["message"]);
      seen.open();
      await settled();
      expect(it.sql.exec("SELECT 1 FROM items WHERE kind = 'tool_output'").toArray()).toHaveLength(1);
      expect(it.model().asked).toContain("add tool_call");
      expect(it.model().asked.indexOf("add tool_call")).toBeLessThan(
        it.model().asked.indexOf("add tool_output"),
      );
    });
  });

  test("TO8 a call a crash left without output gets a failed one and does not run again", () => {
    const { tool, seen } = gatedTool();
    const crashed = (items: ItemStore) =>
      items.insert({
        id: "i1",
        position: 0,
        kind: "tool_call",
        role: "assistant",
        text: "{}",
        status: "completed",
        startedAt: 0,
        callId: "c1",
        toolName: "lookup",
      });
    return play({ tools: [tool], before: crashed }, (it) => {
      talking(it);
      expect(it.model().replayed).toMatchObject([
        { kind: "tool_call", callId: "c1" },
        { kind: "tool_output", callId: "c1", output: '{"error":"The call was interrupted."}' },
      ]);
      expect(seen.runs).toBe(0);
    });
  });

  test("TO8 a call a crash left without output runs again where the tool allows it, and its answer waits", () => {
    const { tool, seen } = gatedTool({ idempotent: true });
    const crashed = (items: ItemStore) => {
      const said = { status: "completed", startedAt: 0 } as const;
      items.insert({ id: "u1", position: 0, kind: "message", role: "user", text: "look it up", ...said });
      items.insert({
        id: "i1",
        position: 1,
        kind: "tool_call",
        role: "assistant",
        text: '{"secret":"x"}',
        ...said,
        callId: "c1",
        toolName: "lookup",
      });
    };
    return play({ tools: [tool], before: crashed }, async (it) => {
      talking(it);
      expect(seen.runs).toBe(1);
      expect(it.model().asked).not.toContain("answer");
      seen.open();
      await settled();
      expect(it.model().asked.filter((asked) => asked === "answer")).toHaveLength(1);
      const outputs = it.sql.exec("SELECT call_id FROM items WHERE kind = 'tool_output'").toArray();
      expect(outputs).toEqual([{ call_id: "c1" }]);
    });
  });

  test("TO10 a call that was run again and left no output again gets a failed one", () => {
    const { tool, seen } = gatedTool({ idempotent: true });
    const crashed = (items: ItemStore) => {
      items.insert({
        id: "i1",
        position: 0,
        kind: "tool_call",
        role: "assistant",
        text: '{"secret":"x"}',
        status: "completed",
        startedAt: 0,
        callId: "c1",
        toolName: "lookup",
      });
    };
    return play({ tools: [tool], before: crashed }, async (it) => {
      const page = it.page();
      it.says(page, { type: "start" });
      it.model().says({ type: "configured" });
      // The row says so in a step before the one that runs it: what ends the object at once cannot undo that.
      expect(it.sql.exec("SELECT reran FROM items").toArray()).toEqual([{ reran: 1 }]);
      expect(seen.runs).toBe(0);
      it.model().says({ type: "ready", expiresAtMs: 0 });
      await settled();
      expect(seen.runs).toBe(1);
    }).then(() =>
      play(
        {
          tools: [tool],
          before: (items) => {
            crashed(items);
            items.setReran("i1");
          },
        },
        (it) => {
          talking(it);
          expect(seen.runs).toBe(1);
          expect(it.items.callsWithoutOutput()).toEqual([]);
          expect(it.model().replayed).toMatchObject([
            { kind: "tool_call", callId: "c1" },
            { kind: "tool_output", callId: "c1", output: '{"error":"The call was interrupted."}' },
          ]);
        },
      ),
    );
  });

  test("TT5 a slow tool lets the talk go on and is answered when it is done", () => {
    const { tool, seen } = gatedTool({ slow: true });
    return play({ tools: [tool] }, async (it) => {
      talking(it);
      it.model().hears("u1", "look it up");
      calls(it, "c1");
      it.model().answerDone();
      it.model().hears("u2", "meanwhile, hello");
      expect(it.model().asked).toEqual(["answer", "answer"]);
      it.model().answerDone();
      seen.open();
      await settled();
      expect(it.model().asked).toEqual(["answer", "answer", "add tool_output", "answer"]);
    });
  });
});
