// What the page makes of its own voice in the microphone, with voices as the local model has them.

import { describe, expect, test } from "vitest";
import { FRAME_MS, FRAME_SAMPLES } from "../../src/audio/format.ts";
import { OwnEcho } from "../../src/browser/own-echo.ts";
import { QUIETEST_VOICE } from "../../src/browser/speech-detector.ts";
import { startTalking } from "./support-call.ts";
import { course, inRoom, saying, silence } from "./support-echo-room.ts";

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
/** Twenty seconds. */
const LONG = [...AGENT, ...USER].flatMap((text) => course(text, "marin"));
const ENOUGH = "Please be quiet now, that is enough, thank you very much.";
const COUGH = [0.02, 0.06, 0.08, 0.06, 0.03];

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
        echo.frame(gain * (played[frame - delayMs / FRAME_MS] ?? 0), frame);
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
    let number = 0;
    const hear = (levels: number[], gain: number): void => {
      for (const level of levels) {
        echo.playing(level);
        echo.frame(Math.max(1e-5, level * gain), number++);
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
            echo.frame(level, frame);
            expect(echo.explains(level * SOFT)).toBe(false);
          }
        }
      }
    }
  });

  test("EC5 what it explains is zeros to the conversation and no voice; who rises above it is heard whole", async () => {
    const { call, clock, ear, hear, receive, receiveFrame, done, sent } = await startTalking();
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
    expect(sent.filter((message) => message.type === "activity" && message.active)).toEqual([]);
    expect(done).not.toContain("hold");
    const voice = [0.1, 0.1, 0.1, 0.002, 0.002, 0.1, 0.1].map((level) => frameIs(0.1, level));
    expect(voice.join("")).toBe("x".repeat(voice.length));
    expect(done).toContain("hold");
    expect(sent.at(-1)).toEqual({ type: "activity", active: true });
  });

  test.each([0.02, 0.03, 0.06])(
    "EC5 a cough that it fell silent for mutes nobody, a voice of %d neither",
    (peak) => {
      for (const coughMs of [320, 2_000]) {
        const user = [...silence(coughMs), ...COUGH, ...silence(1_800), ...saying(ENOUGH, "slt", peak)];
        const { spoken, zeroed, holds } = inRoom({ agent: LONG, user });
        expect(spoken).toBeGreaterThan(50);
        expect(zeroed).toBe(0);
        expect(holds).toBe(2);
      }
    },
  );

  test.each([0.05, 0.1])("EC5 who puts on headphones and speaks on is heard within 1.5 s, at %d", (peak) => {
    const atMs = 6_000;
    const speech = saying(`${ENOUGH} ${USER[0]}`, "slt", peak);
    // The worst case: the agent speaks on.
    const { spoken, zeroed, zeroedEcho, lastZeroedMs } = inRoom({
      agent: LONG,
      user: [...silence(atMs), ...speech],
      gain: (frame) => (frame * FRAME_MS < atMs ? 0.5 : 0),
      mayHold: false,
    });
    expect(zeroedEcho).toBeGreaterThan(2_000 / FRAME_MS);
    expect(spoken).toBeGreaterThan(100);
    expect(zeroed).toBeLessThan(1_500 / FRAME_MS);
    expect(lastZeroedMs).toBeLessThan(atMs + 1_500);
  });

  test("EC5 of 320 people who begin together with it, hiss and all, none is taken for it", () => {
    let people = 0;
    for (const text of AGENT) {
      const agent = [...silence(400), ...course(text, "marin")].map((level) => Math.max(level, 0.0005));
      for (const words of [...USER, ...AGENT, ENOUGH].filter((other) => other !== text)) {
        for (const voice of ["slt", "awb", "rms", "kal16"]) {
          for (const lateMs of [400, 440, 480, 520, 560, 600, 640, 680, 720, 760]) {
            const user = [...silence(lateMs), ...course(words, voice)];
            expect(inRoom({ agent, user, mayHold: false })).toMatchObject({ zeroed: 0 });
            people++;
          }
        }
      }
    }
    expect(people).toBe(320);
  });

  test("EC5 the soft syllables of a voice above the echo are heard where nothing is held", () => {
    const learnt = silence(5_000);
    const loud = [0.4, 0.4, 0.4];
    const user = [...learnt, ...[0.02, 0.01, 0.02, 0.02].flatMap((soft) => [...loud, soft, soft])];
    const { spoken, zeroed, zeroedEcho } = inRoom({ agent: LONG, user, gain: () => 0.25, mayHold: false });
    expect(zeroedEcho).toBeGreaterThan(2_000 / FRAME_MS);
    expect(spoken).toBe(20);
    expect(zeroed).toBe(0);
  });

  test.each([
    [0.05, 0.25],
    [0.1, 0.25],
    [0.05, 0.1],
  ])("EC5 a voice of %d holds the agent in a room that gives back %d of it", (peak, gain) => {
    const user = [...silence(4_000), ...saying(ENOUGH, "slt", peak)];
    const before = inRoom({ agent: LONG, user: silence(4_000), gain: () => gain });
    const { spoken, zeroed, holds } = inRoom({ agent: LONG, user, gain: () => gain });
    expect(before.zeroedEcho).toBeGreaterThan(1_000 / FRAME_MS);
    expect(spoken).toBeGreaterThan(50);
    expect(zeroed).toBeLessThanOrEqual(200 / FRAME_MS);
    expect(holds).toBe(before.holds + 1);
  });

  test.each([0.5, 0.25, 0.1])(
    "EC5 a sentence 6 dB above the loudest echo holds the agent, at an echo of %d",
    (gain) => {
      const peak = 2 * gain * Math.max(...LONG);
      for (const text of [ENOUGH, USER[0]!]) {
        for (const voice of ["slt", "rms", "awb"]) {
          for (const fromMs of [4_000, 5_000, 6_200]) {
            const before = inRoom({ agent: LONG, user: silence(fromMs), gain: () => gain });
            const user = [...silence(fromMs), ...saying(text, voice, peak)];
            const { spoken, zeroed, holds } = inRoom({ agent: LONG, user, gain: () => gain });
            expect(holds).toBeGreaterThan(before.holds);
            expect(zeroed / spoken).toBeLessThan(1 / 8);
          }
        }
      }
    },
  );

  test("EC5 once it is known how late an echo comes, what was played before that explains nothing", () => {
    const echo = new OwnEcho();
    const played = [...course(AGENT[0]!, "marin").slice(0, 75), 0.15, ...silence(200)];
    const explained = played.map((level, frame) => {
      echo.playing(level);
      echo.frame(0.25 * (played[frame - 2] ?? 0), frame);
      return echo.explains(0.25 * 0.15);
    });
    expect(explained[77]).toBe(true);
    expect(explained[80]).toBe(false);
  });

  test("EC6 what was heard before the room was known is taken back, once", () => {
    const tellings = (user: number[], gapAt = -1, pauseAt = -1): number[] => {
      const echo = new OwnEcho();
      const played = [...silence(400), ...course(AGENT[0]!, "marin")];
      return user.flatMap((voice, frame) => {
        if (frame === pauseAt) echo.pause();
        echo.playing(played[frame]!);
        echo.frame(Math.hypot(0.25 * (played[frame - 2] ?? 0), voice), frame < gapAt ? frame : frame + 1);
        const frames = echo.takeBack(QUIETEST_VOICE);
        return frames === 0 ? [] : [frame - frames + 1, frame];
      });
    };
    const quiet = silence(3_000);
    const [from, until, ...more] = tellings(quiet);
    expect(more).toEqual([]);
    expect(from).toBe(0);
    expect(until! * FRAME_MS).toBeLessThan(400 + 80 + 1_500);
    // Somebody in between is left alone, with all that was heard before and half a second after.
    const [after] = tellings(quiet.map((_, frame) => (frame === 14 || frame === 15 ? 0.2 : 0)));
    expect(after).toBeGreaterThan(15);
    expect(after).toBeLessThanOrEqual(15 + 480 / FRAME_MS);
    // The stream went on meanwhile, and nobody compared what was in it.
    expect(tellings(quiet, 20)[0]).toBe(20);
    expect(tellings(quiet.map(() => 0.2))).toEqual([]);
    expect(tellings(quiet, -1, 20)[0]).toBe(20);
  });

  test.each([
    [6, 10],
    [9, 0],
  ])(
    "EC6 of 560 who begin with the greeting, %i dB above its echo, %i at most lose half of it",
    (aboveDb, most) => {
      const agent = [...silence(200), ...course("Hi, I am Parley. How can I help you?", "marin")];
      const loudest = Math.max(...agent);
      let people = 0;
      let halved = 0;
      for (const words of ["Hello?", "Stop.", "What time is it in Tokyo?", "Yes.", "No, thank you."]) {
        for (const voice of ["slt", "awb", "rms", "kal16"]) {
          for (const gain of [0.05, 0.1, 0.25, 0.5]) {
            for (const lateMs of [0, 200, 400, 600, 800, 1_000, 1_200]) {
              const speech = saying(words, voice, loudest * gain * 10 ** (aboveDb / 20));
              const { spoken, takenBackUser } = inRoom({
                agent,
                user: [...silence(lateMs), ...speech, ...silence(3_000)],
                gain: () => gain,
                noise: people % 2 === 0 ? 0 : 0.0005,
                mayHold: false,
              });
              expect(takenBackUser).toBeLessThan(spoken);
              if (takenBackUser > spoken / 2) halved++;
              people++;
            }
          }
        }
      }
      expect(people).toBe(560);
      expect(halved).toBeLessThanOrEqual(most);
    },
  );

  test("EC6 the conversation is told since when, and never hears it again", async () => {
    const { call, clock, ear, hear, receive, receiveFrame, sent } = await startTalking();
    receive({ type: "audio", itemId: "a", fromMs: 0, protectedMs: 3_000 });
    receiveFrame();
    hear(10);
    for (const level of course(AGENT[0]!, "marin").slice(0, 50)) {
      clock.pass(FRAME_MS);
      call.onSpeakerLevel(level);
      hear(1, { voice: true, loudness: Math.max(1, Math.round((level * 0.25) / 0.00113)) });
    }
    const told = sent.filter(({ type }) => type === "activity");
    const echoFrom = told.flatMap((message) => ("echoFrom" in message ? [message.echoFrom] : []));
    expect(told).toEqual([
      { type: "activity", active: true },
      { type: "activity", active: false, echoFrom: echoFrom[0] },
    ]);
    expect(echoFrom[0]! % FRAME_SAMPLES).toBe(0);
    expect(echoFrom[0]).toBeLessThanOrEqual(12 * FRAME_SAMPLES);
    const isSilent = (): boolean => ear.heard.slice(echoFrom[0]).every((sample) => sample === 0);
    expect(isSilent()).toBe(false);
    ear.ask(0);
    expect(ear.resentFrom.at(-1)).toBe(0);
    expect(isSilent()).toBe(true);
  });

  test("EC5 another microphone knows nothing of the last one's room", async () => {
    const { call, clock, ear, hear, receive, receiveFrame } = await startTalking();
    const frame = (played: number): boolean => {
      clock.pass(FRAME_MS);
      call.onSpeakerLevel(played);
      hear(1, { voice: true, loudness: Math.max(1, Math.round((played * 0.03) / 0.00113)) });
      return ear.heard.slice(-FRAME_SAMPLES).every((sample) => sample === 0);
    };
    receive({ type: "audio", itemId: "a", fromMs: 0 });
    receiveFrame();
    const played = course(AGENT[0]!, "marin");
    expect(played.slice(0, 50).map(frame).at(-1)).toBe(true);
    await call.toggleTalk();
    receive({ type: "state", state: "asleep", reason: "stopped" });
    await call.toggleTalk();
    ear.answer();
    receive({ type: "state", state: "listening" });
    ear.answer();
    expect(played.slice(50, 60).map(frame)).not.toContain(true);
  });
});
