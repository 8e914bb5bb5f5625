// The talk button with push-to-talk, as the call sees it: a press may come before there is a microphone, and while the
// agent speaks. What becomes of the audio is the talk's business (`push-to-talk.ts`).

import type { AgentVoice } from "./agent-voice.ts";
import type { NoticeBoard } from "./notice-board.ts";
import type { Talk } from "./talk.ts";
import { noticeWords } from "./words.ts";

export interface PressingDeps {
  talk: Talk;
  voice: AgentVoice;
  notices: NoticeBoard;
  /** Opens the microphone, in a conversation. */
  open(): Promise<void>;
  /** Whatever the user stopped, they go on now. */
  goOn(): void;
}

export class Pressing {
  readonly #deps: PressingDeps;
  /** Pressed, and the microphone is not open yet. */
  #isWaiting = false;

  constructor(deps: PressingDeps) {
    this.#deps = deps;
  }

  get isPressed(): boolean {
    return this.#isWaiting || this.#deps.talk.isPressed;
  }

  /** Called inside a gesture. */
  async begin(): Promise<void> {
    const { talk, voice, notices } = this.#deps;
    if (this.isPressed) return;
    voice.prepare();
    this.#isWaiting = talk.state.is !== "on";
    notices.passed("hint");
    if (!this.#isWaiting) return this.#begin();
    if (talk.state.is !== "opening") await this.#deps.open();
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    if (talk.state.is === "on") this.#begin();
    else talk.endPress();
  }

  end(): void {
    const { talk, voice, notices } = this.#deps;
    // A finger that comes down gives some browsers no sound, one that goes up does.
    voice.prepare();
    if (this.#isWaiting) notices.hint(noticeWords.pressAgain);
    this.#isWaiting = false;
    talk.endPress();
  }

  cancel(): void {
    this.#isWaiting = false;
    this.#deps.talk.cancelPress();
  }

  #begin(): void {
    const { talk, voice } = this.#deps;
    this.#deps.goOn();
    const isClean = !voice.isInTheAir;
    if (!isClean) voice.flush();
    talk.beginPress(isClean);
  }
}
