// Sequences in which a talk once stopped for good, or went on from the wrong number.

import { describe, expect, test } from "vitest";
import * as z from "zod";
import { SPEECH_STALL_MS } from "../../src/conversation/stalled-speech.ts";
import { MIN_DIAL_GAP_MS } from "../../src/conversation/upstream.ts";
import { defineAgent, defineTool } from "../../src/define.ts";
import { play, settled, talking } from "../support/conversation-scene.ts";
import type { Scene } from "../support/conversation-scene.ts";
import { NO_USAGE } from "../support/scripted-model.ts";
import { PLAIN } from "../support/policies.ts";

const call = (it: Scene, callId: string, name: string, argumentsJson = "{}") =>
  it.model().says({ type: "tool_call", itemId: `i_${callId}`, callId, name, argumentsJson, complete: true });

const answers = (it: Scene) => it.model().asked.filter((asked) => asked === "answer").length;

describe("no dead ends", () => {
  test("TO1 a schema that throws while it checks is a failed call, and the talk goes on", () => {
    const tool = defineTool({
      name: "t",
      description: "",
      timeoutMs: 1000,
      parameters: z.object({ a: z.string().refine((value) => new URL(value).protocol === "https:") }),
      run: () => ({ output: 1 }),
    });
    return play({ tools: [tool] }, async (it) => {
      talking(it);
      it.model().hears("u1", "x");
      call(it, "c1", "t", '{"a":"b"}');
      it.model().answerDone();
      await settled();
      expect(it.items.callsWithoutOutput()).toEqual([]);
      expect(answers(it)).toBe(2);
    });
  });

  test("TO9 parameters that cannot be told to a model stop the start", () => {
    const tool = defineTool({
      name: "t",
      description: "",
      timeoutMs: 1000,
      parameters: z.object({ when: z.date() }),
      run: () => ({ output: 1 }),
    });
    expect(() =>
      defineAgent({
        name: "a",
        instructions: "",
        voice: "v",
        policies: { n: PLAIN },
        tools: [tool],
        limits: { replayItems: 1, contextTokens: 16_000, maxOutputTokens: 1, quietMs: 1, retentionDays: 30 },
      }),
    ).toThrow("JSON Schema");
  });

  test("TT9 muting in mid-speech ends the turn there", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 0 });
      it.says(page, { type: "settings", muted: true });
      expect(it.model().asked).toEqual(["commit"]);
      it.model().says({ type: "user_turn", itemId: "u1", audioMs: 500 });
      expect(it.model().asked).toEqual(["commit", "answer"]);
    }));

  test("TT9 speech whose page is gone is dropped, and others are answered", () =>
    play({}, (it) => {
      const page = talking(it);
      const watcher = it.page("watcher");
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 0 });
      it.conversation.reception.detach(page);
      expect(watcher.last("item_removed")).toEqual({ type: "item_removed", id: "u1" });
      it.says(watcher, { type: "text", text: "hello" });
      expect(it.model().asked).toEqual(["clear", "add message", "answer"]);
    }));

  test("TT9 speech whose frames stop coming is ended after two seconds", () =>
    play({}, (it) => {
      talking(it);
      it.model().says({ type: "speech_started", itemId: "u1", startMs: 0 });
      it.clock.advance(SPEECH_STALL_MS);
      expect(it.model().asked).toEqual(["commit"]);
    }));

  test("TT8 reports without progress do not keep a stopped speaker speaking", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "A long answer indeed", 20_000);
      it.model().answerDone();
      for (let count = 0; count < 60; count++) {
        it.says(page, { type: "playback", itemId: "a1", playedMs: 900 });
        it.clock.advance(250);
      }
      expect(page.states().at(-1)).toBe("listening");
    }));

  test("FL2 a takeover cuts at the number of the page that played", () =>
    play({}, (it) => {
      const first = talking(it);
      it.model().hears("u1", "hello");
      it.model().answers("a1", "A longer answer", 3000);
      it.model().answerDone();
      it.says(first, { type: "playback", itemId: "a1", playedMs: 600 });
      const second = it.page("second");
      it.says(second, { type: "start" });
      it.says(second, { type: "playback", itemId: "a1", playedMs: 3000, done: true });
      it.says(first, { type: "playback", itemId: "a1", playedMs: 850, done: true });
      expect(it.model().asked).toContain("cut a1 850");
    }));

  test("FL2 a takeover while the agent thinks leaves it the question", () =>
    play({}, (it) => {
      talking(it);
      it.model().hears("u1", "what time is it");
      const second = it.page("second");
      it.says(second, { type: "start" });
      it.model().answers("a1", "Noon.", 500);
      expect(it.model().asked).toEqual(["answer"]);
      expect(second.audioBytes).toBe(500 * 48);
    }));

  test("RB5 a session that comes up within a flush is told what was heard, not what was said", () =>
    play({}, (it) => {
      const page = talking(it);
      it.clock.advance(MIN_DIAL_GAP_MS);
      it.model().hears("u1", "count");
      it.model().answers("a1", "one two three four five six", 3000);
      it.model().answerDone();
      it.says(page, { type: "playback", itemId: "a1", playedMs: 900 });
      it.says(page, { type: "stop" });
      it.says(page, { type: "start" });
      it.model().ready();
      expect(it.models).toHaveLength(2);
      expect(it.model().replayed?.at(-1)).toMatchObject({ role: "assistant", text: "one" });
    }));

  test("RB6 a question the user stopped is not answered when they come back", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "tell me something");
      it.says(page, { type: "stop" });
      it.clock.advance(86_400_000);
      it.says(page, { type: "start" });
      it.model().ready();
      expect(it.models).toHaveLength(2);
      expect(it.model().asked).toEqual([]);
    }));

  test("TO4 a tool of an earlier session does not stand in for one of this", () => {
    const gates: Record<string, () => void> = {};
    const tool = (name: string) =>
      defineTool({
        name,
        description: "",
        parameters: z.object({}),
        timeoutMs: 60_000,
        run: () => new Promise((resolve) => (gates[name] = () => resolve({ output: name }))),
      });
    return play({ tools: [tool("old"), tool("new")] }, async (it) => {
      const page = talking(it);
      it.model().hears("u1", "x");
      call(it, "c1", "old");
      it.model().answerDone();
      it.says(page, { type: "stop" });
      it.says(page, { type: "start" });
      it.clock.advance(MIN_DIAL_GAP_MS);
      it.model().ready();
      it.model().hears("u2", "y");
      call(it, "c2", "new");
      it.model().answerDone();
      const before = answers(it);
      gates["old"]!();
      await settled();
      expect(answers(it)).toBe(before);
      gates["new"]!();
      await settled();
      expect(answers(it)).toBe(before + 1);
    });
  });

  test("TO7 an answer cut short by its length has made its calls; they run", () => {
    const tool = defineTool({
      name: "t",
      description: "",
      parameters: z.object({}),
      timeoutMs: 1000,
      run: () => ({ output: 1 }),
    });
    return play({ tools: [tool] }, async (it) => {
      talking(it);
      it.model().hears("u1", "x");
      call(it, "c1", "t");
      it.model().says({ type: "answer_done", outcome: "incomplete", code: "max_output_tokens" });
      await settled();
      expect(it.sql.exec("SELECT text FROM items WHERE kind = 'tool_output'").toArray()).toEqual([
        { text: "1" },
      ]);
      expect(answers(it)).toBe(2);
    });
  });

  test("BI4 an item the page gave up before its end was told is settled with its answer", () =>
    play({}, (it) => {
      const page = talking(it);
      it.model().hears("u1", "count");
      it.model().says({ type: "assistant_started", itemId: "a1" });
      it.model().says({ type: "assistant_caption", itemId: "a1", delta: "one two three four" });
      it.model().speaks("a1", 2000);
      it.says(page, { type: "playback", itemId: "a1", playedMs: 900, done: true });
      it.says(page, { type: "interrupt" });
      it.model().answerDone("cancelled");
      expect(it.model().asked).toContain("cut a1 900");
      expect(it.items.pageItems(10).items).toHaveLength(2);
    }));

  test("US1 a count that is no whole number costs nothing but its fraction", () =>
    play({}, (it) => {
      talking(it);
      it.model().hears("u1", "x");
      it.model().says({
        type: "answer_done",
        outcome: "completed",
        usage: { ...NO_USAGE, inputAudioTokens: 1.5 },
      });
      expect(it.usage.totals().inputAudioTokens).toBe(2);
    }));

  test("HT6 pages before an item that is gone are empty, not the newest", () =>
    play({}, (it) => {
      const page = talking(it);
      it.says(page, { type: "text", text: "hello" });
      expect(it.items.pageItems(10, "gone")).toEqual({ items: [], hasEarlier: false });
    }));

  test("IN6 floods of broken and of tiny frames close with 1008", () =>
    play({}, (it) => {
      for (const bytes of [1, 2]) {
        const page = it.page(`page_${bytes}`);
        it.says(page, { type: "start" });
        for (let count = 0; count < 10_000 && !page.closed; count++) {
          it.conversation.reception.frame(page, new Uint8Array(bytes));
        }
        expect(page.closed).toMatchObject({ code: 1008 });
      }
    }));

  test("TO5 a page that joins while a call waits for approval may give it", () => {
    const tool = defineTool({
      name: "t",
      description: "",
      parameters: z.object({}),
      timeoutMs: 1000,
      needsApproval: true,
      run: () => ({ output: 1 }),
    });
    return play({ tools: [tool] }, (it) => {
      talking(it);
      it.model().hears("u1", "x");
      call(it, "c1", "t");
      it.model().answerDone();
      const later = it.page("later");
      expect(later.last("welcome")?.items.at(-1)?.tool?.status).toBe("waiting_approval");
    });
  });

  test("HT7 erasing aborts the tools that run, and nothing is written any more", () => {
    let signal: AbortSignal | undefined;
    const tool = defineTool({
      name: "t",
      description: "",
      parameters: z.object({}),
      timeoutMs: 60_000,
      run: (_args, context) => {
        ({ signal } = context);
        return new Promise(() => undefined);
      },
    });
    return play({ tools: [tool] }, async (it) => {
      talking(it);
      it.model().hears("u1", "x");
      call(it, "c1", "t");
      it.model().answerDone();
      const rows = it.items.newestRows(9).length;
      it.conversation.end();
      await settled();
      expect(signal?.aborted).toBe(true);
      expect(it.items.newestRows(9)).toHaveLength(rows);
      expect(it.clock.pending).toBe(0);
    });
  });
});
