import { expect, test } from "vitest";
import { msToSamples } from "../../src/audio/format.ts";
import {
  MAX_GATHER_MS,
  MAX_QUEUED_ITEMS,
  MAX_QUEUED_MS,
  PlaybackQueue,
} from "../../src/browser/worklets/playback-queue.ts";
import {
  CALM_MS,
  COMFORT_MS,
  GROW_MS,
  MAX_GROW_MS,
  RESERVE_MS,
  Reserve,
  SHRINK_MS,
} from "../../src/browser/worklets/reserve.ts";

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
  const queue = queueWith("a", RESERVE_MS - 1);
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
  expect(play(queue, MAX_GATHER_MS)).toBe(0);
  expect(play(queue, 50)).toBe(30);
});

test("PL2: running dry inside an item is counted once and asks for a larger reserve", () => {
  const queue = queueWith("a", RESERVE_MS);
  play(queue, RESERVE_MS + 10);
  play(queue, 10);
  expect(queue.counters.underruns).toBe(1);
  queue.push(audio(RESERVE_MS));
  expect(play(queue, 10)).toBe(0);
  queue.push(audio(GROW_MS));
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
  expect(queue.flush(msToSamples(20))).toMatchObject([
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
  expect(queue.flush(msToSamples(20))).toMatchObject([{ itemId: "a", playedMs: 130 }]);
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
  expect(queue.flush(msToSamples(20))).toMatchObject([{ itemId: "a", playedMs: 1600 }]);
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

test("PL11: the reserve grows by what was missing, and a single stall asks for no more than its cap", () => {
  const short = queueWith("a", RESERVE_MS);
  play(short, RESERVE_MS + 70);
  short.push(audio(40));
  expect(short.reserveMs).toBe(RESERVE_MS + 70);
  const long = queueWith("a", RESERVE_MS);
  play(long, RESERVE_MS + 5_000);
  long.push(audio(40));
  expect(long.reserveMs).toBe(RESERVE_MS + MAX_GROW_MS);
});

test("PL11: the reserve shrinks after 10 s of sound, but not where the queue was nearly dry", () => {
  const shrunk = (leftMs: number, playedMs = CALM_MS): number => {
    const reserve = new Reserve();
    reserve.wasShort(msToSamples(100));
    const before = reserve.samples;
    for (let ms = 0; ms < playedMs; ms += 10) {
      reserve.played(msToSamples(10), ms === 5_000 ? msToSamples(leftMs) : Infinity);
    }
    return (before - reserve.samples) / msToSamples(1);
  };
  expect(shrunk(COMFORT_MS)).toBe(SHRINK_MS);
  expect(shrunk(COMFORT_MS - 1)).toBe(0);
  expect(shrunk(COMFORT_MS, CALM_MS - 10)).toBe(0);
});

test("PL13: silence inside an item is counted in ms, until the voice goes on or is flushed", () => {
  const queue = queueWith("a", 200);
  play(queue, 250);
  expect(queue.counters).toMatchObject({ underruns: 1, gapMs: 0 });
  queue.push(audio(300));
  play(queue, 310);
  expect(queue.counters).toMatchObject({ underruns: 2, gapMs: 50 });
  play(queue, 90);
  queue.flush(0);
  expect(queue.counters).toMatchObject({ underruns: 2, gapMs: 150 });
});

test("PL13: an end that is told late, and the pause before another item, are no gap", () => {
  const queue = queueWith("a", 200);
  play(queue, 250);
  queue.end("a");
  play(queue, 1_000);
  queue.begin("b", 0);
  queue.push(audio(200));
  play(queue, 250);
  queue.begin("c", 0);
  queue.push(audio(200));
  expect(play(queue, 100)).toBe(100);
  queue.end("c");
  play(queue, 100);
  // Announced, and its audio comes a moment later.
  queue.begin("d", 0);
  play(queue, 100);
  queue.push(audio(RESERVE_MS));
  expect(play(queue, RESERVE_MS)).toBe(RESERVE_MS);
  expect(queue.counters).toMatchObject({ underruns: 1, gapMs: 0 });
});

test("PL17: the first report of an item waits for nothing but its first sample at the speaker", () => {
  const queue = queueWith("a", 500);
  const said: string[] = [];
  const look = (): void =>
    queue.report(msToSamples(30), false, ({ itemId, playedMs }) => said.push(`${itemId} ${playedMs}`));
  for (let ms = 0; ms < 30; ms++) {
    play(queue, 1);
    look();
  }
  expect(said).toEqual([]);
  for (let ms = 0; ms < 100; ms++) {
    play(queue, 1);
    look();
  }
  expect(said).toEqual(["a 1"]);
});

/** What each report says of how its item ran dry. */
function dryness(queue: PlaybackQueue, delayMs = 0): string[] {
  const said: string[] = [];
  queue.report(msToSamples(delayMs), true, ({ itemId, underruns, gapMs }, done) =>
    said.push(`${itemId} ${underruns} ${gapMs}${done ? " done" : ""}`),
  );
  return said;
}

test("PL19: each report of an item says how often it ran dry so far and what silence that was, the last one all of it", () => {
  const queue = queueWith("a", 200);
  play(queue, 250);
  expect(dryness(queue)).toEqual(["a 1 0"]);
  queue.push(audio(300));
  play(queue, 310);
  expect(dryness(queue)).toEqual(["a 2 50"]);
  queue.push(audio(300));
  queue.end("a");
  play(queue, 300);
  expect(dryness(queue)).toEqual(["a 2 60 done"]);
  // The next item has its own.
  queue.begin("b", 0);
  queue.push(audio(200));
  queue.end("b");
  play(queue, 300);
  expect(dryness(queue)).toEqual(["b 0 0 done"]);
});

test("PL19: an end that is told late takes back its underrun, though it was reported", () => {
  const queue = queueWith("a", 200);
  play(queue, 250);
  expect(dryness(queue, 60)).toEqual(["a 1 0"]);
  queue.end("a");
  expect(dryness(queue)).toEqual(["a 0 0 done"]);
});

test("PL19: what answers a flush has the silence up to it", () => {
  const queue = queueWith("a", 200);
  play(queue, 260);
  expect(queue.flush(0)).toEqual([{ itemId: "a", playedMs: 200, underruns: 1, gapMs: 60 }]);
});

test("PL19: an item that is sent again goes on counting", () => {
  const queue = queueWith("a", 200);
  play(queue, 250);
  // Another socket: from where the speaker stood.
  queue.begin("a", 200);
  queue.push(audio(200));
  play(queue, 260);
  expect(dryness(queue)).toEqual(["a 2 50"]);
});
