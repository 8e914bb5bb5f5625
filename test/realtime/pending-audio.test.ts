import { expect, test } from "vitest";
import { MAX_PENDING_AUDIO_BYTES, PendingAudio } from "../../src/realtime/pending-audio.ts";

test("RT3 steps keep their order; the bound drops the oldest audio, counts it and keeps the commits", () => {
  const pending = new PendingAudio();
  const half = MAX_PENDING_AUDIO_BYTES / 2;
  pending.push(new Uint8Array(half));
  pending.push("commit");
  pending.push(new Uint8Array(half));
  expect(pending.droppedBytes).toBe(0);
  pending.push(new Uint8Array(4));
  expect(pending.droppedBytes).toBe(half);
  expect(pending.take().map((step) => (typeof step === "string" ? step : step.byteLength))).toEqual([
    "commit",
    half,
    4,
  ]);
  expect(pending.take()).toEqual([]);
});
