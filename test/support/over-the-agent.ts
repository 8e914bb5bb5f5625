// An agent in the middle of an answer, and what is heard over it.

import { sound, talking } from "./conversation-scene.ts";
import type { RecordingCaller, Scene } from "./conversation-scene.ts";
import { PLAIN } from "./policies.ts";
import { NO_USAGE } from "./scripted-model.ts";

export const INTERRUPT_AFTER_MS = 400;
export const policies = {
  tolerant: { ...PLAIN, interruptAfterMs: INTERRUPT_AFTER_MS, backchannels: ["mm-hm", "yeah", "okay"] },
};
export const WORDS = "one two three four five six seven eight nine ten";

/** An agent in the middle of ten words in five seconds; one second has been heard. */
export function speaking(it: Scene): RecordingCaller {
  const page = talking(it);
  it.model().hears("u1", "count to ten");
  it.model().answers("a1", WORDS, 5000);
  it.model().answerDone();
  it.says(page, { type: "playback", itemId: "a1", playedMs: 1000 });
  return page;
}

/** Voice of so many ms over the agent, as turn detection reports it: its beginning late, its end later. */
export function voice(it: Scene, page: RecordingCaller, itemId: string, ms: number): void {
  const startMs = sentMs.get(it) ?? 0;
  const lateMs = Math.min(120, ms);
  sound(it, page, lateMs);
  it.model().says({ type: "speech_started", itemId, startMs });
  sound(it, page, ms - lateMs);
  sound(it, page, 480, false);
  sentMs.set(it, startMs + ms + 480);
  it.model().says({ type: "speech_stopped", itemId });
  it.model().says({ type: "user_turn", itemId, audioMs: ms });
}
const sentMs = new WeakMap<Scene, number>();

export function words(it: Scene, itemId: string, text: string): void {
  it.model().says({ type: "user_transcript", itemId, text, usage: NO_USAGE });
}

/** Speech that stops the agent at once it is long enough; the page says when it fell silent. */
export function cuts(
  it: Scene,
  page: RecordingCaller,
  itemId: string,
  ms: number,
  playedMs = 1500,
  answer = "a1",
): void {
  sound(it, page, 120);
  it.model().says({ type: "speech_started", itemId, startMs: sentMs.get(it) ?? 0 });
  sound(it, page, ms - 120);
  sentMs.set(it, (sentMs.get(it) ?? 0) + ms);
  it.says(page, { type: "playback", itemId: answer, playedMs, done: true });
  it.model().says({ type: "speech_stopped", itemId });
  it.model().says({ type: "user_turn", itemId, audioMs: ms });
}
