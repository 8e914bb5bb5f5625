import { expect, test } from "vitest";
import type { Item } from "../../src/protocol/messages.ts";
import { MAX_WAITING_TEXTS } from "../../src/browser/outgoing-text.ts";
import { STORED, startCall, startTalking } from "./support-call.ts";

const ITEM: Item = {
  id: "i1",
  role: "user",
  kind: "message",
  text: "hello",
  status: "completed",
  startedAt: 1,
};

test("PG1: a reload attaches to the stored conversation and draws it, without a microphone", () => {
  const { call, world, attach, transcript, types } = startCall(STORED);
  call.resume();
  expect(world.opened).toEqual([STORED]);
  attach({ items: [ITEM], state: "listening" });
  expect(call.status.state).toMatchObject({ phase: "live", is: "listening" });
  expect(transcript.items).toEqual([ITEM]);
  expect(world.isMicrophoneOpen).toBe(false);
  expect(types()).toEqual([]);
});

test("PG1: a page that knows no conversation creates none before it is asked to", () => {
  const { call, world } = startCall();
  call.resume();
  expect(call.status.state).toEqual({ phase: "idle" });
  expect(world.opened).toEqual([]);
});

test("PG2: the button opens the microphone, creates, attaches, says start, and sends frames when asked to", async () => {
  const { call, world, attach, ear, types, hear } = startCall();
  await call.toggleTalk();
  expect(world.isMicrophoneOpen).toBe(true);
  expect(world.stored).toEqual(STORED);
  hear(2);
  expect(world.framesSent).toBe(0);
  attach();
  expect(types()).toEqual(["start"]);
  hear(1);
  expect(world.framesSent).toBe(0);
  ear.answer();
  expect(types()).toEqual(["start", "resending"]);
  expect(world.framesSent).toBe(3);
});

test("PG2: pressing again lets go of the microphone, says stop and falls silent", async () => {
  const { call, world, done, types, hear } = await startTalking();
  await call.toggleTalk();
  expect(world.isMicrophoneOpen).toBe(false);
  expect(types()).toEqual(["start", "resending", "stop"]);
  expect(done.at(-1)).toBe("flush");
  hear(3);
  expect(world.framesSent).toBe(0);
});

test("PG3: a refused microphone is said with a retry, and nothing is started", async () => {
  const { call, world, types, attach } = startCall();
  world.problem = "refused";
  await call.toggleTalk();
  expect(call.status.notice).toMatchObject({ retry: "microphone" });
  expect(world.opened).toEqual([]);
  world.problem = null;
  await call.retry();
  attach();
  expect(call.status.notice).toBeNull();
  expect(types()).toEqual(["start"]);
});

test("PG3: typing works without a microphone", async () => {
  const { call, world, attach, sent, settle, done } = startCall();
  world.problem = "missing";
  await call.toggleTalk();
  expect(call.typeText("  What time is it? ")).toBe(true);
  await settle();
  attach();
  expect(sent).toEqual([{ type: "text", text: "What time is it?", id: "id1" }]);
  expect(done).toContain("prepare");
});

test("PG3: an unplugged microphone ends the talking cleanly", async () => {
  const { call, world, types } = await startTalking();
  call.onMicrophoneLost("unplugged");
  expect(world.isMicrophoneOpen).toBe(false);
  expect(call.status.microphone).toEqual({ is: "failed", problem: "unplugged" });
  expect(types()).toEqual(["start", "resending", "stop"]);
});

test("PG5: a refused socket asks once whether the conversation is there, and stops when it is gone", async () => {
  const { call, world, drop, settle, done } = startCall(STORED);
  call.resume();
  drop(true);
  await settle();
  expect(world.asked).toBe(1);
  expect(call.status.state).toMatchObject({ phase: "reconnecting" });
  world.presence = "gone";
  drop(true);
  await settle();
  expect(call.status.state).toEqual({ phase: "ended" });
  expect(world.stored).toBeNull();
  expect(done).toContain("close");
});

test("PG5: a socket that is merely lost asks nothing", async () => {
  const { world, drop, settle } = await startTalking();
  drop();
  await settle();
  expect(world.asked).toBe(0);
});

