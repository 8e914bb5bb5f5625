// A page that takes turns by hand, and a model that is told of them.

import type { RecordingCaller, Scene } from "./conversation-scene.ts";
import { NO_USAGE } from "./scripted-model.ts";

/** 40 ms. */
export const FRAME_SAMPLES = 960;

export function turn(it: Scene, page: RecordingCaller, action: string, atSample?: number): void {
  it.says(page, { type: "turn", action, ...(atSample === undefined ? {} : { atSample }) });
}

/** What a model says of a turn that was committed. */
export function committed(it: Scene, itemId: string, text: string): void {
  it.model().says({ type: "user_turn", itemId, audioMs: 400 });
  it.model().says({ type: "user_transcript", itemId, text, usage: NO_USAGE });
}

/** A page with a stream, and a live session. */
export function streaming(it: Scene): RecordingCaller {
  const page = it.page();
  it.says(page, { type: "hello", pageId: "p", streamId: "s" });
  it.says(page, { type: "start" });
  it.model().ready();
  it.says(page, { type: "resending", fromSample: 0 });
  return page;
}
