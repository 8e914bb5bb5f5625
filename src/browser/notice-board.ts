// The one notice beside the controls. A newer one replaces an older; a trouble that passes by itself takes its own
// notice down again, and no other.

import type { Notice } from "./call-status.ts";
import { noticeWords } from "./words.ts";

/**
 * `model`: it cannot be reached. `sound`: the browser holds it back. `silence`: the system mutes the microphone. `hint`:
 * no trouble at all, and out of date with the next press.
 */
export type PassingTrouble = "model" | "sound" | "silence" | "hint";

export class NoticeBoard {
  readonly #onChange: () => void;
  #notice: Notice | null = null;
  #trouble: PassingTrouble | null = null;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get notice(): Notice | null {
    return this.#notice;
  }

  say(text: string, retry: Notice["retry"] = null, trouble: PassingTrouble | null = null): void {
    this.#set({ text, retry }, trouble);
  }

  /** How something is done, where nothing went wrong. */
  hint(text: string): void {
    this.#set({ text, retry: null, isHint: true }, "hint");
  }

  clear(): void {
    this.#set(null, null);
  }

  passed(trouble: PassingTrouble): void {
    if (this.#trouble === trouble) this.clear();
  }

  // ------------------------------------------------------------------------------------ what the devices do

  speakerFailed(): void {
    this.say(noticeWords.noSound, "sound");
  }

  /** A phone call, a closed lid, or a browser that waits for a tap. */
  soundPaused(isPaused: boolean): void {
    if (isPaused) this.say(noticeWords.soundPaused, "sound", "sound");
    else this.passed("sound");
  }

  /** The system, not this page, lets nothing of the microphone through; or does so again. */
  microphoneSilent(isSilent: boolean): void {
    if (isSilent) this.say(noticeWords.silenced, null, "silence");
    else this.passed("silence");
  }

  #set(notice: Notice | null, trouble: PassingTrouble | null): void {
    this.#notice = notice;
    this.#trouble = trouble;
    this.#onChange();
  }
}
