// Who speaks over the agent is met with silence at once; who only coughed hears the rest.

import { expect, test } from "vitest";
import { FRAME_MS } from "../../src/audio/format.ts";
import { CONFIRM_WAIT_MS, HOLD_MAX_MS, UNJUDGED_MS } from "../../src/browser/voice-hold.ts";
import { startTalking } from "./support-call.ts";

const LOUD = { voice: true };
/** Above what a voice at least is, and far from leaving no doubt. */
const SOFT = { voice: true, loudness: 12 };
const QUIET = {};

/** A call in which the agent speaks, with a microphone that hears in real time. */
async function startListening() {
  const fixture = await startTalking();
  const { call, clock, receive, receiveFrame, hear, done } = fixture;
  const live = (frames: number, sound: { voice?: boolean; loudness?: number }): void => {
    for (let count = 0; count < frames; count++) {
      clock.pass(FRAME_MS);
      hear(1, sound);
    }
  };
  live(25, QUIET);
  receive({ type: "audio", itemId: "a", fromMs: 0 });
  receiveFrame();
  call.onSpeakerLevel(0.1);
  done.length = 0;
  return { ...fixture, live };
}

/** Frames until the page holds, or 100. */
function framesUntilHeld(
  { live, done }: Awaited<ReturnType<typeof startListening>>,
  sound: { voice?: boolean; loudness?: number },
): number {
  for (let count = 1; count <= 100; count++) {
    live(1, sound);
    if (done.includes("hold")) return count;
  }
  return 100;
}

test("PG36: a clear voice over the agent holds it within one frame, a soft one within 120 ms", async () => {
  expect(framesUntilHeld(await startListening(), LOUD)).toBe(1);
  expect(framesUntilHeld(await startListening(), SOFT)).toBe(120 / FRAME_MS);
  expect(framesUntilHeld(await startListening(), QUIET)).toBe(100);
});

test("PG36: the conversation is told of the voice as always", async () => {
  const { live, types } = await startListening();
  live(2, LOUD);
  expect(types().filter((type) => type === "activity")).toEqual([]);
  live(1, LOUD);
  expect(types().filter((type) => type === "activity")).toEqual(["activity"]);
});

test("PG36: muted, or with nothing playing, nothing is held", async () => {
  const muted = await startListening();
  muted.call.toggleMute();
  muted.live(20, LOUD);
  expect(muted.done).toEqual([]);
  const { call, live, done, receive } = await startListening();
  receive({ type: "audio_end", itemId: "a", totalMs: 40 });
  call.onPlayed({ itemId: "a", playedMs: 40, done: true });
  done.length = 0;
  live(20, LOUD);
  expect(done).toEqual([]);
});

test("PG37: a flush makes the hold final", async () => {
  const { live, done, receive, clock } = await startListening();
  live(5, LOUD);
  receive({ type: "flush" });
  live(5, LOUD);
  live(25, QUIET);
  clock.pass(2 * HOLD_MAX_MS);
  expect(done).toEqual(["hold", "flush"]);
});

test("PG37: the conversation's resume goes on at once, and the next voice holds again", async () => {
  const { live, done, receive } = await startListening();
  live(5, LOUD);
  live(Math.ceil(UNJUDGED_MS / FRAME_MS), QUIET);
  receive({ type: "resume" });
  expect(done).toEqual(["hold", "resume"]);
  live(1, LOUD);
  expect(done).toEqual(["hold", "resume", "hold"]);
});

test("PG37: a resume about a cough does not end the hold of the sentence that has begun meanwhile", async () => {
  const { live, done, receive } = await startListening();
  live(5, LOUD);
  live(12, QUIET);
  live(5, LOUD);
  receive({ type: "resume" });
  live(5, LOUD);
  live(1, QUIET);
  receive({ type: "resume" });
  live(20, LOUD);
  expect(done).toEqual(["hold"]);
  receive({ type: "flush" });
  live(50, QUIET);
  expect(done).toEqual(["hold", "flush"]);
});

test("PG37: resume to a page that holds nothing is no news", async () => {
  const { done, receive } = await startListening();
  receive({ type: "resume" });
  expect(done).toEqual([]);
});