test("PG6: after the end, typing begins a new conversation", async () => {
  const { call, world, receive, transcript, settle } = await startTalking();
  receive({ type: "item", item: ITEM });
  receive({ type: "state", state: "ended" });
  expect(call.status.state).toEqual({ phase: "ended" });
  expect(transcript.items).toHaveLength(1);
  call.typeText("again");
  await settle();
  expect(transcript.items).toHaveLength(0);
  expect(world.opened).toHaveLength(2);
});

test("PG6: a new conversation erases the old one and forgets it", async () => {
  const { call, world, done, transcript } = await startTalking();
  await call.startOver();
  expect(done).toContain("erase");
  expect(world.stored).toBeNull();
  expect(world.isMicrophoneOpen).toBe(false);
  expect(transcript.items).toEqual([]);
  expect(call.status.state).toEqual({ phase: "idle" });
});

test("PG6: a conversation that ends while it is being erased leaves an empty page", async () => {
  const { call, world, transcript, receive, settle } = await startTalking();
  receive({ type: "item", item: ITEM });
  const erasing = call.startOver();
  receive({ type: "state", state: "ended" });
  await erasing;
  await settle();
  expect(call.status.state).toEqual({ phase: "idle" });
  expect(transcript.items).toEqual([]);
  expect(world.stored).toBeNull();
});

test("PG6: a conversation that began while the old one was being erased is left alone", async () => {
  const { call, world, receive, settle, attach } = await startTalking();
  world.erasing = new Promise((resolve) => (world.erased = resolve));
  const erasing = call.startOver();
  receive({ type: "state", state: "ended" });
  world.created = { ok: true, conversation: { conversationId: "c2", token: "t2" } };
  call.typeText("hello again");
  await settle();
  attach();
  world.erased();
  await erasing;
  expect(call.status.state).toMatchObject({ phase: "live", conversation: { conversationId: "c2" } });
  expect(world.stored).toMatchObject({ conversationId: "c2" });
});

test("PG7: when another page takes the microphone this one lets go, and takes it back with start", async () => {
  const { call, world, receive, hear, types, done } = await startTalking();
  receive({ type: "floor", held: false });
  expect(call.status.microphone).toEqual({ is: "taken" });
  expect(world.isMicrophoneOpen).toBe(false);
  expect(done.at(-1)).toBe("flush");
  hear(3);
  expect(world.framesSent).toBe(0);
  await call.toggleTalk();
  expect(types()).toEqual(["start", "resending", "start"]);
});

test("PG7: giving the floor back after stop is no news", async () => {
  const { call, receive } = await startTalking();
  await call.toggleTalk();
  receive({ type: "floor", held: false });
  expect(call.status.microphone).toEqual({ is: "off" });
});

test("PG8: muted, no frame leaves the page, and every new socket hears of it", async () => {
  const { call, world, sent, hear, drop, attach, ear } = await startTalking();
  call.toggleMute();
  hear(5);
  expect(world.framesSent).toBe(0);
  drop();
  attach();
  expect(sent.slice(2)).toEqual([
    { type: "settings", muted: true },
    { type: "settings", muted: true },
    { type: "start" },
  ]);
  ear.answer();
  call.toggleMute();
  hear(1);
  expect(world.framesSent).toBe(1);
});

test.each(["unavailable", "refused", "over_budget"] as const)(
  "PG9: asleep because %s, the page lets go of the microphone",
  async (reason) => {
    const { call, world, receive } = await startTalking();
    receive({ type: "state", state: "asleep", reason });
    expect(call.status.microphone).toEqual({ is: "off" });
    expect(world.isMicrophoneOpen).toBe(false);
  },
);

test("PG10: a typed turn that was not seen is sent again with the same id, and one that was is not", async () => {
  const { call, sent, receive, drop, attach } = startCall(STORED);
  call.resume();
  attach();
  call.typeText("one");
  call.typeText("two");
  receive({ type: "item", item: { ...ITEM, text: "one", sentId: "id1" } });
  drop();
  sent.length = 0;
  attach({ items: [{ ...ITEM, text: "one", sentId: "id1" }] });
  expect(sent).toEqual([{ type: "text", text: "two", id: "id2" }]);
});

