// The user asks whether the agent hears itself here: plays the phrase the way the agent's voice goes, listens to the
// microphone meanwhile, and judges. The conversation is told nothing of it, and hears silence.

import { FRAME_MS, FRAME_SAMPLES, SAMPLES_PER_MS } from "../audio/format.ts";
import type { Clock } from "./clock.ts";
import { judgeEcho, loudnessOf, MAX_ECHO_DELAY_MS, type EchoVerdict } from "./echo-judgement.ts";
import { echoPhrase, PHRASE_MS } from "./echo-phrase.ts";
import type { MicrophonePort } from "./microphone.ts";
import type { PlayedReport, SpeakerPort } from "./speaker.ts";

/** No item of a conversation has such a name. */
export const ECHO_TEST_ITEM = "echo-test";
/** What is listened to: the phrase, and the longest way it may take to come back. */
export const LISTEN_FRAMES = Math.ceil((PHRASE_MS + MAX_ECHO_DELAY_MS) / FRAME_MS);
/** A speaker or a microphone that stands still ends the test: twice as long as it takes. */
export const ECHO_TEST_TIMEOUT_MS = 2 * LISTEN_FRAMES * FRAME_MS;

export type EchoTestState =
  | { is: "off" }
  | { is: "running" }
  | { is: "done"; verdict: EchoVerdict }
  /** No microphone, no sound, or somebody needed them for the talk. */
  | { is: "failed" };

export interface EchoTestDeps {
  microphone: MicrophonePort;
  speaker: SpeakerPort;
  clock: Clock;
  onChange(): void;
}

export class EchoTest {
  readonly #deps: EchoTestDeps;
  #state: EchoTestState = { is: "off" };
  #heard = new Int16Array(0);
  #heardFrames = 0;
  #hasPlayed = false;
  /** The microphone was opened for this alone. */
  #isMicrophoneOurs = false;
  #cancelTimeout: (() => void) | null = null;

  constructor(deps: EchoTestDeps) {
    this.#deps = deps;
  }

  get state(): EchoTestState {
    return this.#state;
  }

  get isRunning(): boolean {
    return this.#state.is === "running";
  }

  /** Inside a gesture. `isOpen`: the talk has the microphone open already, and keeps it. */
  async run(isOpen: boolean): Promise<void> {
    if (this.isRunning) return;
    const running: EchoTestState = { is: "running" };
    const { microphone, speaker, clock } = this.#deps;
    this.#heard = new Int16Array(LISTEN_FRAMES * FRAME_SAMPLES);
    this.#heardFrames = 0;
    this.#hasPlayed = false;
    this.#become(running);
    speaker.prepare();
    if (!isOpen) {
      this.#isMicrophoneOurs = true;
      const problem = await microphone.open();
      if (this.#state !== running) return;
      if (problem !== null) return this.#end({ is: "failed" });
    }
    this.#cancelTimeout = clock.after(ECHO_TEST_TIMEOUT_MS, () => this.#end({ is: "failed" }));
    speaker.begin(ECHO_TEST_ITEM, 0);
    const phrase = echoPhrase();
    for (let at = 0; at < phrase.length; at += FRAME_SAMPLES) {
      speaker.push(phrase.slice(at, at + FRAME_SAMPLES).buffer);
    }
    speaker.end(ECHO_TEST_ITEM, phrase.length / SAMPLES_PER_MS);
    this.#heardFrames = 0;
  }

  /** One more frame of the microphone. */
  frame(samples: Int16Array): void {
    if (!this.isRunning || this.#heardFrames === LISTEN_FRAMES) return;
    this.#heard.set(samples, this.#heardFrames * FRAME_SAMPLES);
    this.#heardFrames++;
    this.#judge();
  }

  /** True when the report is of the phrase: the conversation knows nothing of it. */
  played({ itemId, done }: PlayedReport): boolean {
    if (itemId !== ECHO_TEST_ITEM) return false;
    if (done && this.isRunning) {
      this.#hasPlayed = true;
      this.#judge();
    }
    return true;
  }

  /** The talk needs the microphone or the speaker now. The talk is about to open or close the microphone itself. */
  abort(): void {
    if (!this.isRunning) return;
    this.#deps.speaker.flush();
    this.#end({ is: "failed" });
  }

  #judge(): void {
    if (!this.#hasPlayed || this.#heardFrames < LISTEN_FRAMES) return;
    const verdict = judgeEcho(loudnessOf(echoPhrase()), loudnessOf(this.#heard));
    this.#end({ is: "done", verdict });
  }

  #end(state: EchoTestState): void {
    this.#cancelTimeout?.();
    this.#cancelTimeout = null;
    if (this.#isMicrophoneOurs) this.#deps.microphone.close();
    this.#isMicrophoneOurs = false;
    this.#heard = new Int16Array(0);
    this.#become(state);
  }

  #become(state: EchoTestState): void {
    this.#state = state;
    this.#deps.onChange();
  }
}
