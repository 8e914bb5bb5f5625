// Turn-taking with spoken audio: the whole Worker, and a local model that speaks and hears.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { agent } from "../src/agent.ts";
import type { ConversationMessage, TurnReceipt } from "../src/protocol/messages.ts";
import { frames, spoken } from "./support/spoken.ts";
import { WorkerPage } from "./support/worker-page.ts";

const TOKYO = "What time is it in Tokyo?";
const FRAME_MS = 40;
/** Left out of the second of silence before what is spoken: half of it is enough. */
const BREATH_BYTES = 500 * 48;
/** Louder than the end of a voice that dies away. */
const VOICE_LEVEL = 100;
/** What the detector, a timer and a busy machine may add or take from a step of a turn. */
const STEP_SLACK_MS = 250;

beforeAll(() => {
  // The agent's own manners all let typing interrupt.
  agent.policies["polite"] = { ...agent.policies["normal"]!, typingInterrupts: false };
});

afterAll(() => {
  // The Worker is the same one for every file.
  delete agent.policies["polite"];
});

function items(page: WorkerPage): { role: string; text: string; status: string }[] {
  const byId = new Map<string, { role: string; text: string; status: string }>();
  for (const message of page.seen) {
    if (message.type === "item" && message.item.kind === "message") byId.set(message.item.id, message.item);
    if (message.type === "item_removed") byId.delete(message.id);
  }
  return [...byId.values()];
}

function states(page: WorkerPage): string[] {
  return page.seen.flatMap((message) => (message.type === "state" ? [message.state] : []));
}

function says(page: WorkerPage, pcm: Uint8Array): void {
  for (const frame of frames(pcm)) page.send(frame);
}

/** As a microphone does it, in real time. Answers with when the last loud frame was sent. */
async function speaks(page: WorkerPage, pcm: Uint8Array): Promise<number> {
  let loudMs = 0;
  let dueMs = Date.now();
  for (const frame of frames(pcm)) {
    page.send(frame);
    const samples = new Int16Array(frame.buffer, frame.byteOffset, frame.byteLength >> 1);
    if (samples.some((sample) => Math.abs(sample) > VOICE_LEVEL)) loudMs = Date.now();
    dueMs += FRAME_MS;
    await scheduler.wait(Math.max(0, dueMs - Date.now()));
  }
  return loudMs;
}

/** A page that is listened to under a policy, with the greeting behind it. */
async function listening(policy: string): Promise<WorkerPage> {
  const page = await WorkerPage.open();
  page.send({ type: "settings", policy });
  page.send({ type: "text", text: "hello" });
  page.send({ type: "start" });
  const { itemId, totalMs } = await page.sees("audio_end");
  page.send({ type: "playback", itemId, playedMs: Math.floor(totalMs), done: true });
  await page.sees("turn");
  page.seen.length = 0;
  page.heard.length = 0;
  return page;
}

/** An agent in the middle of a long sentence, all of which has come; the page has played 300 ms of it. */
async function speaking(policy: string): Promise<{ page: WorkerPage; itemId: string; totalMs: number }> {
  const page = await listening(policy);
  page.send({ type: "text", text: "Remember that my car is on level three" });
  const first = await page.sees("audio_end");
  page.send({ type: "playback", itemId: first.itemId, playedMs: Math.floor(first.totalMs), done: true });
  await page.sees("turn");
  page.seen.length = 0;
  page.heard.length = 0;
  page.send({ type: "text", text: "What did I ask you to remember?" });
  const { itemId, totalMs } = await page.sees("audio_end");
  page.send({ type: "playback", itemId, playedMs: 300 });
  return { page, itemId, totalMs };
}

/** The agent in the middle of its answer to a spoken question; the page has played 500 ms of it. */
async function answering(policy: string): Promise<{ page: WorkerPage; itemId: string; totalMs: number }> {
  const page = await listening(policy);
  says(page, await spoken(TOKYO));
  const { itemId, totalMs } = await page.sees("audio_end");
  page.send({ type: "playback", itemId, playedMs: 500 });
  return { page, itemId, totalMs };
}

