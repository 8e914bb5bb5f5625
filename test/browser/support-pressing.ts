// A call that takes turns by hand, and what went out of it.

import { FRAME_MS } from "../../src/audio/format.ts";
import { PRESS_PRE_ROLL_MS, PRESS_TAIL_MS } from "../../src/browser/push-to-talk.ts";
import { startTalking, WELCOME, type CallFixture } from "./support-call.ts";

export const VOICE = { voice: true };
export const PRE_ROLL = PRESS_PRE_ROLL_MS / FRAME_MS;
export const TAIL = PRESS_TAIL_MS / FRAME_MS;
export const SETTINGS = {
  ...WELCOME.settings,
  policy: "ptt",
  policies: ["normal", "ptt"],
  pushToTalk: true,
};

/** A microphone that is open and a conversation that listens to presses only. */
export async function startPushing(): Promise<CallFixture> {
  const fixture = await startTalking();
  fixture.receive({ type: "settings", settings: SETTINGS });
  fixture.ear.heard.length = 0;
  fixture.outgoing.length = 0;
  return fixture;
}

/** What went out, frames in a row as one. */
export function spoken({ outgoing }: CallFixture): string[] {
  const all: string[] = [];
  let frames = 0;
  for (const what of [...outgoing, ""]) {
    if (what === "frame") frames++;
    else {
      if (frames > 0) all.push(`${frames} frames`);
      frames = 0;
      if (what !== "") all.push(what);
    }
  }
  return all;
}

/** Whether the conversation has these frames of the microphone, in order, and nothing else after `from`. */
export function hasHeard({ ear, world }: CallFixture, first: number, end: number, from = 0): boolean {
  const wanted = world.captured.slice(first, end).flatMap((frame) => [...frame]);
  const heard = ear.heard.slice(from);
  return heard.length === wanted.length && heard.every((sample, at) => sample === wanted[at]);
}
