// What pages send, checked and sorted: malformed input gets one error and changes nothing, hostile input costs the
// socket, everything else becomes a request to the conversation. Who may ask for what (the floor) is decided here.

import { assertNever } from "../assert.ts";
import { BYTES_PER_SAMPLE, MAX_FRAME_BYTES } from "../audio/format.ts";
import type { Log } from "../log.ts";
import { CLOSE } from "../protocol/close.ts";
import { decodeBrowserMessage } from "../protocol/codec.ts";
import { MAX_TEXT_FRAME_BYTES } from "../protocol/messages.ts";
import type { BrowserMessage, ErrorCode, PlaybackReport } from "../protocol/messages.ts";
import type { Audience } from "./audience.ts";
import { CallerGuard } from "./caller-guard.ts";
import type { Caller, Clock } from "./ports.ts";

/** What a page may ask of the conversation. */
export interface Requests {
  /** The first message for a page that has just come. */
  welcome(caller: Caller): void;
  /** The page takes the floor and wants to talk. `byVoice`: only its own detector says so. */
  start(caller: Caller, byVoice: boolean): void;
  /** A page says something of its own: a holder that lost its socket is not waited for any longer. */
  speaksUp(caller: Caller): void;
  stop(): void;
  typed(caller: Caller, text: string, sentId: string | undefined): void;
  interrupt(): void;
  playback(caller: Caller, report: PlaybackReport): void;
  approve(callId: string, approved: boolean): void;
  /** The holder's own detector hears speech, or its end; or that since sample `echoFrom` it was the agent's voice. */
  activity(active: boolean, echoFrom?: number): void;
  /** The user takes turns by hand; false where the policy in force does not let them. */
  pressed(action: "begin" | "end" | "cancel", atSample: number | undefined): boolean;
  /** False when the agent has no such policy. */
  choosePolicy(name: string): boolean;
  /** The holder sends no frames until it says otherwise. */
  muted(): void;
  /** The holder's frames go on from here; true when it had been asked to go back. */
  resending(fromSample: number): boolean;
  /** A checked frame from the holder. Hot path. */
  microphone(frame: Uint8Array): void;
  /** A page has a new socket: what played through the old one plays on, and is reported through the new one. */
  replaced(ghost: Caller, caller: Caller): void;
  /** A page's socket is gone; `lost` where it broke and was not closed, so that the page may come back. */
  left(caller: Caller, lost: boolean): void;
}

export class Reception {
  readonly #audience: Audience;
  readonly #requests: Requests;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #guards = new Map<string, CallerGuard>();

  constructor(audience: Audience, requests: Requests, clock: Clock, log: Log) {
    this.#audience = audience;
    this.#requests = requests;
    this.#clock = clock;
    this.#log = log;
  }

  /** A page is there again after hibernation: it knows everything already. */
  reattach(caller: Caller): void {
    this.#audience.add(caller);
    this.#guards.set(caller.id, new CallerGuard());
  }

  attach(caller: Caller): void {
    this.reattach(caller);
    this.#requests.welcome(caller);
  }

