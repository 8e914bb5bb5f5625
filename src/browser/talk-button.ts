// The talk button under fingers and keys. A press opens and closes the microphone; with push-to-talk it is held, or
// tapped on and off, and the space bar does the same from anywhere but a field or another button.

import type { CallStatus } from "./call-status.ts";
import { browserClock } from "./clock.ts";
import { find, setText } from "./page-elements.ts";
import { PressGesture, type PressActions } from "./press-gesture.ts";
import { talkHelp, talkLabel } from "./words.ts";

/** Where the space bar has a meaning of its own. */
const OWN_SPACE = "input, textarea, select, button, summary, a, [contenteditable], dialog";

export interface TalkButtonActions extends PressActions {
  /** The microphone on, or off. */
  toggle(): void;
}

export class TalkButton {
  readonly #button = find("talk", HTMLButtonElement);
  readonly #label = find("talk-label", HTMLElement);
  readonly #log = find("log", HTMLElement);
  readonly #gesture: PressGesture;
  #isPush = false;
  #wasPressed = false;
  /** The finger that holds the button. */
  #pointerId: number | null = null;
  /** The finger that came down last pressed to talk: its click is no click, whatever is in force by then. */
  #wasPress = false;
  /** The transcript has the focus by keyboard, and the space bar scrolls it; a click on it meant no such thing. */
  #isScrolled = false;

  constructor(actions: TalkButtonActions) {
    this.#gesture = new PressGesture(browserClock, actions);
    this.#listenToPointers();
    this.#listenToKeys();
    this.#button.addEventListener("click", ({ detail }) => {
      // Without a pointer it is Enter, or a screen reader.
      const isPointer = detail !== 0;
      if (isPointer && this.#wasPress) return;
      if (!this.#isPush) actions.toggle();
      else if (!isPointer) this.#gesture.toggle();
    });
  }

  focus(): void {
    this.#button.focus();
  }

  /** True when there was a press to give up. */
  cancel(): boolean {
    return this.#gesture.cancel();
  }

  render(status: CallStatus): void {
    this.#isPush = status.settings?.pushToTalk === true;
    const { microphone, isPressed } = status;
    // Not whenever it is not pressed: a press that has just begun is told a moment later.
    if (this.#wasPressed && !isPressed) this.#gesture.reset();
    this.#wasPressed = isPressed;
    this.#button.dataset["microphone"] = microphone.is;
    if (this.#isPush) this.#button.dataset["push"] = isPressed ? "pressed" : "waits";
    else delete this.#button.dataset["push"];
    // Read out as the button's description. Its name tells what a press does next, so it has no pressed state as well.
    this.#button.title = this.#isPush ? talkHelp : "";
    setText(this.#label, talkLabel(status));
  }

  #listenToPointers(): void {
    const button = this.#button;
    button.addEventListener("pointerdown", ({ pointerId, button: which }) => {
      const isOther = this.#pointerId !== null && this.#pointerId !== pointerId;
      if (which !== 0 || isOther) return;
      this.#wasPress = this.#isPush;
      if (!this.#isPush) return;
      const isHeld = this.#holds(pointerId);
      this.#pointerId = isHeld ? pointerId : null;
      this.#gesture.down();
      // Nobody will say that it was let go.
      if (!isHeld) this.#gesture.up();
    });
    button.addEventListener("pointerup", ({ pointerId }) => {
      if (this.#letGo(pointerId)) this.#gesture.up();
    });
    // A system gesture, a call, a window that comes before this one.
    for (const lost of ["pointercancel", "lostpointercapture"] as const) {
      button.addEventListener(lost, ({ pointerId }) => {
        if (this.#letGo(pointerId)) this.#gesture.lost();
      });
    }
    button.addEventListener("contextmenu", (event) => {
      if (this.#isPush) event.preventDefault();
    });
  }

  /** False for a pointer that is gone already: the page was busy when the finger came down. */
  #holds(pointerId: number): boolean {
    try {
      this.#button.setPointerCapture(pointerId);
      return true;
    } catch {
      return false;
    }
  }

  #letGo(pointerId: number): boolean {
    if (pointerId !== this.#pointerId) return false;
    this.#pointerId = null;
    return true;
  }

  #listenToKeys(): void {
    let isDown = false;
    // Seen when the focus comes: afterwards any key makes it visible.
    this.#log.addEventListener("focus", () => (this.#isScrolled = this.#log.matches(":focus-visible")));
    this.#log.addEventListener("blur", () => (this.#isScrolled = false));
    this.#button.addEventListener("keydown", (event) => {
      // A held Enter presses again and again.
      if (this.#isPush && event.key === "Enter" && event.repeat) event.preventDefault();
    });
    document.addEventListener("keydown", (event) => {
      if (!this.#isPush || !isSpace(event) || !this.#isOurs(event.target)) return;
      // Neither a click on the button nor a page further down.
      event.preventDefault();
      if (event.repeat || isDown || this.#pointerId !== null) return;
      isDown = true;
      this.#gesture.down();
    });
    document.addEventListener("keyup", (event) => {
      if (event.code !== "Space" || !isDown) return;
      event.preventDefault();
      isDown = false;
      this.#gesture.up();
    });
    // Whoever has the keyboard now gets the key's end.
    addEventListener("blur", () => {
      if (!isDown) return;
      isDown = false;
      this.#gesture.lost();
    });
  }

  #isOurs(target: EventTarget | null): boolean {
    if (target === this.#log && this.#isScrolled) return false;
    return target === this.#button || !(target instanceof Element) || target.closest(OWN_SPACE) === null;
  }
}

function isSpace({ code, ctrlKey, altKey, metaKey, isComposing }: KeyboardEvent): boolean {
  return code === "Space" && !ctrlKey && !altKey && !metaKey && !isComposing;
}
