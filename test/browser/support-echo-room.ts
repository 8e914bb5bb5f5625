// A room between the agent's speaker and the microphone, frame by frame: what the page makes of each of them.

import { FRAME_MS, FRAME_SAMPLES } from "../../src/audio/format.ts";
import { SpeechDetector } from "../../src/browser/speech-detector.ts";
import { VoiceHold } from "../../src/browser/voice-hold.ts";
import { synthesise } from "../../src/local-model/voice/synthesise.ts";
import { manualClock } from "./support-clock.ts";

/** The room's own noise. */
const NOISE = 0.0005;
/** Above this somebody speaks. */
const SPOKEN = 0.004;
const DELAY_FRAMES = 80 / FRAME_MS;

const courses = new Map<string, readonly number[]>();

/** The loudness of each frame of a sentence. */
export function course(text: string, voice: string): readonly number[] {
  const key = `${voice}: ${text}`;
  let levels = courses.get(key);
  if (levels === undefined) {
    const samples = synthesise(text, voice);
    levels = Array.from({ length: Math.floor(samples.length / FRAME_SAMPLES) }, (_, frame) => {
      const of = samples.subarray(frame * FRAME_SAMPLES, (frame + 1) * FRAME_SAMPLES);
      return Math.sqrt(of.reduce((sum, sample) => sum + sample * sample, 0) / FRAME_SAMPLES) / 32_768;
    });
    courses.set(key, levels);
  }
  return levels;
}

/** A sentence whose loudest frame is this loud, without the silence before it. */
export function saying(text: string, voice: string, peak: number): number[] {
  const levels = course(text, voice);
  const loudest = Math.max(...levels);
  return levels.slice(levels.findIndex((level) => level > SPOKEN)).map((level) => (level * peak) / loudest);
}

export const silence = (ms: number): number[] => Array.from({ length: ms / FRAME_MS }, () => 0);

export interface Room {
  /** What the agent says: it stands still while the page holds it. */
  agent: readonly number[];
  /** What the user does, from the beginning on. */
  user: readonly number[];
  /** How loud the room gives the agent back at a frame. */
  gain?: (frame: number) => number;
  /** The room's own noise; 0 behind a microphone that lets none through. */
  noise?: number;
  /** False: nothing holds the agent, as at the beginning of a greeting. */
  mayHold?: boolean;
}

/**
 * Of the frames in which the user spoke, how many reached the conversation as zeros; and what of the others did.
 * `takenBack`: frames that had reached it before the room was known, and of these in which the user spoke.
 */
export function inRoom({ agent, user, gain = () => 0, noise = NOISE, mayHold = true }: Room) {
  const clock = manualClock();
  const found = {
    spoken: 0,
    zeroed: 0,
    zeroedEcho: 0,
    holds: 0,
    lastZeroedMs: 0,
    takenBack: 0,
    takenBackUser: 0,
  };
  let isHeld = false;
  const hold = new VoiceHold({
    clock,
    hold: () => {
      isHeld = true;
      found.holds++;
    },
    resume: () => void (isHeld = false),
  });
  const detector = new SpeechDetector();
  const played: number[] = [];
  let at = 0;
  for (const [frame, voice] of user.entries()) {
    clock.pass(FRAME_MS);
    played.push(isHeld ? 0 : (agent[at++] ?? 0));
    hold.playing(played.at(-1)!);
    const echo = (played[frame - DELAY_FRAMES] ?? 0) * gain(frame);
    detector.hears(frameOf(Math.hypot(echo, voice, noise)));
    const echoFrames = hold.frame(detector, frame, mayHold && at < agent.length);
    const isZeroed = echoFrames > 0;
    for (let back = frame - echoFrames + 1; back < frame; back++) {
      found.takenBack++;
      if (user[back]! > SPOKEN) found.takenBackUser++;
    }
    if (voice > SPOKEN) found.spoken++;
    if (!isZeroed) continue;
    if (voice <= SPOKEN) found.zeroedEcho++;
    else {
      found.zeroed++;
      found.lastZeroedMs = frame * FRAME_MS;
    }
  }
  return found;
}

function frameOf(level: number): Int16Array {
  const amplitude = Math.min(32_767, Math.round(level * 32_768));
  return Int16Array.from({ length: FRAME_SAMPLES }, (_, at) => (at % 2 === 0 ? amplitude : -amplitude));
}
