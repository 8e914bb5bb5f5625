import { expect, test } from "vitest";
import { announcedWords, itemMark, toolName, toolWords } from "../../src/browser/words.ts";
import { startTalking } from "./support-call.ts";

test("PG33: a screen reader is told of trouble, and not of each turn", async () => {
  const { call, receive, drop } = await startTalking();
  for (const state of ["thinking", "speaking", "listening"] as const) {
    receive({ type: "state", state });
    expect(announcedWords(call.status)).toBe("");
  }
  receive({ type: "state", state: "connecting" });
  expect(announcedWords(call.status)).toBe("Reconnecting…");
  receive({ type: "state", state: "listening" });
  receive({ type: "floor", held: false });
  expect(announcedWords(call.status)).toBe("Another page has the microphone.");
  receive({ type: "state", state: "asleep" });
  expect(announcedWords(call.status)).toBe("");
  receive({ type: "state", state: "asleep", reason: "over_budget" });
  expect(announcedWords(call.status)).toBe("The budget for talking is used up.");
  drop();
  expect(announcedWords(call.status)).toBe("The connection was lost. Trying again…");
});

test("PG34: a tool's line says what the tool shows, and its state where that says more", () => {
  const weather = { callId: "k", name: "get_weather" };
  expect(toolName("get_weather")).toBe("Weather");
  expect(toolName("remember_note")).toBe("Remember note");
  expect(toolWords({ ...weather, status: "running" })).toBe("looking it up…");
  expect(toolWords({ ...weather, status: "done" })).toBe("looked up");
  const display = "The weather service cannot be reached";
  expect(toolWords({ ...weather, status: "done", display })).toBe("");
  expect(toolWords({ ...weather, status: "failed", display })).toBe("did not work");
  expect(toolWords({ callId: "k", name: "remember_note", status: "done" })).toBe("done");
});

test("PG61: what was said and not written down says so in place of its words", () => {
  const item = { id: "u", role: "user", kind: "message", text: "", status: "failed", startedAt: 0 } as const;
  expect(itemMark(item)).toBe("could not be understood");
  expect(itemMark({ ...item, text: "What time is it?" })).toBe("failed");
  expect(itemMark({ ...item, role: "assistant" })).toBe("failed");
  expect(itemMark({ ...item, status: "completed" })).toBe("");
});