function receipt(page: WorkerPage, outcome: TurnReceipt["outcome"]): Promise<ConversationMessage> {
  return page.sees("turn", (turn) => turn.outcome === outcome);
}

describe("turn-taking, spoken", () => {
  test("PO3 a spoken question is heard and answered under normal, patient and snappy", async () => {
    const question = await spoken(TOKYO);
    const asks = async (policy: string): Promise<void> => {
      const page = await listening(policy);
      page.playsAtOnce();
      says(page, question);
      await page.sees("turn");
      expect(items(page).map(({ role }) => role)).toEqual(["user", "assistant"]);
      expect(items(page).at(-1)?.text).toContain("Tokyo");
      page.close();
    };
    await Promise.all(["normal", "patient", "snappy"].map(asks));
  });

  test("TR2 the steps of a spoken turn are what the page's own clock says of a microphone and a speaker", async () => {
    const page = await listening("normal");
    const saying = speaks(page, (await spoken(TOKYO)).subarray(BREATH_BYTES));
    const { itemId } = await page.sees("audio");
    const heardMs = Date.now();
    // A speaker that waits until it has all of it.
    const { totalMs } = await page.sees("audio_end");
    page.send({ type: "playback", itemId, playedMs: 120 });
    const reportedMs = Date.now();
    page.send({ type: "playback", itemId, playedMs: Math.floor(totalMs), done: true });
    const { latencyMs } = await page.sees("turn");
    const endMs = await saying;
    const { commit, model, speaker, total } = latencyMs as Required<TurnReceipt["latencyMs"]>;
    const seen = { untilAudio: heardMs - endMs, untilSound: reportedMs - 120 - endMs };
    console.log("latencies of a spoken turn, ms", { commit, model, speaker, total, ...seen });
    const silenceMs = 500;
    expect(Math.abs(commit - silenceMs)).toBeLessThan(STEP_SLACK_MS);
    expect(Math.abs(commit + model - seen.untilAudio)).toBeLessThan(STEP_SLACK_MS);
    expect(Math.abs(speaker - (reportedMs - 120 - heardMs))).toBeLessThan(50);
    expect(Math.abs(total - seen.untilSound)).toBeLessThan(STEP_SLACK_MS);
    page.close();
  });

  test("FI1 a spoken question over the agent stops it, and is answered", async () => {
    const { page, itemId } = await speaking("normal");
    page.send({ type: "playback", itemId, playedMs: 900 });
    says(page, await spoken(TOKYO));
    await page.sees("flush");
    page.send({ type: "playback", itemId, playedMs: 900, done: true });
    expect(await receipt(page, "interrupted")).toMatchObject({ heardMs: 900 });
    const answer = await page.sees("audio_end", (end) => end.itemId !== itemId);
    page.send({ type: "playback", itemId: answer.itemId, playedMs: Math.floor(answer.totalMs), done: true });
    await receipt(page, "tool");
    expect(items(page).at(-1)?.text).toContain("Tokyo");
    page.close();
  });

  for (const word of ["okay", "yeah"]) {
    test(`FI2 "${word}" said over the agent leaves nothing, and the agent goes on`, async () => {
      const { page, itemId, totalMs } = await speaking("normal");
      says(page, await spoken(word));
      await page.sees("resume");
      await receipt(page, "false_interruption");
      page.send({ type: "playback", itemId, playedMs: Math.floor(totalMs), done: true });
      await receipt(page, "tool");
      expect(page.seen.map(({ type }) => type)).not.toContain("flush");
      expect(items(page)).toMatchObject([
        { role: "user", status: "completed" },
        {
          role: "assistant",
          status: "completed",
          text: "You asked me to remember: my car is on level three.",
        },
      ]);
      expect(states(page).at(-1)).toBe("listening");
      page.close();
    });
  }

  test("FI3 under snappy the same word stops the agent", async () => {
    const { page } = await speaking("snappy");
    says(page, await spoken("okay"));
    expect(await page.sees("flush")).toEqual({ type: "flush" });
    page.close();
  });

  test("FI4 the same word over the end of the agent's sentence answers it", async () => {
    const { page, itemId, totalMs } = await speaking("normal");
    page.send({ type: "playback", itemId, playedMs: Math.floor(totalMs) - 400 });
    says(page, await spoken("okay"));
    await page.sees("flush");
    page.send({ type: "playback", itemId, playedMs: Math.floor(totalMs) - 300, done: true });
    page.playsAtOnce();
    await receipt(page, "answered");
    const said = items(page).filter(({ role }) => role === "user");
    expect(said).toHaveLength(2);
    expect(said[1]!.text.toLowerCase()).toContain("okay");
    page.close();
  });

  test("PO5 typed over a spoken answer, words stop it at once, and are answered", async () => {
    const { page, itemId } = await answering("normal");
    page.send({ type: "text", text: "What time is it in Paris?" });
    await page.sees("flush");
    page.send({ type: "playback", itemId, playedMs: 500, done: true });
    expect(await receipt(page, "interrupted")).toMatchObject({ heardMs: 500 });
    page.playsAtOnce();
    await receipt(page, "tool");
    expect(items(page).at(-1)?.text).toContain("Paris");
    page.close();
  });

  test("PO5 where typing does not interrupt, a spoken answer is heard to its end, and the next follows", async () => {
    const { page, itemId, totalMs } = await answering("polite");
    page.send({ type: "text", text: "What time is it in Paris?" });
    page.send({ type: "playback", itemId, playedMs: Math.floor(totalMs), done: true });
    const next = await page.sees("audio_end", (end) => end.itemId !== itemId);
    page.send({ type: "playback", itemId: next.itemId, playedMs: Math.floor(next.totalMs), done: true });
    await page.until(() => (page.seen.filter(({ type }) => type === "turn").length === 2 ? true : undefined));
    expect(page.seen.map(({ type }) => type)).not.toContain("flush");
    const answers = items(page).filter(({ role }) => role === "assistant");
    expect(answers.map(({ status }) => status)).toEqual(["completed", "completed"]);
    expect(answers[0]!.text).toContain("Tokyo");
    expect(answers[1]!.text).toContain("Paris");
    page.close();
  });

  for (const policy of ["normal", "patient"]) {
    test(`EC1 under ${policy} the agent's own voice in the microphone is no turn, and the page is told why`, async () => {
      const { page, itemId } = await speaking(policy);
      const echo = frames(joined(page.heard));
      const silence = new Uint8Array(FRAME_MS * 48);
      let playedMs = 300;
      let flushed = false;
      // In real time, as a speaker plays it into its microphone; a speaker that is silenced gives no more echo.
      for (let index = 0; !page.seen.some(({ type }) => type === "error"); index++) {
        page.send((flushed ? undefined : echo[index + 8]) ?? silence);
        if (!flushed && page.seen.some(({ type }) => type === "flush")) {
          flushed = true;
          page.send({ type: "playback", itemId, playedMs, done: true });
        } else if (!flushed && index % 4 === 0) page.send({ type: "playback", itemId, playedMs });
        playedMs += FRAME_MS;
        await scheduler.wait(FRAME_MS);
      }
      expect(await page.sees("error")).toMatchObject({ code: "echo_heard" });
      expect(await receipt(page, "false_interruption")).toBeDefined();
      // What was typed is the only thing the user said.
      expect(items(page).filter(({ role }) => role === "user")).toHaveLength(1);
      page.close();
    });
  }

  test("PT1 a held question is heard from its press to its end, and answered", async () => {
    const page = await listening("push-to-talk");
    page.playsAtOnce();
    says(page, await spoken("What time is it in Paris?"));
    page.send({ type: "turn", action: "begin" });
    says(page, await spoken(TOKYO));
    page.send({ type: "turn", action: "end" });
    says(page, await spoken("What time is it in Paris?"));
    await receipt(page, "tool");
    expect(items(page).map(({ role }) => role)).toEqual(["user", "assistant"]);
    expect(items(page).at(-1)?.text).toContain("Tokyo");
    page.close();
  });

  test("PT5 a press wakes a sleeping conversation, and is heard whole though it was over before", async () => {
    const page = await WorkerPage.open();
    page.playsAtOnce();
    page.send({ type: "settings", policy: "push-to-talk" });
    page.send({ type: "hello", pageId: "page_1", streamId: "stream_1" });
    page.send({ type: "text", text: "hello" });
    page.send({ type: "start" });
    await page.sees("turn");
    page.send({ type: "stop" });
    await page.sees("state", ({ state }) => state === "asleep");
    const question = await spoken(TOKYO);
    page.seen.length = 0;
    page.send({ type: "turn", action: "begin", atSample: 0 });
    page.send({ type: "turn", action: "end", atSample: question.byteLength / 2 });
    const { fromSample } = await page.sees("resend");
    expect(fromSample).toBe(0);
    page.send({ type: "resending", fromSample });
    says(page, question);
    await receipt(page, "tool");
    expect(items(page)).toMatchObject([{ role: "user", status: "completed" }, { role: "assistant" }]);
    expect(items(page).at(-1)?.text).toContain("Tokyo");
    page.close();
  });

  test("PT3 a tap is a hint, and the next press is heard", async () => {
    const page = await listening("push-to-talk");
    page.playsAtOnce();
    page.send({ type: "turn", action: "begin" });
    page.send(new Uint8Array(FRAME_MS * 48));
    page.send({ type: "turn", action: "end" });
    expect(await page.sees("error")).toMatchObject({ code: "turn_too_short" });
    page.send({ type: "turn", action: "begin" });
    says(page, await spoken(TOKYO));
    page.send({ type: "turn", action: "end" });
    await receipt(page, "tool");
    expect(items(page)).toHaveLength(2);
    page.close();
  });

  test("PO4 under half-duplex nothing said over the agent is heard, and afterwards everything is", async () => {
    const { page, itemId, totalMs } = await speaking("half-duplex");
    says(page, await spoken("What time is it in Paris?"));
    page.send({ type: "playback", itemId, playedMs: Math.floor(totalMs), done: true });
    await receipt(page, "tool");
    page.playsAtOnce();
    // In real time, silence first: while the room still sounds nothing would be heard.
    await speaks(page, (await spoken(TOKYO)).subarray(BREATH_BYTES));
    await page.until(() =>
      items(page).some(({ text }) => text.includes("Tokyo") && text.includes("It is")) ? true : undefined,
    );
    expect(items(page).filter(({ role }) => role === "user")).toHaveLength(2);
    expect(page.seen.map(({ type }) => type)).not.toContain("flush");
    page.close();
  });

  test("PO6 a question over the beginning of the greeting does not stop it, and is answered after it", async () => {
    const page = await WorkerPage.open();
    const question = await spoken(TOKYO);
    page.send({ type: "start" });
    const greeting = await page.sees("audio");
    expect(greeting.protectedMs).toBeGreaterThan(0);
    page.send({ type: "playback", itemId: greeting.itemId, playedMs: 100 });
    says(page, question);
    page.playsAtOnce();
    await page.until(() =>
      items(page).at(-1)?.text.includes("Tokyo") === true && items(page).length === 3 ? true : undefined,
    );
    expect(page.seen.map(({ type }) => type)).not.toContain("flush");
    expect(items(page)[0]).toMatchObject({
      status: "completed",
      text: "Hi, I am Parley. How can I help you?",
    });
    page.close();
  });

  test("SI1 asked to be quiet, the agent says nothing, and answers the next question", async () => {
    const page = await listening("normal");
    page.playsAtOnce();
    page.send({ type: "text", text: "Please be quiet" });
    await receipt(page, "silent");
    expect(page.heard).toEqual([]);
    page.send({ type: "text", text: TOKYO });
    await receipt(page, "tool");
    expect(items(page).at(-1)?.text).toContain("Tokyo");
    page.close();
  });
});

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((bytes, piece) => bytes + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}
