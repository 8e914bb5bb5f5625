// The controls and the status on the page: shows what `call.ts` says and hands on what the user does. The
// transcript has its own view.

import type { CallStatus } from "./call-status.ts";
import { DetailsView, type DetailsActions } from "./details-view.ts";
import { find, setText } from "./page-elements.ts";
import { TalkButton } from "./talk-button.ts";
import type { PressActions } from "./press-gesture.ts";
import { announcedWords, retryLabel, stateWords, usageWords } from "./words.ts";
import type { PlaybackCounters } from "./worklets/port-messages.ts";

export interface ViewActions extends DetailsActions {
  onTalk(): void;
  /** The talk button with push-to-talk. */
  press: PressActions;
  onMute(): void;
  onInterrupt(): void;
  /** False when the text was not taken and stays in the field. */
  onText(text: string): boolean;
  onStartOver(): void;
  onRetry(): void;
  onDismiss(): void;
}

export class View {
  readonly #actions: ViewActions;
  readonly #state = find("state", HTMLElement);
  readonly #announcement = find("announcement", HTMLElement);
  readonly #talk: TalkButton;
  readonly #details: DetailsView;
  readonly #mute = find("mute", HTMLButtonElement);
  readonly #release = find("release", HTMLButtonElement);
  readonly #interrupt = find("interrupt", HTMLButtonElement);
  readonly #field = find("text", HTMLTextAreaElement);
  readonly #send = find("send", HTMLButtonElement);
  readonly #startOver = find("new", HTMLButtonElement);
  readonly #confirm = find("confirm", HTMLDialogElement);
  readonly #notice = find("notice", HTMLElement);
  readonly #noticeText = find("notice-text", HTMLElement);
  readonly #retry = find("retry", HTMLButtonElement);
  readonly #usage = find("usage", HTMLElement);

  constructor(actions: ViewActions) {
    this.#actions = actions;
    this.#talk = new TalkButton({ ...actions.press, toggle: () => actions.onTalk() });
    this.#details = new DetailsView(actions);
    this.#release.addEventListener("click", () => {
      actions.onTalk();
      this.#talk.focus();
    });
    this.#mute.addEventListener("click", () => actions.onMute());
    this.#interrupt.addEventListener("click", () => actions.onInterrupt());
    this.#retry.addEventListener("click", () => {
      const leadsToTest = this.#retry.dataset["retry"] === "echo";
      if (leadsToTest) this.#details.open();
      actions.onRetry();
      this.#focus();
    });
    find("dismiss", HTMLButtonElement).addEventListener("click", () => {
      actions.onDismiss();
      this.#focus();
    });
    this.#listenToTyping();
    this.#listenToStartOver();
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing || this.#confirm.open) return;
      if (!this.#talk.cancel()) actions.onInterrupt();
    });
  }

  render(status: CallStatus): void {
    const { state, microphone, muted } = status;
    const live = state.phase === "live" ? state : null;
    setText(this.#state, stateWords(status));
    setText(this.#announcement, announcedWords(status));
    Object.assign(this.#state.dataset, {
      phase: state.phase,
      state: live?.is ?? "",
      reason: live?.reason ?? "",
      floor: String(live?.floor ?? false),
      microphone: microphone.is,
      deaf: String(status.isDeaf),
    });
    document.body.dataset["mood"] = live?.is ?? state.phase;
    this.#talk.render(status);
    // Between presses nothing is heard: there is nothing to mute, but a microphone to turn off.
    const isPush = status.settings?.pushToTalk === true;
    this.#release.hidden = !isPush;
    this.#release.disabled = microphone.is !== "on";
    this.#mute.hidden = isPush;
    this.#mute.disabled = microphone.is !== "on";
    this.#mute.ariaPressed = String(muted);
    this.#interrupt.disabled = live?.is !== "speaking" && live?.is !== "thinking";
    this.#startOver.disabled = state.phase === "idle";
    this.#field.maxLength = status.limits?.maxTextChars ?? this.#field.maxLength;
    this.#renderNotice(status);
    setText(this.#usage, status.usage === null ? "" : usageWords(status.usage));
    this.#details.render(status);
  }

  renderCounters(counters: PlaybackCounters): void {
    this.#details.renderCounters(counters);
  }

  /** A text that did not get through, unless the user has begun another. */
  returnText(text: string): void {
    if (this.#field.value === "") this.#field.value = text;
    this.#fieldChanged();
  }

  #listenToTyping(): void {
    const submit = (): void => {
      if (!this.#actions.onText(this.#field.value)) return;
      this.#field.value = "";
      this.#fieldChanged();
    };
    find("typing", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
    });
    this.#field.addEventListener("input", () => this.#fieldChanged());
    this.#field.addEventListener("keydown", (event) => {
      // The Enter that ends a composition (Japanese, Chinese, ...) chooses a word and sends nothing.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      submit();
    });
    for (const chip of document.querySelectorAll<HTMLButtonElement>("button.chip")) {
      chip.addEventListener("click", () => {
        if (this.#actions.onText(chip.textContent ?? "")) this.#focus();
      });
    }
    this.#fieldChanged();
  }

  #listenToStartOver(): void {
    this.#startOver.addEventListener("click", () => this.#confirm.showModal());
    find("confirm-no", HTMLButtonElement).addEventListener("click", () => this.#confirm.close());
    find("confirm-yes", HTMLButtonElement).addEventListener("click", () => {
      this.#confirm.close();
      this.#actions.onStartOver();
      this.#focus();
    });
  }

  /** What had the focus is gone. Where a finger points, the field would bring up a keyboard nobody asked for. */
  #focus(): void {
    (matchMedia("(pointer: coarse)").matches ? this.#talk : this.#field).focus();
  }

  #fieldChanged(): void {
    this.#send.disabled = this.#field.value.trim() === "";
  }

  #renderNotice({ notice }: CallStatus): void {
    this.#notice.hidden = notice === null;
    setText(this.#noticeText, notice?.text ?? "");
    this.#notice.dataset["hint"] = String(notice?.isHint === true);
    this.#retry.hidden = notice === null || notice.retry === null;
    this.#retry.dataset["retry"] = notice?.retry ?? "";
    setText(this.#retry, retryLabel(notice?.retry ?? null));
  }
}
