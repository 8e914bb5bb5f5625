// Silence that the user asks for, in writing or with the button, is there at once: the conversation only has to say that
// it was right.

import { expect, test } from "vitest";
import { FRAME_MS } from "../../src/audio/format.ts";
import { CONFIRM_WAIT_MS, HOLD_MAX_MS } from "../../src/browser/voice-hold.ts";
import type { Item, LiveSettings } from "../../src/protocol/messages.ts";
import { startTalking, WELCOME, type CallFixture } from "./support-call.ts";

const { settings } = WELCOME;
const ANSWER: Item = {
  id: "a",
  role: "assistant",
  kind: "message",
  text: "",
  status: "in_progress",
  startedAt: 0,
};

/** A call in which the agent speaks, under a policy with these flags. */
async function startAnswer(flags: Partial<LiveSettings> = {}, protectedMs?: number): Promise<CallFixture> {
  const fixture = await startTalking();
  const { receive, receiveFrame, done } = fixture;
  receive({ type: "settings", settings: { ...settings, ...flags } });
  live(fixture, 25, false);
  receive({ type: "audio", itemId: "a", fromMs: 0, ...(protectedMs === undefined ? {} : { protectedMs }) });
  receiveFrame();
  done.length = 0;
  return fixture;
}

/** In real time. */
function live({ clock, hear }: CallFixture, frames: number, voice: boolean): void {
  for (let count = 0; count < frames; count++) {
    clock.pass(FRAME_MS);
    hear(1, { voice });
  }
}

/** What the speaker was told. */
function told({ done }: CallFixture): string[] {
  return done.filter((what) => ["hold", "resume", "flush"].includes(what));
}

test("PG63: what is typed over the agent is silence at once, and flush makes it final", async () => {
  const fixture = await startAnswer();
  const { call, clock, receive, types } = fixture;
  call.typeText("stop");
  expect(told(fixture)).toEqual(["hold"]);
  expect(types().at(-1)).toBe("text");
  receive({ type: "flush" });
  clock.pass(2 * HOLD_MAX_MS);
  expect(told(fixture)).toEqual(["hold", "flush"]);
});

test("PG63: where typing does not interrupt, and where nothing plays, nothing is held", async () => {
  const polite = await startAnswer({ typingInterrupts: false });
  polite.call.typeText("by the way");
  expect(told(polite)).toEqual([]);
  const silent = await startAnswer();
  silent.call.onPlayed({ itemId: "a", playedMs: 40, done: true });
  silent.call.typeText("and now?");
  expect(told(silent)).toEqual([]);
});

test.each<[string, Partial<LiveSettings>, number | undefined]>([
  ["with push-to-talk", { pushToTalk: true }, undefined],
  ["with half-duplex", { halfDuplex: true }, undefined],
  ["over a protected greeting", {}, 800],
])("PG63: %s too, whatever the conversation tells meanwhile", async (_name, flags, protectedMs) => {
  const fixture = await startAnswer(flags, protectedMs);
  const { call, receive } = fixture;
  call.typeText("stop");
  receive({ type: "usage", totals: WELCOME.usage, turn: {} as never });
  receive({ type: "resume" });
  expect(told(fixture)).toEqual(["hold"]);
});

test("PG63: a text that nobody took is a pause, and the next one is another", async () => {
  const fixture = await startAnswer();
  const { call, clock } = fixture;
  call.typeText("one");
  clock.pass(HOLD_MAX_MS - 1_000);
  // More words make no longer pause.
  call.typeText("two");
  clock.pass(999);
  expect(told(fixture)).toEqual(["hold", "hold"]);
  clock.pass(1);
  expect(told(fixture)).toEqual(["hold", "hold", "resume"]);
  call.typeText("three");
  expect(told(fixture).at(-1)).toBe("hold");
});