  detach(caller: Caller, lost = false): void {
    this.#guards.delete(caller.id);
    if (this.#audience.has(caller)) this.#requests.left(caller, lost);
  }

  /** A text frame of a page. */
  text(caller: Caller, text: string): void {
    const guard = this.#guards.get(caller.id);
    if (guard === undefined) return;
    if (isOverBytes(text, MAX_TEXT_FRAME_BYTES)) return this.#expel(caller, CLOSE.tooBig, "frame_too_large");
    if (!guard.message(this.#clock.now())) return this.#expel(caller, CLOSE.policy, "message_flood");
    const decoded = decodeBrowserMessage(text);
    if (decoded.kind === "malformed") {
      this.#complain(caller, "bad_message", "This message is not understood.");
    } else if (decoded.kind === "message") this.#message(caller, decoded.message);
  }

  /** A binary frame of a page. Hot path: no SQL, no schema, no log line. */
  frame(caller: Caller, frame: Uint8Array): void {
    const guard = this.#guards.get(caller.id);
    if (guard === undefined) return;
    if (frame.byteLength > MAX_FRAME_BYTES) return this.#expel(caller, CLOSE.tooBig, "frame_too_large");
    if (frame.byteLength === 0 || frame.byteLength % BYTES_PER_SAMPLE !== 0) {
      if (!guard.message(this.#clock.now())) return this.#expel(caller, CLOSE.policy, "frame_flood");
      return this.#complain(caller, "bad_audio", "Audio must be whole 16-bit samples.");
    }
    const verdict = guard.frame(frame.byteLength, this.#clock.now());
    if (verdict === "flood") return this.#expel(caller, CLOSE.policy, "audio_flood");
    if (!caller.started) {
      if (guard.firstEarlyFrame()) this.#complain(caller, "not_started", "Send start before audio.");
      return;
    }
    if (verdict === "rate_off") {
      this.#complain(caller, "audio_rate", "Audio must come at 24 kHz in real time.");
    }
    if (caller.holdsFloor) this.#requests.microphone(frame);
  }

  #message(caller: Caller, message: BrowserMessage): void {
    const requests = this.#requests;
    switch (message.type) {
      case "hello":
        caller.pageId = message.pageId;
        caller.streamId = message.streamId;
        caller.remember();
        for (const ghost of this.#audience.replaceGhosts(caller)) {
          this.#guards.delete(ghost.id);
          requests.replaced(ghost, caller);
        }
        return;
      case "start":
        caller.started = true;
        caller.remember();
        requests.speaksUp(caller);
        return requests.start(caller, message.byVoice === true);
      case "stop":
        requests.speaksUp(caller);
        if (caller.holdsFloor || this.#audience.holder === undefined) requests.stop();
        return;
      case "text":
        requests.speaksUp(caller);
        return requests.typed(caller, message.text, message.id);
      case "playback":
        return requests.playback(caller, message);
      case "interrupt":
        return requests.interrupt();
      case "approval":
        return requests.approve(message.callId, message.approved);
      case "settings":
        if (message.muted === true && caller.holdsFloor) requests.muted();
        // A session's voice is fixed once it has spoken.
        if (
          message.voice !== undefined ||
          (message.policy !== undefined && !(this.#maySet(caller) && requests.choosePolicy(message.policy)))
        ) {
          this.#complain(caller, "not_allowed", "This cannot be changed here.");
        }
        return;
      case "turn":
        if (!caller.holdsFloor) return this.#complain(caller, "not_started", "Send start before a turn.");
        if (!requests.pressed(message.action, message.atSample)) {
          this.#complain(caller, "not_allowed", "Turns are not taken by hand here.");
        }
        return;
      case "activity":
        if (caller.holdsFloor) requests.activity(message.active, message.echoFrom);
        return;
      case "resending":
        // What we asked for is no flood, and comes faster than it was spoken.
        if (caller.holdsFloor && requests.resending(message.fromSample)) {
          this.#guards.get(caller.id)?.askedBack();
        }
        return;
      case "ping":
        return caller.send({ type: "pong" });
      default:
        return assertNever(message);
    }
  }

  /** How turns are taken is for who talks to say. */
  #maySet(caller: Caller): boolean {
    return caller.holdsFloor || this.#audience.holder === undefined;
  }

  #complain(caller: Caller, code: ErrorCode, message: string): void {
    caller.send({ type: "error", code, message, retryable: false });
  }

  /** Hostile or broken beyond a reply: the socket closes, the conversation stays. */
  #expel(caller: Caller, close: { code: number; reason: string }, why: string): void {
    this.#log.warn("caller_expelled", { callerId: caller.id, why });
    this.#complain(caller, "too_much", "Too much at once.");
    caller.close(close.code, close.reason);
    this.detach(caller);
  }
}

const encoder = new TextEncoder();

/** A UTF-16 unit is one to three bytes of UTF-8: only what lies between is encoded to be counted. */
function isOverBytes(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  return text.length * 3 > bytes && encoder.encode(text).byteLength > bytes;
}
