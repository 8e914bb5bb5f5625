// A page without an open microphone whose socket was lost while its question was being answered.

import { expect, test } from "vitest";
import type { Item } from "../../src/protocol/messages.ts";
import { STORED, startCall, type CallFixture } from "./support-call.ts";

const question = {
  id: "q",
  role: "user",
  kind: "message",
  text: "Hello?",
  status: "completed",
  startedAt: 1,
} satisfies Item;
const answer = { ...question, id: "a", role: "assistant", text: "Hello!" } satisfies Item;

/** Attached, without a microphone, to a conversation that answers this page; then the socket is lost. */
function lostWhileThinking() {
  const fixture = startCall(STORED);
  fixture.call.resume();
  fixture.attach({ state: "thinking", floor: true, floorTaken: true });
  fixture.drop();
  fixture.sent.length = 0;
  return fixture;
}

test("PG41: a question that fell asleep unanswered while the page was away is answered", () => {
  const { attach, sent } = lostWhileThinking();
  attach({ state: "asleep", reason: "nobody_here", items: [question] });
  expect(sent).toContainEqual({ type: "start" });
});

test("PG41: nothing is started where nothing is owed, it may not be, or another page is heard", () => {
  const starts = (welcome: Parameters<CallFixture["attach"]>[0]) => {
    const { attach, sent } = lostWhileThinking();
    attach(welcome);
    return sent.filter(({ type }) => type === "start").length;
  };
  expect(starts({ state: "asleep", reason: "nobody_here", items: [question, answer] })).toBe(0);
  expect(starts({ state: "asleep", reason: "over_budget", items: [question] })).toBe(0);
  expect(starts({ state: "asleep", items: [question], floorTaken: true })).toBe(0);
  expect(starts({ state: "thinking", items: [question] })).toBe(0);
});

test("PG41: a page that is loaded again, and the next loss, start nothing", () => {
  const { call, attach, sent, drop } = startCall(STORED);
  call.resume();
  attach({ state: "asleep", items: [question] });
  drop();
  attach({ state: "asleep", items: [question] });
  expect(sent.filter(({ type }) => type === "start")).toEqual([]);
});

test("PG42: what was cut or given up while the page was away falls silent; what goes on plays on", () => {
  const after = (items: Item[]) => {
    const { call, attach, receive, drop, done } = startCall(STORED);
    call.resume();
    attach({ state: "speaking", floor: true, floorTaken: true });
    receive({ type: "audio", itemId: "a", fromMs: 0 });
    drop();
    done.length = 0;
    attach({ state: "asleep", items });
    return done.includes("flush");
  };
  expect(after([question, { ...answer, status: "interrupted", heardMs: 100 }])).toBe(true);
  expect(after([question])).toBe(true);
  expect(after([question, { ...answer, status: "in_progress" }])).toBe(false);
  expect(after([question, answer])).toBe(false);
});
