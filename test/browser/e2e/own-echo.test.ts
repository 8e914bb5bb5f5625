// Long answers in a room whose microphone hears all that the page plays, without any echo cancellation: the agent must
// neither stop for itself, nor answer itself.

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runDev } from "../run-dev.ts";
import type { TestDevServer } from "../run-dev.ts";
import { silence, speechAt } from "../wav.ts";
import { AnswerInRoom } from "./answer-in-room.ts";
import { find } from "./model-ear.ts";

/** A voice at the speaker is as loud as a person near the microphone, 12 dB less so. */
const LOUD_ROOM = { gainDb: -12, delayMs: 60 };
/** For a sentence that is spoken, heard and answered. */
const LATER_MS = 30_000;
/** From the press on Talk on: the greeting takes four seconds. */
const SPEAKS_AT_S = 8;
/** Of 32,768: 72 dB below the loudest, where the echo is 12 dB below the voice. */
const INAUDIBLE = 8;
/** The player may run dry for a moment on a busy machine. */
const SLACK_MS = 500;

let server: TestDevServer;
beforeAll(async () => {
  // A copy of the project: nobody edits it meanwhile.
  server = await runDev({}, { limits: {} });
});
afterAll(async () => {
  await server.stop();
});

/** What left the player against what was sent of the answer, from the first sound to the last. */
async function lengths({ someone }: AnswerInRoom, fromFrame: number) {
  const answer = (await someone.snapshot()).items.at(-1)!;
  const { rateHz, firstFrame, lastFrame } = await someone.recording(fromFrame);
  const { leadMs, soundEndMs } = someone.sent(answer.id);
  return { answer, playedMs: ((lastFrame - firstFrame) / rateHz) * 1_000, ownMs: soundEndMs - leadMs };
}

describe("a room that gives back the agent's voice", () => {
  it("EC4 EC5 EC6 the greeting's echo is no turn, and a long answer is heard whole", async () => {
    const room = await AnswerInRoom.open(server.url, silence(), LOUD_ROOM);
    const { someone } = room;
    try {
      // Only the beginning of the greeting was taken for a voice, and it is forgotten. Where it has cut the greeting, that
      // goes on.
      await vi.waitUntil(() => room.dropped === 1, LATER_MS);
      await someone.isIn("listening");
      const greeting = (await someone.snapshot()).items[0]!;
      const { leadMs } = someone.sent(greeting.id);
      const beginning = someone.sentSamples(greeting.id).subarray(leadMs * 24, (leadMs + 400) * 24);
      const { likeness } = find(beginning, someone.microphoneSamples());
      const { lastFrame } = await someone.recording();
      expect(room.takenBack).toBe(1);

      await room.ask();
      await someone.isIn("listening");
      const { answer, playedMs, ownMs } = await lengths(room, lastFrame + 1);
      process.stdout.write(
        `the greeting's beginning is in what was sent: likeness ${likeness.toFixed(2)}; ` +
          `the answer of ${Math.round(ownMs)} ms took ${Math.round(playedMs)} ms; ${room.notices} notices\n`,
      );
      expect(likeness).toBeGreaterThan(0.8);
      expect(answer.status).toBe("completed");
      expect(ownMs).toBeGreaterThan(10_000);
      expect(Math.abs(playedMs - ownMs)).toBeLessThan(SLACK_MS);
      expect(await room.spokenTurns()).toEqual([]);
      expect(await someone.items("user").count()).toBe(1);
      // The greeting, what of it was left if it was cut, and the answer.
      const spoken = (await someone.snapshot()).items.filter(({ role }) => role === "assistant");
      const cut = spoken.filter(({ status }) => status === "interrupted");
      expect(spoken).toHaveLength(2 + cut.length);
      expect(cut.length).toBeLessThanOrEqual(1);
      expect(someone.complaints).toEqual([]);
    } finally {
      await someone.close();
    }
  });

  it("EC5 BI2 who says something else over the answer stops it, and is answered", async () => {
    const speech = speechAt([[SPEAKS_AT_S, "What is your name?"]], "slt");
    const room = await AnswerInRoom.open(server.url, speech, LOUD_ROOM);
    const { someone } = room;
    try {
      await room.ask();
      // The question, its answer, the turn, and after it another answer.
      const cutAnswer = '[data-role="user"] ~ [data-status="interrupted"]';
      await room.shows(
        `${cutAnswer} ~ [data-role="user"] ~ [data-role="assistant"][data-status="completed"]`,
      );
      const turns = await room.spokenTurns();
      expect(turns).toHaveLength(1);
      // The recogniser heard the agent at the same moment, and gets a word or two wrong; but what it heard is the user.
      expect(turns[0]!.text).toMatch(/^wh.* (is|name)|\bname\b/i);
      const cut = (await someone.snapshot()).items.find(({ status }) => status === "interrupted")!;
      // It was heard for a while.
      expect(cut.heardMs).toBeGreaterThan(1_000);
      expect(someone.complaints).toEqual([]);
    } finally {
      await someone.close();
    }
  });

  it("PG49 under half-duplex the answer is heard whole, and of the echo nothing is sent", async () => {
    const room = await AnswerInRoom.openUnder("half-duplex", server.url, silence(), LOUD_ROOM);
    const { someone } = room;
    try {
      const { lastFrame } = await someone.recording();
      await room.ask("What time is it in Tokyo and in Paris?");
      await someone.isIn("listening");
      const { answer, playedMs, ownMs } = await lengths(room, lastFrame + 1);
      expect(answer.status).toBe("completed");
      expect(Math.abs(playedMs - ownMs)).toBeLessThan(SLACK_MS);
      expect(await room.told("hold")).toBe(0);
      expect(room.dropped).toBe(0);
      expect(await room.spokenTurns()).toEqual([]);
      expect(someone.microphoneSamples().length).toBeGreaterThan(ownMs);
      // A resampler's last rounding is no sound.
      expect(someone.microphoneSamples().every((sample) => Math.abs(sample) <= INAUDIBLE)).toBe(true);
      expect(someone.complaints).toEqual([]);
    } finally {
      await someone.close();
    }
  });
});
