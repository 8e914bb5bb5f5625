// What the page makes of its own voice in the microphone, with voices as the local model has them.

import { describe, expect, test } from "vitest";
import { FRAME_MS, FRAME_SAMPLES } from "../../src/audio/format.ts";
import { OwnEcho } from "../../src/browser/own-echo.ts";
import { synthesise } from "../../src/local-model/voice/synthesise.ts";
import { startTalking } from "./support-call.ts";

const AGENT = [
  "I understand English sentences about the tools of this session, and I can tell you the time.",
  "Every morning the boats carried bread over the river, to the market behind the bridge.",
];
const USER = [
  "I would like to know what the weather will be in Paris tomorrow, if you do not mind.",
  "The last train of the evening stopped where there was no station, and a girl stepped out.",
];
/** Half of what an echo may be above what was learned. */
const SOFT = 0.5;

/** The loudness of each frame of a sentence. */
function course(text: string, voice: string): number[] {
  const samples = synthesise(text, voice);
  const levels: number[] = [];
  for (let from = 0; from + FRAME_SAMPLES <= samples.length; from += FRAME_SAMPLES) {
    const frame = samples.subarray(from, from + FRAME_SAMPLES);
    levels.push(Math.sqrt(frame.reduce((sum, sample) => sum + sample * sample, 0) / FRAME_SAMPLES) / 32_768);
  }
  return levels;
}

describe("the agent's voice in the microphone", () => {
  test.each([
    [-6, 0],
    [-12, 80],
    [-20, 120],
    [-30, 320],
  ])("EC5 at %i dB and %i ms late is learned within 1.5 s, and no louder than it is", (gainDb, delayMs) => {
    const gain = 10 ** (gainDb / 20);
    for (const text of AGENT) {
      const echo = new OwnEcho();
      const played = course(text, "marin");
      for (let frame = 0; frame < 1_500 / FRAME_MS; frame++) {
        echo.playing(played[frame]!);
        echo.frame(gain * (played[frame - delayMs / FRAME_MS] ?? 0));
      }
      const loudest = Math.max(...played.slice(1_500 / FRAME_MS - 10, 1_500 / FRAME_MS));
      expect(echo.explains(gain * loudest)).toBe(true);
      expect(echo.explains(3 * gain * loudest)).toBe(false);
    }
  });

  test("EC5 of a room that gives nothing back any more nothing is left after 3 s of the agent's voice", () => {
    const echo = new OwnEcho();
    const played = course(AGENT.join(" "), "marin");
    const half = Math.floor(played.length / 2);
    const hear = (levels: number[], gain: number): void => {
      for (const level of levels) {
        echo.playing(level);
        echo.frame(Math.max(1e-5, level * gain));
      }
    };
    hear(played.slice(0, half), 0.5);
    expect(echo.explains(0.5 * Math.max(...played.slice(half - 10, half)))).toBe(true);
    hear(played.slice(half, half + 3_000 / FRAME_MS), 0);
    expect(echo.explains(0.001)).toBe(false);
  });

  test("EC5 other people who speak over it are not taken for it", () => {
    for (const text of AGENT) {
      const played = course(text, "marin");
      for (const voice of ["slt", "awb", "rms", "kal16"]) {
        for (const heard of USER.map((words) => course(words, voice))) {
          const echo = new OwnEcho();
          for (const [frame, level] of heard.slice(0, played.length).entries()) {
            echo.playing(played[frame]!);
            echo.frame(level);
            expect(echo.explains(level * SOFT)).toBe(false);
          }
        }
      }
    }
  });

  test("EC5 what it explains is zeros to the conversation and no voice; who rises above it is heard whole", async () => {
    const { call, clock, ear, hear, receive, receiveFrame, done, types } = await startTalking();
    receive({ type: "audio", itemId: "a", fromMs: 0 });
    receiveFrame();
    const played = course(AGENT[0]!, "marin");
    const frameIs = (level: number, heard: number): string => {
      clock.pass(FRAME_MS);
      call.onSpeakerLevel(level);
      // Loudness 1 is a root mean square of 0.00113.
      hear(1, { voice: true, loudness: Math.max(1, Math.round(heard / 0.00113)) });
      return ear.heard.slice(-FRAME_SAMPLES).every((sample) => sample === 0) ? "0" : "x";
    };
    // Too soft to be taken for a voice here; a model's detector hears it.
    const echo = played.slice(0, 50).map((level) => frameIs(level, level * 0.03));
    expect(echo.slice(0, 15).join("")).toBe("x".repeat(15));
    expect(echo.slice(-15).join("")).toBe("0".repeat(15));
    expect(types()).not.toContain("activity");
    expect(done).not.toContain("hold");
    const voice = [0.1, 0.1, 0.1, 0.002, 0.002, 0.1, 0.1].map((level) => frameIs(0.1, level));
    expect(voice.join("")).toBe("x".repeat(voice.length));
    expect(done).toContain("hold");
    expect(types()).toContain("activity");
  });
});
