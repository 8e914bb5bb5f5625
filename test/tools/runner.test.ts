// Bad arguments, time-outs, aborts.

import { describe, expect, test } from "vitest";
import * as z from "zod";
import { defineAgent, defineTool } from "../../src/define.ts";
import type { Tool } from "../../src/define.ts";
import { MAX_OUTPUT_CHARS, runTool } from "../../src/tools/runner.ts";
import { ToolRegistry } from "../../src/tools/registry.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { silentLog } from "../support/silent-log.ts";
import { PLAIN } from "../support/policies.ts";

const context = {
  conversationId: "c",
  callId: "call_1",
  notes: { add: () => undefined, all: () => [] },
  now: () => 0,
};

const tool = (run: Tool["run"], parameters: z.ZodObject = z.object({})) =>
  defineTool({ name: "t", description: "", parameters, timeoutMs: 1000, run });

const run = (it: Tool | undefined, args = "{}", clock = new ManualClock()) =>
  runTool(it, args, context, new AbortController().signal, silentLog, clock);

describe("the tool runner", () => {
  test("TO2 arguments that do not fit are answered with what is wrong, and the tool does not run", async () => {
    let ran = false;
    const it = tool(
      () => {
        ran = true;
        return { output: 1 };
      },
      z.object({ place: z.string() }),
    );
    for (const args of ["{}", "not json", "[]", '{"place":7}']) {
      const outcome = await run(it, args);
      expect(outcome.ok).toBe(false);
      expect(outcome.output).toContain("not valid");
    }
    expect(ran).toBe(false);
  });

  test("TO2 a call without arguments is a call with none", async () => {
    expect(
      await run(
        tool(() => ({ output: { fine: true } })),
        "",
      ),
    ).toEqual({ ok: true, output: '{"fine":true}' });
  });

  test("TO2 a tool the agent does not have is answered too", async () => {
    expect(await run(undefined)).toMatchObject({ ok: false });
  });

  test("TO3 what a thrown error says stays inside", async () => {
    const outcome = await run(
      tool(() => {
        throw new Error("password is hunter2");
      }),
    );
    expect(outcome).toEqual({ ok: false, output: '{"error":"The tool failed."}' });
  });

  test("TO3 a tool that hangs is given up after its time, and its signal aborts", async () => {
    const clock = new ManualClock();
    let seen: AbortSignal | undefined;
    const pending = run(
      tool((_args, { signal }) => {
        seen = signal;
        return new Promise(() => undefined);
      }),
      "{}",
      clock,
    );
    clock.advance(1000);
    expect(await pending).toEqual({ ok: false, output: '{"error":"The tool took too long."}' });
    expect(seen?.aborted).toBe(true);
  });

  test("TO3 an output that would fill the context is refused", async () => {
    expect(await run(tool(() => ({ output: "x".repeat(MAX_OUTPUT_CHARS) })))).toMatchObject({ ok: false });
  });

  test("TO9 duplicate and impossible names stop the start", () => {
    const agent =
      (...names: string[]) =>
      () =>
        defineAgent({
          name: "a",
          instructions: "",
          voice: "v",
          policies: { normal: PLAIN },
          tools: names.map((name) => ({ ...tool(() => ({ output: 1 })), name })),
          limits: {
            replayItems: 1,
            contextTokens: 16_000,
            maxOutputTokens: 1,
            quietMs: 1,
            retentionDays: 30,
          },
        });
    expect(agent("a", "b")).not.toThrow();
    expect(agent("a", "a")).toThrow("two tools");
    expect(agent("has space")).toThrow("must match");
  });

  test("TO2 a tool is described to the model by its JSON Schema", () => {
    const registry = new ToolRegistry([
      tool(() => ({ output: 1 }), z.object({ place: z.string().describe("City") })),
    ]);
    expect(registry.describe()).toEqual([
      {
        name: "t",
        description: "",
        parameters: {
          type: "object",
          properties: { place: { type: "string", description: "City" } },
          required: ["place"],
        },
      },
    ]);
  });
});
