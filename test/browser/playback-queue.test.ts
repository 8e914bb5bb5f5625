import { expect, test } from "vitest";
import { msToSamples } from "../../src/audio/format.ts";
import {
  MAX_HOLD_MS,
  MAX_QUEUED_ITEMS,
  MAX_QUEUED_MS,
  PREBUFFER_MS,
  PREBUFFER_STEP_MS,
  PlaybackQueue,
} from "../../src/browser/worklets/playback-queue.ts";

/** So many ms of a signal that is never zero. */
function audio(ms: number, value = 1000): Int16Array {
  return new Int16Array(msToSamples(ms)).fill(value);
}

/** Plays so many ms and says how many of them were sound. */
function play(queue: PlaybackQueue, ms: number): number {
  const output = new Float32Array(msToSamples(ms));
  queue.read(output, output.length);
  return output.filter((sample) => sample !== 0).length / msToSamples(1);
}

function reports(queue: PlaybackQueue, delayMs = 0): string[] {
  const said: string[] = [];
  queue.report(msToSamples(delayMs), true, ({ itemId, playedMs }, done) =>
    said.push(`${itemId} ${playedMs}${done ? " done" : ""}`),
  );
  return said;
}

function queueWith(itemId: string, ms: number): PlaybackQueue {
  const queue = new PlaybackQueue();
  queue.begin(itemId, 0);
  queue.push(audio(ms));
  return queue;
}

test("PL1: playback waits for the reserve and then plays", () => {
  const queue = queueWith("a", PREBUFFER_MS - 1);
  expect(play(queue, 20)).toBe(0);
  queue.push(audio(1));
  expect(play(queue, 20)).toBe(20);
});

test("PL1: an item shorter than the reserve plays as soon as all of it has come", () => {
  const queue = queueWith("a", 30);
  expect(play(queue, 20)).toBe(0);
  queue.end("a");
  expect(play(queue, 50)).toBe(30);
});

test("PL1: a piece with nothing behind it is not kept for ever", () => {
  const queue = queueWith("a", 30);
  expect(play(queue, MAX_HOLD_MS)).toBe(0);
  expect(play(queue, 50)).toBe(30);
});

test("PL2: running dry inside an item is counted once and asks for a larger reserve", () => {
  const queue = queueWith("a", PREBUFFER_MS);
  play(queue, PREBUFFER_MS + 50);
  play(queue, 50);
  expect(queue.counters.underruns).toBe(1);
  queue.push(audio(PREBUFFER_MS));
  expect(play(queue, 10)).toBe(0);
  queue.push(audio(PREBUFFER_STEP_MS));
  expect(play(queue, 10)).toBe(10);
});

test("PL2: coming to the end of an item is no underrun", () => {
  const queue = queueWith("a", 200);
  queue.end("a");
  play(queue, 500);
  expect(queue.counters.underruns).toBe(0);
});

test("PL5: progress is whole ms of the item, and the end is told once", () => {
  const queue = queueWith("a", 200);
  queue.end("a");
  queue.read(new Float32Array(2411), 2411);
  expect(reports(queue)).toEqual(["a 100"]);
  expect(reports(queue)).toEqual([]);
  play(queue, 200);
  expect(reports(queue)).toEqual(["a 200 done"]);
  expect(reports(queue)).toEqual([]);
  expect(queue.isEmpty).toBe(true);
});

test("PL5: an item is not done before its last sample has left the device", () => {
  const queue = queueWith("a", 200);
  queue.end("a");
  play(queue, 230);
  expect(reports(queue, 50)).toEqual(["a 180"]);
  play(queue, 20);
  expect(reports(queue, 50)).toEqual(["a 200 done"]);
});

test("PL5: an item that never ends holds back nobody behind it", () => {
  const queue = queueWith("a", 100);
  queue.begin("b", 0);
  queue.push(audio(100));
  queue.end("b");
  expect(play(queue, 300)).toBe(200);
  expect(reports(queue)).toEqual(["a 100", "b 100 done"]);
  queue.end("a");
  expect(reports(queue)).toEqual(["a 100 done"]);
});

test("PL4: a flush answers for every queued item, in order, with what left the speaker", () => {
  const queue = queueWith("a", 200);
  queue.end("a");
  queue.begin("b", 0);
  queue.push(audio(300));
  queue.begin("c", 0);
  queue.push(audio(300));
  play(queue, 250);
  expect(queue.flush(msToSamples(20))).toEqual([
    { itemId: "a", playedMs: 200 },
    { itemId: "b", playedMs: 30 },
    { itemId: "c", playedMs: 0 },
  ]);
  expect(queue.isEmpty).toBe(true);
  expect(play(queue, 100)).toBe(0);
});

test.each([0, 7, 40, 1000])(
  "PL4: with %i ms of latency a flush never says more than was handed out, nor less than nothing",
  (latencyMs) => {
    for (const handedMs of [0, 1, 39, 40, 41, 150, 400]) {
      const queue = queueWith("a", 300);
      play(queue, handedMs);
      const [played] = queue.flush(msToSamples(latencyMs));
      expect(played!.playedMs).toBe(Math.max(0, Math.min(handedMs - latencyMs, 300)));
    }
  },
);

test("PL4: silence between two stretches of an item is not counted as heard", () => {
  const queue = queueWith("a", 100);
  play(queue, 400);
  queue.push(audio(200));
  play(queue, 50);
  expect(queue.flush(msToSamples(20))).toEqual([{ itemId: "a", playedMs: 130 }]);
});

test("PL6: frames after a flush are late and dropped until the next audio message", () => {
  const queue = queueWith("a", 200);
  play(queue, 50);
  queue.flush(0);
  queue.push(audio(200));
  queue.push(audio(200));
  expect(queue.counters.lateFrames).toBe(2);
  expect(play(queue, 100)).toBe(0);
  queue.begin("b", 0);
  queue.push(audio(200));
  expect(play(queue, 100)).toBe(100);
});

test("PL7: an item taken up from the middle is reported in its own time", () => {
  const queue = new PlaybackQueue();
  queue.begin("a", 1500);
  queue.push(audio(200));
  play(queue, 120);
  expect(queue.flush(msToSamples(20))).toEqual([{ itemId: "a", playedMs: 1600 }]);
});

test("PL7: what the queue already holds is not played twice", () => {
  const queue = queueWith("a", 300);
  queue.begin("a", 200);
  queue.push(audio(200));
  queue.end("a");
  expect(play(queue, 1000)).toBe(400);
  expect(reports(queue)).toEqual(["a 400 done"]);
});

test("PL8: beyond ten minutes the newest audio is dropped and counted", () => {
  const queue = queueWith("a", MAX_QUEUED_MS);
  queue.push(audio(40));
  expect(queue.counters.droppedSamples).toBe(msToSamples(40));
  expect(play(queue, 100)).toBe(100);
  queue.push(audio(40));
  expect(queue.counters.droppedSamples).toBe(msToSamples(40));
});

test("PL8: items whose end is never told do not pile up", () => {
  const queue = new PlaybackQueue();
  for (let count = 0; count < MAX_QUEUED_ITEMS * 2; count++) queue.begin(`item${count}`, 0);
  expect(queue.flush(0)).toHaveLength(MAX_QUEUED_ITEMS);
});
