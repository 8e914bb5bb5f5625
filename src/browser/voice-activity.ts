// When a voice begins and when it ends, as the conversation is told it. It compares this with what the model hears:
// a model that stays deaf to a voice is lost without having said so.

import { FRAME_MS } from "../audio/format.ts";

/** A pause this long ends what was said. With the detector's own onset it also keeps this to 4 messages a second. */
export const PAUSE_MS = 500;
const PAUSE_FRAMES = Math.ceil(PAUSE_MS / FRAME_MS);

export class VoiceActivity {
  readonly #tell: (isActive: boolean) => void;
  #isActive = false;
  #quietFrames = 0;

  constructor(tell: (isActive: boolean) => void) {
    this.#tell = tell;
  }

  /** One more frame, with a voice in it or not. */
  frame(isSpeech: boolean): void {
    this.#quietFrames = isSpeech ? 0 : this.#quietFrames + 1;
    if (isSpeech && !this.#isActive) {
      this.#isActive = true;
      this.#tell(true);
    } else if (this.#quietFrames === PAUSE_FRAMES) {
      this.end();
    }
  }

  /** No more frames come, so that none could end it. */
  end(): void {
    if (!this.#isActive) return;
    this.#isActive = false;
    this.#tell(false);
  }

  /** Whom it was told is gone or asleep. */
  forget(): void {
    this.#isActive = false;
  }
}
