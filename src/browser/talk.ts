// The microphone's part of a call: open or not, muted or not, taken by another page or not, and what becomes
// of each frame. Mute is this page's own truth and is told to the conversation again on every socket.

import { FRAME_MS } from "../audio/format.ts";
import type { ConversationState, SleepReason } from "../protocol/messages.ts";
import { isAwake } from "./call-status.ts";
import type { Clock } from "./clock.ts";
import type { MicrophonePort, MicrophoneProblem } from "./microphone.ts";
import { OutgoingAudio, type Uplink } from "./outgoing-audio.ts";
import { PushToTalk } from "./push-to-talk.ts";
import type { HeardFrame } from "./voice-hold.ts";
import { ONSET_FRAMES, SpeechDetector } from "./speech-detector.ts";
import { VoiceActivity } from "./voice-activity.ts";

/** What is sent of the time before a voice was heard: a word may begin far more softly than it goes on. */
export const PRE_ROLL_MS = 600;
/** A page whose own lost socket still held the floor is told so in a round trip; after this another page has it. */
export const FLOOR_WAIT_MS = 2_000;
const PRE_ROLL_FRAMES = PRE_ROLL_MS / FRAME_MS;

export type MicrophoneState =
  | { is: "off" }
  | { is: "opening" }
  /** `dozing`: the conversation sleeps, frames stay here, and a voice wakes it. */
  | { is: "on"; dozing: boolean }
  /** Another page speaks now. */
  | { is: "taken" }
  | { is: "failed"; problem: MicrophoneProblem };

export interface TalkDeps {
  microphone: MicrophonePort;
  uplink: Uplink;
  clock: Clock;
  /** The name under which the conversation counts this microphone's samples. */
  streamId: string;
  onChange(): void;
  /**
   * Frame `number` of the stream, which the conversation listens to. Of so many of the last, this one included, silence
   * takes the place.
   */
  onHeard(frame: HeardFrame, number: number): number;
  /** Whether what the microphone hears now must not be heard: silence takes its place. */
  isDeaf(): boolean;
  /** While this page was away another one took the floor. */
  onFloorGone(): void;
}

/** What a `welcome` says of the floor. */
export interface FloorSeen {
  floor: boolean;
  floorTaken: boolean;
}

export class Talk {
  readonly #deps: TalkDeps;
  readonly #audio: OutgoingAudio;
  readonly #detector = new SpeechDetector();
  readonly #activity: VoiceActivity;
  readonly #push: PushToTalk;
  #state: MicrophoneState = { is: "off" };
  #muted = false;
  /** Silence is sent in place of what the microphone hears. */
  #isDeaf = false;
  /** `start` has gone out on the present socket, to a conversation that has not slept since: frames may follow. */
  #started = false;
  #attached = false;
  #conversation: ConversationState = "asleep";
  /** The end of what woke the conversation by itself, until somebody turns out to have spoken. */
  #wakingFrame: number | null = null;
  #hasFloor = false;
  /** The user asked for the floor and has not got it yet: whoever has it now is no obstacle. */
  #isClaimed = false;
  /** Set while it is not known whether another page took the floor: until then nothing is started unasked. */
  #cancelFloorWait: (() => void) | null = null;

  constructor(deps: TalkDeps) {
    this.#deps = deps;
    this.#audio = new OutgoingAudio(deps.uplink, deps.clock);
    this.#push = new PushToTalk(this.#audio, deps.clock, () => deps.onChange());
    this.#activity = new VoiceActivity((active) => void deps.uplink.send({ type: "activity", active }));
  }

  get state(): MicrophoneState {
    return this.#state;
  }

  get muted(): boolean {
    return this.#muted;
  }

  /** The microphone is open and waits until the agent has spoken. */
  get isDeaf(): boolean {
    return this.#isDeaf && this.#state.is === "on";
  }

  /** The user holds the button, or has tapped it and not yet again. */
  get isPressed(): boolean {
    return this.#push.isPressed;
  }

  get droppedFrames(): number {
    return this.#audio.droppedFrames;
  }

  // ---------------------------------------------------------------------------------------------- the user

