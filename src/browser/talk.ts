// The microphone's part of a call: open or not, muted or not, taken by another page or not, and what becomes
// of each frame. Mute is this page's own truth and is told to the conversation again on every socket.

import type { BrowserMessage, ConversationState, SleepReason } from "../protocol/messages.ts";
import type { MicrophonePort, MicrophoneProblem } from "./microphone.ts";
import { OutgoingAudio } from "./outgoing-audio.ts";
import { SpeechDetector } from "./speech-detector.ts";

export type MicrophoneState =
  | { is: "off" }
  | { is: "opening" }
  /** `dozing`: the conversation sleeps, frames stay here, and a voice wakes it. */
  | { is: "on"; dozing: boolean }
  /** Another page speaks now. */
  | { is: "taken" }
  | { is: "failed"; problem: MicrophoneProblem };

export interface TalkLink {
  send(message: BrowserMessage): boolean;
  sendAudio(samples: ArrayBuffer): boolean;
  onChange(): void;
}

export class Talk {
  readonly #microphone: MicrophonePort;
  readonly #link: TalkLink;
  readonly #audio: OutgoingAudio;
  readonly #detector = new SpeechDetector();
  #state: MicrophoneState = { is: "off" };
  #muted = false;
  /** `start` has gone out on the present socket: frames may follow. */
  #started = false;
  #attached = false;

  constructor(microphone: MicrophonePort, link: TalkLink) {
    this.#microphone = microphone;
    this.#link = link;
    this.#audio = new OutgoingAudio((frame) => microphone.recycle(frame));
  }

  get state(): MicrophoneState {
    return this.#state;
  }

  get muted(): boolean {
    return this.#muted;
  }

  get droppedFrames(): number {
    return this.#audio.droppedFrames;
  }

  /** True when the microphone is open; a second press or an end meanwhile makes it false. */
  async open(): Promise<boolean> {
    const opening: MicrophoneState = { is: "opening" };
    this.#change(opening);
    const problem = await this.#microphone.open();
    if (this.#state !== opening) return false;
    this.#change(problem === null ? { is: "on", dozing: false } : { is: "failed", problem });
    if (problem === null) this.#start();
    return problem === null;
  }

  /** Lets go of the microphone. */
  close(state: MicrophoneState = { is: "off" }): void {
    this.#microphone.close();
    this.#audio.clear();
    this.#detector.reset();
    this.#change(state);
  }

  setMuted(muted: boolean): void {
    this.#muted = muted;
    this.#audio.clear();
    this.#link.send({ type: "settings", muted });
    this.#link.onChange();
  }

  /** A new socket has said its `welcome`. */
  attached(mutedThere: boolean): void {
    this.#attached = true;
    this.#started = false;
    if (mutedThere !== this.#muted) this.#link.send({ type: "settings", muted: this.#muted });
    this.#start();
  }

  detached(): void {
    this.#attached = false;
    this.#started = false;
  }

  conversationIs(state: ConversationState, reason: SleepReason | undefined): void {
    if (this.#state.is !== "on") return;
    if (state !== "asleep") {
      if (this.#state.dozing) this.#change({ is: "on", dozing: false });
      this.#start();
    } else if (reason === undefined || reason === "session_expired" || reason === "stopped") {
      // Stopped with the microphone open was stopped elsewhere, or just before this page started again.
      this.#detector.reset();
      this.#change({ is: "on", dozing: true });
    } else {
      this.close();
    }
  }

  /** Frames of this page count no more. An open microphone nobody listens to would be a lie. */
  floorLost(): void {
    this.#started = false;
    this.close({ is: "taken" });
  }

  onFrame(frame: ArrayBuffer): void {
    const { droppedFrames } = this;
    this.#route(frame);
    if (this.droppedFrames !== droppedFrames) this.#link.onChange();
  }

  #route(frame: ArrayBuffer): void {
    if (this.#state.is !== "on" || this.#muted) {
      this.#microphone.recycle(frame);
    } else if (this.#state.dozing) {
      const hasSpeech = this.#detector.hears(new Int16Array(frame));
      this.#audio.hold(frame, false);
      if (hasSpeech && this.#attached) this.#wake();
    } else if (this.#started) {
      this.#audio.send(frame, (next) => this.#link.sendAudio(next));
    } else {
      this.#audio.hold(frame, true);
    }
  }

  #wake(): void {
    this.#started = false;
    this.#change({ is: "on", dozing: false });
    this.#start();
  }

  /** Takes the floor and wakes the conversation, once per socket. */
  #start(): void {
    if (this.#state.is !== "on" || this.#state.dozing || this.#started || !this.#attached) return;
    this.#started = this.#link.send({ type: "start" });
  }

  #change(state: MicrophoneState): void {
    this.#state = state;
    this.#link.onChange();
  }
}
