import { expect, test } from "vitest";
import { browserMemory } from "../../src/browser/conversation-memory.ts";

function fakeStorage(): Storage {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  } as Storage;
}

test("PG30: a page forgets its own conversation, and not the one another tab has begun since", () => {
  const memory = browserMemory(() => storage);
  const storage = fakeStorage();
  const old = { conversationId: "c1", token: "t1" };
  const young = { conversationId: "c2", token: "t2" };
  memory.save(old);
  memory.save(young);
  memory.forget(old);
  expect(memory.load()).toEqual(young);
  memory.forget(young);
  expect(memory.load()).toBeNull();
});

test("PG30: where storage is forbidden nothing is kept, and nothing breaks", () => {
  const memory = browserMemory(() => {
    throw new Error("forbidden");
  });
  memory.save({ conversationId: "c1", token: "t1" });
  expect(memory.load()).toBeNull();
  memory.forget({ conversationId: "c1", token: "t1" });
});
