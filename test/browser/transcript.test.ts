import { expect, test } from "vitest";
import type { Item } from "../../src/protocol/messages.ts";
import { Transcript } from "../../src/browser/transcript.ts";

function item(id: string, more: Partial<Item> = {}): Item {
  return { id, role: "assistant", kind: "message", text: "", status: "in_progress", startedAt: 1, ...more };
}

function texts(transcript: Transcript): string[] {
  return transcript.items.map(({ id, text }) => `${id}: ${text}`);
}

test("PG14: items stand in the order of first appearance, also when they are filled later", () => {
  const transcript = new Transcript(() => {});
  transcript.put(item("user", { role: "user" }));
  transcript.put(item("answer"));
  transcript.put(item("user", { role: "user", text: "late words", status: "completed" }));
  expect(texts(transcript)).toEqual(["user: late words", "answer: "]);
});

test("PG14: live words are appended, and an item message replaces them", () => {
  const transcript = new Transcript(() => {});
  transcript.put(item("a"));
  transcript.addCaption("a", "It is ");
  transcript.addCaption("a", "noon in Tok");
  expect(texts(transcript)).toEqual(["a: It is noon in Tok"]);
  transcript.put(item("a", { text: "It is noon", status: "interrupted", heardMs: 800 }));
  expect(transcript.items).toMatchObject([{ text: "It is noon", status: "interrupted", heardMs: 800 }]);
});

test("PG14: words for an item that was removed are ignored", () => {
  const transcript = new Transcript(() => {});
  transcript.put(item("a"));
  transcript.remove("a");
  transcript.addCaption("a", "late");
  expect(transcript.items).toEqual([]);
});

test("PG14: a tool's progress is found by its call", () => {
  const transcript = new Transcript(() => {});
  const tool = { callId: "k1", name: "weather", status: "running" } as const;
  transcript.put(item("t", { kind: "tool", tool }));
  transcript.setTool("k1", "done", "12 degrees");
  transcript.setTool("unknown", "failed", undefined);
  expect(transcript.items[0]!.tool).toEqual({ ...tool, status: "done", display: "12 degrees" });
});

test("PG14: a welcome replaces everything, and older items go in front", () => {
  const transcript = new Transcript(() => {});
  transcript.put(item("gone"));
  transcript.reset([item("b"), item("c", { text: "new" })], true);
  transcript.addEarlier([item("a"), item("c", { text: "old" })], false);
  expect(texts(transcript)).toEqual(["a: ", "b: ", "c: new"]);
  expect(transcript.hasEarlier).toBe(false);
});

test("PG35: a reconnect keeps the older items that were loaded, as far as nothing is missing between", () => {
  const transcript = new Transcript(() => {});
  const done = (id: string): Item => item(id, { status: "completed" });
  transcript.welcome([done("c"), done("d")], true);
  transcript.addEarlier([done("a"), done("b")], false);
  transcript.put(item("gone"));
  transcript.welcome([done("c"), done("d"), done("e")], true);
  expect(texts(transcript)).toEqual(["a: ", "b: ", "c: ", "d: ", "e: "]);
  expect(transcript.hasEarlier).toBe(false);
  transcript.welcome([done("x"), done("y")], true);
  expect(texts(transcript)).toEqual(["x: ", "y: "]);
  expect(transcript.hasEarlier).toBe(true);
});

test("PG35: what came to nothing before the first item is not kept", () => {
  const transcript = new Transcript(() => {});
  transcript.put(item("noise", { role: "user" }));
  transcript.put(item("answer"));
  transcript.welcome([item("answer")], false);
  expect(texts(transcript)).toEqual(["answer: "]);
});
