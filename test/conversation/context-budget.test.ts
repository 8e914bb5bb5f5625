// What a session's context holds, and what leaves it.

import { describe, expect, test } from "vitest";
import { ContextBudget, estimateTextTokens, PRUNE_TO } from "../../src/conversation/context-budget.ts";
import type { ModelItem } from "../../src/conversation/ports.ts";

const words = (count: number) => "word ".repeat(count).trim();
const user = (id: string, text: string): ModelItem => ({ kind: "message", id, role: "user", text });
const agent = (id: string, text: string): ModelItem => ({ kind: "message", id, role: "assistant", text });

/** Ten turns of two items of about a hundred tokens each. */
const talk = Array.from({ length: 10 }, (_, turn) => [
  user(`u${turn}`, words(80)),
  agent(`a${turn}`, words(80)),
]).flat();

describe("the context's budget", () => {
  test("CB1 within the limit nothing leaves", () => {
    const budget = new ContextBudget(10_000, "");
    expect(budget.fit(talk)).toEqual(talk);
    expect(budget.prune()).toEqual([]);
  });

  test("CB1 over it, whole turns leave from the oldest end, down to 70 %", () => {
    const budget = new ContextBudget(1_000, "");
    const kept = budget.fit(talk);
    expect(budget.tokens).toBeLessThanOrEqual(1_000 * PRUNE_TO);
    expect(budget.tokens).toBeGreaterThan(1_000 * PRUNE_TO - 220);
    expect(kept).toEqual(talk.slice(-kept.length));
    expect(kept[0]).toMatchObject({ role: "user" });
    // The next turns fit without another step: the cache stays warm.
    budget.add(user("next", words(10)));
    expect(budget.prune()).toEqual([]);
  });

  test("CB2 a call and its output leave together, system items and the newest turn stay", () => {
    const budget = new ContextBudget(60, "");
    const items: ModelItem[] = [
      { kind: "message", id: "s", role: "system", text: "pinned" },
      user("u1", words(20)),
      { kind: "tool_call", id: "c", callId: "call_1", name: "slow", argumentsJson: "{}" },
      user("u2", "hm"),
      { kind: "tool_output", id: "o", callId: "call_1", output: "done" },
      user("u3", words(100)),
    ];
    expect(budget.fit(items).map((item) => item.id)).toEqual(["s", "u3"]);
    const halves = new Set(new ContextBudget(155, "").fit(items).map((item) => item.id));
    expect(halves.has("c")).toBe(halves.has("o"));
  });

  test("CB3 the estimate is corrected by what answers really used", () => {
    const budget = new ContextBudget(10_000, words(100));
    budget.fit(talk);
    const truth = Math.round(budget.tokens * 1.5);
    const first = Math.abs(budget.correct(truth)!.errorPercent);
    for (let answer = 0; answer < 10; answer++) budget.correct(truth);
    expect(first).toBeGreaterThan(30);
    expect(Math.abs(budget.correct(truth)!.errorPercent)).toBeLessThan(3);
  });

  test("CB3 audio counts by its length, text by its script", () => {
    const budget = new ContextBudget(10_000, "");
    budget.heard("u", 10_000);
    budget.add(agent("a", ""));
    budget.spoke(10_000);
    expect(budget.tokens).toBe(100 + 200 + 8);
    // A turn that is replayed as it was spoken counts like one that was heard.
    budget.told([{ kind: "speech", id: "s", pcm: new Uint8Array(10_000 * 48) }]);
    expect(budget.tokens).toBe(100 + 4);
    expect(estimateTextTokens("four")).toBe(1);
    expect(estimateTextTokens("東京の天気")).toBe(5);
    expect(estimateTextTokens("мост")).toBe(2);
  });

  test("CB6 an answer's report is held against what was there when it began, not against what came since", () => {
    const budget = new ContextBudget(10_000, "");
    budget.fit(talk);
    const before = budget.tokens;
    budget.answerBegan();
    budget.add(agent("a", words(400)));
    budget.add(user("u", words(400)));
    budget.answerBegan();
    expect(budget.correct(before)).toEqual({ estimatedTokens: before, errorPercent: 0 });
    expect(budget.correct(0)).toBeUndefined();
  });
});