  /** True when the microphone is open; a second press or an end meanwhile makes it false. */
  async open(): Promise<boolean> {
    const opening: MicrophoneState = { is: "opening" };
    this.#isClaimed = true;
    this.#change(opening);
    const problem = await this.#deps.microphone.open();
    if (this.#state !== opening) return false;
    this.#change(problem === null ? { is: "on", dozing: false } : { is: "failed", problem });
    if (problem === null) this.#start();
    return problem === null;
  }

  /** Lets go of the microphone, and of all that it heard. */
  close(state: MicrophoneState = { is: "off" }): void {
    this.#deps.microphone.close();
    this.#push.forget();
    this.#audio.forget();
    this.#detector.reset();
    this.#activity.forget();
    this.#started = false;
    this.#isClaimed = false;
    this.#floorIsKnown();
    this.#wakingFrame = null;
    this.#change(state);
  }

  /** What was said before stays kept and on its way; what is said while muted is not captured at all. */
  setMuted(muted: boolean): void {
    this.#muted = muted;
    this.#detector.pause();
    this.#activity.end();
    this.#deps.uplink.send({ type: "settings", muted });
    this.#deps.onChange();
  }

  // ------------------------------------------------------------------------------------------ push-to-talk

  /** Whether a button says when the user speaks. */
  setPushToTalk(isOn: boolean): void {
    if (!this.#push.set(isOn)) return;
    this.#detector.pause();
    this.#activity.end();
  }

  /** With the microphone open. `isClean`: nothing of the agent is in the air. */
  beginPress(isClean: boolean): void {
    if (this.#state.is !== "on" || !this.#push.isOn) return;
    // Who presses to talk wants to be heard, and takes the floor like one who presses Talk.
    if (this.#muted) this.setMuted(false);
    this.#isClaimed = true;
    this.#floorIsKnown();
    this.#push.begin(isClean);
    this.#stopDozing();
    // What starts says itself that a press lasts.
    if (!this.#started) this.#start();
    else if (!this.#audio.isFlowing) this.#audio.presses.announce();
    this.#deps.onChange();
  }

  endPress(): void {
    this.#push.end();
    this.#deps.onChange();
  }

  cancelPress(): void {
    this.#push.cancel();
    this.#deps.onChange();
  }

  // -------------------------------------------------------------------------------------- the conversation

  /** A new socket has said its `welcome`. */
  attached(mutedThere: boolean, state: ConversationState, { floor, floorTaken }: FloorSeen): void {
    this.#attached = true;
    this.#started = false;
    this.#conversation = state;
    this.#hasFloor = floor;
    if (floor || !floorTaken || state === "asleep") this.#forgetTaken();
    // It may be this page's own lost socket that still holds it: `hello` settles that.
    if (this.#state.is === "on" && floorTaken && !floor && !this.#isClaimed) this.#awaitFloor();
    if (mutedThere !== this.#muted) this.#deps.uplink.send({ type: "settings", muted: this.#muted });
    if (state !== "asleep") this.#stopDozing();
    this.#start();
  }

  detached(): void {
    this.#attached = false;
    this.#hasFloor = false;
    this.#floorIsKnown();
    this.#started = false;
    this.#audio.hold();
    this.#audio.presses.mayBeForgotten();
    this.#activity.forget();
    // What comes of it may happen while nobody tells this page.
    this.#wakingFrame = null;
  }

  conversationIs(state: ConversationState, reason: SleepReason | undefined): void {
    const wasAsleep = this.#conversation === "asleep";
    this.#conversation = state;
    if (state === "asleep") this.#forgetTaken();
    if (this.#state.is !== "on") return;
    if (state !== "asleep") {
      this.#stopDozing();
      this.#start();
      this.#expectResend();
    } else if (reason === undefined || reason === "session_expired" || reason === "stopped") {
      // Stopped with the microphone open was stopped elsewhere, or just before this page started again.
      this.#fallAsleep(reason, wasAsleep);
    } else {
      this.close();
    }
  }

  /** What lies before this sample of the stream will never be asked for again. */
  safe(streamId: string, untilSample: number): void {
    if (streamId === this.#deps.streamId) this.#audio.safe(untilSample);
  }

  /** The conversation wants the stream from this sample on. */
  resend(fromSample: number): void {
    if (!this.#attached) return;
    if (this.#state.is !== "on") this.#audio.resendNothing();
    // Where it sleeps, what it wanted is decided anew by the next `start`.
    else if (this.#started) this.#audio.resendFrom(fromSample);
  }

  /** The user said or typed something: whatever woke the conversation, it was right. */
  userTurn(): void {
    this.#wakingFrame = null;
  }

  /** This page has the floor now. */
  floorHeld(): void {
    this.#hasFloor = true;
    this.#isClaimed = false;
    this.#floorIsKnown();
    this.#forgetTaken();
    this.#start();
  }

  /** Frames of this page count no more. An open microphone nobody listens to would be a lie. */
  floorLost(): void {
    this.#hasFloor = false;
    this.close({ is: "taken" });
  }

  /** The user goes on by typing: who has the microphone is no news any more. */
  typed(): void {
    this.#forgetTaken();
  }

  // ------------------------------------------------------------------------------------------- the microphone

  onFrame(frame: ArrayBuffer): void {
    if (this.#state.is === "on" && !this.#muted) {
      const { droppedFrames } = this;
      this.#hear(new Int16Array(frame), this.#state.dozing);
      if (this.droppedFrames !== droppedFrames) this.#deps.onChange();
    }
    this.#deps.microphone.recycle(frame);
  }

  #hear(samples: Int16Array, dozing: boolean): void {
    const isDeaf = this.#deps.isDeaf();
    if (isDeaf !== this.#isDeaf) this.#becomeDeaf(isDeaf);
    if (this.#push.isOn) {
      if (isDeaf) this.#push.forgetPreRoll();
      else this.#push.frame(samples);
      return;
    }
    // Zeros, and not a hole: the stream and the model's clock of it go on, and a word that was begun comes to its end.
    if (isDeaf) samples.fill(0);
    const isSpeech = !isDeaf && this.#detector.hears(samples);
    const isHeard = this.#started && !dozing && !isDeaf;
    const echoFrames = isHeard ? this.#deps.onHeard(this.#detector, this.#audio.kept.end) : 0;
    const isEcho = echoFrames > 0;
    if (isEcho) samples.fill(0);
    this.#audio.capture(samples, isDeaf || isEcho ? 0 : this.#detector.loudness);
    if (echoFrames > 1) {
      this.#activity.forget();
      this.#audio.wereEcho(echoFrames);
    }
    if (!dozing) {
      if (this.#started) this.#activity.frame(isSpeech && !isEcho);
    } else if (isSpeech) {
      this.#wake();
    } else {
      this.#writeOffSilence();
    }
  }

  #becomeDeaf(isDeaf: boolean): void {
    this.#isDeaf = isDeaf;
    this.#detector.pause();
    this.#deps.onChange();
  }

  // --------------------------------------------------------------------------------------- asleep and awake

  #fallAsleep(reason: SleepReason | undefined, wasAsleep: boolean): void {
    const { kept } = this.#audio;
    this.#started = false;
    this.#audio.rest();
    this.#activity.forget();
    if (this.#push.isOn) return this.#fallAsleepUnpressed(reason);
    if (this.#wakingFrame !== null && !wasAsleep && reason === undefined) {
      this.#detector.wasFooled();
      kept.writeOff(this.#wakingFrame);
    }
    this.#wakingFrame = null;
    // A word may have begun while the conversation was falling asleep. After `stop` it is not wanted.
    const speech = reason === "stopped" ? null : kept.firstLoud(ONSET_FRAMES, this.#detector.threshold);
    if (speech === null) {
      this.#writeOffSilence();
      this.#change({ is: "on", dozing: true });
    } else {
      kept.writeOff(speech - PRE_ROLL_FRAMES);
      this.#wake();
    }
  }

  /** Over a press the conversation has not heard to its end it is woken at once. */
  #fallAsleepUnpressed(reason: SleepReason | undefined): void {
    this.#wakingFrame = null;
    if (reason !== "stopped" && this.#audio.presses.isOwed) {
      return this.#start();
    }
    this.#push.forget();
    this.#audio.kept.writeOff(this.#audio.kept.end);
    this.#change({ is: "on", dozing: true });
  }

  #wake(): void {
    this.#wakingFrame = this.#audio.kept.end;
    this.#change({ is: "on", dozing: false });
    this.#start();
  }

  /** Something else woke the conversation. */
  #stopDozing(): void {
    if (this.#state.is === "on" && this.#state.dozing) this.#change({ is: "on", dozing: false });
  }

  /** Nobody speaks: only the latest is worth sending, for it may turn out to lead up to a word. */
  #writeOffSilence(): void {
    this.#audio.kept.writeOff(this.#audio.kept.end - ONSET_FRAMES - PRE_ROLL_FRAMES);
  }

  /** Takes the floor and wakes the conversation, once per socket and sleep. */
  #start(): void {
    if (this.#state.is !== "on" || this.#state.dozing || this.#started || !this.#attached) return;
    if (this.#cancelFloorWait !== null) return;
    this.#audio.hold();
    const why = this.#wakingFrame === null ? {} : { byVoice: true as const };
    this.#started = this.#deps.uplink.send({ type: "start", ...why });
    if (this.#hasFloor) this.#isClaimed = false;
    this.#audio.presses.announce();
    this.#expectResend();
  }

  #expectResend(): void {
    if (this.#started && isAwake(this.#conversation)) this.#audio.expectResend();
  }

  // ---------------------------------------------------------------------------------------------- the floor

  #awaitFloor(): void {
    this.#floorIsKnown();
    this.#cancelFloorWait = this.#deps.clock.after(FLOOR_WAIT_MS, () => {
      this.#cancelFloorWait = null;
      // Where nobody is heard nobody took anything that is worth a word.
      if (this.#conversation === "asleep") this.close();
      else this.#deps.onFloorGone();
    });
  }

  #floorIsKnown(): void {
    this.#cancelFloorWait?.();
    this.#cancelFloorWait = null;
  }

  #forgetTaken(): void {
    if (this.#state.is === "taken") this.#change({ is: "off" });
  }

  #change(state: MicrophoneState): void {
    this.#state = state;
    this.#deps.onChange();
  }
}
