import { describe, expect, it } from "vitest";
import { loadSilero } from "../../src/local-model/vad/silero.ts";
import { TurnDetector } from "../../src/local-model/vad/turn-detector.ts";
import type { TurnEvent, TurnSettings } from "../../src/local-model/vad/turn-detector.ts";
import { synthesise } from "../../src/local-model/voice/synthesise.ts";
import { withSilence } from "./client.ts";

const silero = loadSilero();
const SETTINGS: TurnSettings = { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500 };
const speech = synthesise("What time is it in Tokyo?", "slt");

function detect(samples: Int16Array, settings = SETTINGS, frame = 960): TurnEvent[] {
  const detector = new TurnDetector(silero);
  detector.reset(0);
  const events: TurnEvent[] = [];
  for (let at = 0; at < samples.length; at += frame) {
    events.push(...detector.push(samples.slice(at, at + frame), settings));
  }
  return events;
}

function times(events: readonly TurnEvent[]): { startMs: number; endMs: number } {
  const [started, stopped] = events;
  if (started?.kind !== "started" || stopped?.kind !== "stopped" || events.length !== 2) {
    throw new Error(`expected one turn, found ${JSON.stringify(events)}`);
  }
  return { startMs: started.startMs, endMs: stopped.endMs };
}

describe("turn detection", () => {
  it("LM3 finds one turn, where the speech is", () => {
    const { startMs, endMs } = times(detect(withSilence(speech, 1000, 1000)));
    const speechMs = speech.length / 24;
    expect(startMs).toBeGreaterThan(1000 - 300 - 32);
    expect(startMs).toBeLessThan(1000 + 200);
    expect(endMs).toBeGreaterThan(1000 + speechMs - 300);
    expect(endMs).toBeLessThan(1000 + speechMs + 500 + 100);
  });

  it("LM3 moves the start by the padding and the end by the silence, to the millisecond", () => {
    const audio = withSilence(speech, 1500, 1500);
    const usual = times(detect(audio));
    const other = times(detect(audio, { threshold: 0.5, prefixPaddingMs: 100, silenceDurationMs: 900 }));
    expect(other.startMs - usual.startMs).toBe(200);
    expect(other.endMs - usual.endMs).toBe(400);
  });

  it("LM4 counts audio, not arrivals: the same times for any frame length", () => {
    const audio = withSilence(speech, 700, 900);
    expect(detect(audio, SETTINGS, audio.length)).toEqual(detect(audio, SETTINGS, 777));
  });

  it("LM5 hears no turn in silence, noise or a click", () => {
    const noise = Int16Array.from({ length: 48_000 }, (_, index) => ((index * 7919) % 601) - 300);
    const click = new Int16Array(48_000).fill(20_000, 24_000, 24_400);
    expect(detect(new Int16Array(48_000))).toEqual([]);
    expect(detect(noise)).toEqual([]);
    expect(detect(click)).toEqual([]);
  });
});
