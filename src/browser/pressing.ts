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
  onChange(): void;
  /** Whatever the user stopped, they go on now. */
  goOn(): void;
}

/** A press that waits for the microphone: people read what the browser asks them, and may let go meanwhile. */
interface WaitingPress {
  wasLetGo: boolean;
}

export class Pressing {
  readonly #deps: PressingDeps;
  #waiting: WaitingPress | null = null;
  /** What every press waits for that comes while the microphone is being opened. */
  #opening: Promise<void> = Promise.resolve();

  constructor(deps: PressingDeps) {
    this.#deps = deps;
  }

  get isPressed(): boolean {
    return this.#waiting !== null || this.#deps.talk.isPressed;
  }

  /** Opens the microphone, for a press or without one. */
  async open(): Promise<void> {
    this.#opening = this.#deps.open();
    await this.#opening;
  }

  /** Called inside a gesture. */
  async begin(): Promise<void> {
    const { talk, voice, notices, onChange } = this.#deps;
    if (this.isPressed) return;
    voice.prepare();
    notices.passed("hint");
    if (this.#isOpen()) return this.#begin();
    const press: WaitingPress = { wasLetGo: false };
    this.#waiting = press;
    onChange();
    await (talk.state.is === "opening" ? this.#opening : this.open());
    if (this.#waiting === press) {
      this.#waiting = null;
      if (this.#isOpen()) this.#begin();
      onChange();
    } else if (press.wasLetGo && this.#isOpen() && !this.isPressed) {
      notices.hint(noticeWords.pressAgain);
    }
  }

  end(): void {
    const { talk, voice } = this.#deps;
    // A finger that comes down gives some browsers no sound, one that goes up does.
    voice.prepare();
    if (this.#waiting !== null) this.#waiting.wasLetGo = true;
    this.#waiting = null;
    talk.endPress();
  }

  cancel(): void {
    this.#waiting = null;
    this.#deps.talk.cancelPress();
  }

  #isOpen(): boolean {
    return this.#deps.talk.state.is === "on";
  }

  #begin(): void {
    const { talk, voice } = this.#deps;
    this.#deps.goOn();
    const isClean = !voice.isInTheAir;
    if (!isClean) voice.flush();
    talk.beginPress(isClean);
  }
}