test.each([1, 3, 10])(
  "PG37: after a noise of %i frames and no flush the voice goes on by itself",
  async (frames) => {
    const { live, done, clock, hear } = await startListening();
    live(frames, LOUD);
    const heldAtMs = clock.now() - (frames - 1) * FRAME_MS;
    while (!done.includes("resume") && clock.now() - heldAtMs < 10_000) {
      clock.pass(1);
      if (clock.now() % FRAME_MS === 0) hear(1, QUIET);
    }
    expect(clock.now() - heldAtMs).toBe((frames - 1) * FRAME_MS + CONFIRM_WAIT_MS);
    live(50, QUIET);
    expect(done).toEqual(["hold", "resume"]);
  },
);

test("PG37: a hold that nobody confirms ends after 3 s, though the sound goes on", async () => {
  const { live, done, clock } = await startListening();
  live(1, LOUD);
  const heldAtMs = clock.now();
  while (!done.includes("resume")) live(1, LOUD);
  expect(clock.now() - heldAtMs).toBe(HOLD_MAX_MS);
  live(100, LOUD);
  expect(done).toEqual(["hold", "resume"]);
});

test("PG37: a lost socket, or a mute, leaves nobody in silence", async () => {
  const lost = await startListening();
  lost.live(1, LOUD);
  lost.drop();
  lost.clock.pass(CONFIRM_WAIT_MS);
  expect(lost.done).toEqual(["hold", "resume"]);
  const muted = await startListening();
  muted.live(1, LOUD);
  muted.call.toggleMute();
  muted.clock.pass(CONFIRM_WAIT_MS);
  expect(muted.done).toEqual(["hold", "resume"]);
});

test("PG37: when all had been played before the hold, the next answer does not wait for it", async () => {
  const { call, live, done } = await startListening();
  live(1, LOUD);
  call.onPlayed({ itemId: "a", playedMs: 40, done: true });
  expect(done).toEqual(["hold", "resume"]);
});

test("PG37: after a press on Interrupt there is nothing to go on with", async () => {
  const { call, live, done, clock } = await startListening();
  live(1, LOUD);
  call.interrupt();
  clock.pass(2 * HOLD_MAX_MS);
  expect(done).toEqual(["hold", "flush"]);
});

test("PG38: a noise that fooled the page a few times does so no more, for a while, and a clear voice still does", async () => {
  const { call, live, done } = await startListening();
  // Between two words of the agent, where nothing can be its echo.
  call.onSpeakerLevel(0);
  live(10, QUIET);
  const noise = (): boolean => {
    done.length = 0;
    live(6, SOFT);
    live(25, QUIET);
    return done.includes("hold");
  };
  let fooled = 0;
  while (noise() && fooled < 20) fooled++;
  expect(fooled).toBeGreaterThan(0);
  expect(fooled).toBeLessThanOrEqual(4);
  live(1, LOUD);
  expect(done).toContain("hold");
  live(25, QUIET);
  for (let minute = 0; minute < 5; minute++) live(1_500, QUIET);
  expect(noise()).toBe(true);
});

test("PG38: what fools the hold leaves the page's ear for waking as it was", async () => {
  const { live, receive, types, ear } = await startListening();
  for (let time = 0; time < 10; time++) {
    live(6, SOFT);
    live(25, QUIET);
  }
  ear.ack(ear.next);
  receive({ type: "state", state: "asleep" });
  const before = types().filter((type) => type === "start").length;
  live(3, SOFT);
  expect(types().filter((type) => type === "start")).toHaveLength(before + 1);
});

test("PG39: an echo of the agent holds it a few times and no more; who speaks above the echo is heard", async () => {
  const { call, live, done } = await startListening();
  // A microphone that hears the speaker 11 dB softer, 80 ms late, while the agent speaks in words of 400 ms.
  const played: number[] = [0, 0];
  const speak = (words: number, over = 0): void => {
    for (let frame = 0; frame < words * 15; frame++) {
      const isSilenced = done.lastIndexOf("hold") > done.lastIndexOf("resume");
      const level = !isSilenced && frame % 15 < 10 ? 0.2 : 0;
      call.onSpeakerLevel(level);
      played.push(level);
      // Loudness 1 is a root mean square of 0.00113.
      live(1, { voice: true, loudness: Math.max(1, (played.shift()! * 0.28) / 0.00113, over) });
    }
  };
  speak(60);
  const holds = (): number => done.filter((what) => what === "hold").length;
  expect(holds()).toBeGreaterThan(0);
  expect(holds()).toBeLessThanOrEqual(3);
  done.length = 0;
  // Half of what was learned is forgotten meanwhile, and learned again.
  speak(60);
  expect(holds()).toBeLessThanOrEqual(1);
  speak(5);
  done.length = 0;
  speak(1, 250);
  expect(done).toContain("hold");
});