test("PG63: a socket that is lost meanwhile ends nothing before its time; the text goes over the next one", async () => {
  const fixture = await startAnswer();
  const { call, clock, drop, attach, receive, sent } = fixture;
  call.typeText("stop");
  drop();
  call.onPlayed({ itemId: "a", playedMs: 700, done: false });
  clock.pass(HOLD_MAX_MS - 1);
  sent.length = 0;
  attach({ items: [ANSWER], state: "speaking" });
  const types = sent.map(({ type }) => type);
  expect(types).toContain("text");
  // The position follows the words over the same socket.
  expect(types.indexOf("playback")).toBeGreaterThan(types.indexOf("text"));
  expect(sent).toContainEqual(expect.objectContaining({ type: "playback", itemId: "a", playedMs: 700 }));
  receive({ type: "flush" });
  expect(told(fixture)).toEqual(["hold", "flush"]);
});

test("PG63: while a socket stays away the voice goes on with what there is", async () => {
  const fixture = await startAnswer();
  fixture.drop();
  fixture.call.typeText("stop");
  expect(told(fixture)).toEqual(["hold"]);
  fixture.clock.pass(HOLD_MAX_MS);
  expect(told(fixture)).toEqual(["hold", "resume"]);
});

test("PG63: a cough before or after ends on its own, and the voice stays held for what was typed", async () => {
  const fixture = await startAnswer();
  const { call, receive } = fixture;
  live(fixture, 3, true);
  call.typeText("stop");
  live(fixture, (CONFIRM_WAIT_MS + 200) / FRAME_MS, false);
  expect(told(fixture)).not.toContain("resume");
  receive({ type: "flush" });
  expect(told(fixture).at(-1)).toBe("flush");
  // And the other way round: what was typed is not confirmed while somebody speaks.
  const both = await startAnswer();
  both.call.typeText("hm");
  live(both, (HOLD_MAX_MS - 200) / FRAME_MS, false);
  live(both, 10, true);
  expect(told(both)).not.toContain("resume");
  live(both, CONFIRM_WAIT_MS / FRAME_MS + 1, false);
  expect(told(both).at(-1)).toBe("resume");
});

test("PG63: an answer of which nothing was left to hold holds up nothing after it", async () => {
  const fixture = await startAnswer();
  fixture.call.typeText("stop");
  fixture.call.onPlayed({ itemId: "a", playedMs: 40, done: true });
  expect(told(fixture)).toEqual(["hold", "resume"]);
});

test("PG11: an interrupt that may be lost with its socket is said again, before what was heard, and once", async () => {
  const fixture = await startAnswer();
  const { call, drop, attach, sent } = fixture;
  call.interrupt();
  expect(told(fixture)).toEqual(["flush"]);
  drop();
  call.onPlayed({ itemId: "a", playedMs: 700, done: true });
  sent.length = 0;
  attach({ items: [ANSWER], state: "speaking" });
  const last = sent.slice(-2);
  expect(last).toEqual([{ type: "interrupt" }, expect.objectContaining({ type: "playback", playedMs: 700 })]);
  drop();
  sent.length = 0;
  attach({ items: [ANSWER], state: "speaking" });
  expect(sent).not.toContainEqual({ type: "interrupt" });
});

test("PG11: an interrupt that arrived, or that the user went on after, is not said again", async () => {
  const known = await startAnswer();
  known.call.interrupt();
  known.receive({ type: "flush" });
  const typed = await startAnswer();
  typed.call.interrupt();
  typed.call.typeText("and now?");
  const idle = await startAnswer();
  idle.call.onPlayed({ itemId: "a", playedMs: 40, done: true });
  idle.call.interrupt();
  for (const { drop, attach, sent } of [known, typed, idle]) {
    drop();
    sent.length = 0;
    attach({ items: [ANSWER], state: "speaking" });
    expect(sent).not.toContainEqual({ type: "interrupt" });
  }
  // Only its flush was lost; what is answered now somebody else has asked for.
  for (const items of [[], [{ ...ANSWER, status: "interrupted", heardMs: 40 } as const]]) {
    const { call, drop, attach, sent } = await startAnswer();
    call.interrupt();
    drop();
    sent.length = 0;
    attach({ items, state: "speaking" });
    expect(sent).not.toContainEqual({ type: "interrupt" });
  }
});