test("PG10: an older turn with the same words does not stand for a new one", () => {
  const { call, sent, receive, drop, attach } = startCall(STORED);
  call.resume();
  const old = { ...ITEM, text: "yes" };
  const elsewhere = { ...ITEM, id: "i2", text: "yes", sentId: "of another page" };
  attach({ items: [old] });
  drop();
  call.typeText("yes");
  sent.length = 0;
  attach({ items: [old] });
  expect(sent).toEqual([{ type: "text", text: "yes", id: "id1" }]);
  receive({ type: "item", item: elsewhere });
  drop();
  sent.length = 0;
  attach({ items: [old, elsewhere] });
  expect(sent).toEqual([{ type: "text", text: "yes", id: "id1" }]);
  receive({ type: "item", item: { ...ITEM, id: "i3", text: "yes", sentId: "id1" } });
  drop();
  sent.length = 0;
  attach({ items: [old, elsewhere] });
  expect(sent).toEqual([]);
});

test("PG10: a typed turn that cannot be delivered goes back to the field", async () => {
  const { call, world, returned, settle } = startCall();
  world.created = { ok: false, message: "Too many conversations." };
  call.typeText("hello");
  await settle();
  expect(returned).toEqual(["hello"]);
  expect(call.status.notice).toEqual({ text: "Too many conversations.", retry: "connection" });
});

test("PG10: more typed turns than the cap are not taken", () => {
  const { call } = startCall(STORED);
  call.resume();
  for (let count = 0; count < MAX_WAITING_TEXTS; count++) expect(call.typeText(`text ${count}`)).toBe(true);
  expect(call.typeText("one more")).toBe(false);
  expect(call.status.notice).not.toBeNull();
});

test("PG11: an interrupt is silence here at once, and the conversation is told", async () => {
  const { call, done, types } = await startTalking();
  call.interrupt();
  expect(done.at(-1)).toBe("flush");
  expect(types().at(-1)).toBe("interrupt");
});

test("PG12: audio goes to the speaker in the order it came", async () => {
  const { receive, receiveFrame, done } = await startTalking();
  done.length = 0;
  receive({ type: "audio", itemId: "a", fromMs: 0 });
  receiveFrame();
  receive({ type: "audio_end", itemId: "a", totalMs: 40 });
  receive({ type: "flush" });
  expect(done).toEqual(["begin a 0", "push", "end a 40", "flush"]);
});

test("PG12: what was heard during a gap is reported after it", async () => {
  const { call, sent, drop, attach } = await startTalking();
  call.onPlayed({ itemId: "a", playedMs: 100, done: false });
  drop();
  call.onPlayed({ itemId: "a", playedMs: 300, done: false });
  call.onPlayed({ itemId: "a", playedMs: 400, done: true });
  attach();
  expect(sent.filter(({ type }) => type === "playback")).toEqual([
    { type: "playback", itemId: "a", playedMs: 100 },
    { type: "playback", itemId: "a", playedMs: 400, done: true },
  ]);
});

test("PL19: what the speaker says of an item that ran dry is reported, of a gap of the socket the last word", async () => {
  const { call, sent, drop, attach } = await startTalking();
  call.onPlayed({ itemId: "a", playedMs: 100, done: false, underruns: 0, gapMs: 0 });
  drop();
  call.onPlayed({ itemId: "a", playedMs: 300, done: false, underruns: 1, gapMs: 0 });
  call.onPlayed({ itemId: "a", playedMs: 400, done: true, underruns: 1, gapMs: 70 });
  attach();
  expect(sent.filter(({ type }) => type === "playback")).toEqual([
    { type: "playback", itemId: "a", playedMs: 100, underruns: 0, gapMs: 0 },
    { type: "playback", itemId: "a", playedMs: 400, done: true, underruns: 1, gapMs: 70 },
  ]);
});

test("PG13: unknown messages change nothing", async () => {
  const { call, receive } = await startTalking();
  const before = call.status;
  receive({ type: "tomorrow", of: 1 } as never);
  expect(call.status).toEqual(before);
});

test("PG13: an error is a notice that can be put away", async () => {
  const { call, receive } = await startTalking();
  receive({ type: "error", code: "answer_failed", message: "That answer failed.", retryable: true });
  expect(call.status.notice).toEqual({ text: "That answer failed.", retry: null });
  call.notices.clear();
  expect(call.status.notice).toBeNull();
});
