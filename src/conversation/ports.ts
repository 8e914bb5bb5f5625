// What a conversation needs of the world, as narrow as its needs: a model to talk to, callers who listen, time.
// Implementations live elsewhere (`realtime/`, `object.ts`); another provider or a telephone line is one more
// implementation of these, and no change here.

import type { Policy } from "../define.ts";
import type { Failure } from "../errors.ts";
import type { ConversationMessage, UsageTotals } from "../protocol/messages.ts";

// ---------------------------------------------------------------------------------------------- model port

/** What an upstream can do, as data: the conversation reads this and never asks which provider it is. */
export interface ModelAbilities {
  /** It forgets what was not heard when told the heard position. */
  truncates: boolean;
  /** A running answer can be stopped. */
  cancels: boolean;
  /** It answers only when asked to. */
  needsCreate: boolean;
  /** How stored items are told to a fresh session. */
  replay: "items" | "one_message";
}

/** One item as a model is told of it. Ids are ours; the implementation maps them. */
export type ModelItem =
  | { kind: "message"; id: string; role: "user" | "assistant" | "system"; text: string }
  /** A turn of the user that nobody wrote down: it is told as it was spoken, in PCM16. */
  | { kind: "speech"; id: string; pcm: Uint8Array }
  | { kind: "tool_call"; id: string; callId: string; name: string; argumentsJson: string }
  | { kind: "tool_output"; id: string; callId: string; output: string };

export interface ModelTool {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  parameters: object;
}

/** All a session has to know before it hears anything. */
export interface ModelSetup {
  instructions: string;
  voice: string;
  policy: Policy;
  tools: ModelTool[];
  maxOutputTokens: number;
  /** What the context may hold beyond instructions and tools; a model may shorten it by itself then. */
  contextTokens: number;
}

export interface AnswerRequest {
  /** Replaces the agent's instructions for this one answer. */
  instructions?: string;
  /** False: the answer calls no tool. */
  tools?: boolean;
}

/** The upstream half of a conversation: one realtime session, disposable. */
export interface Model {
  readonly abilities: ModelAbilities;
  /** Tells the stored items, once, after `configured`; `ready` follows when all are acknowledged. */
  replay(items: ModelItem[]): void;
  /** One frame of the microphone. Hot path: no allocation that can be avoided. */
  appendAudio(frame: Uint8Array): void;
  /** The turn ends here, though the model has not heard its end. */
  commitAudio(): void;
  /** Turns are taken in this way from now on. */
  configure(policy: Policy): void;
  /** What was heard of the turn so far is forgotten. */
  clearAudio(): void;
  /** Asks whether the upstream is still there; no answer ends the session as lost. */
  probe(): void;
  addItem(item: ModelItem): void;
  /** Asks for an answer; asked while one is running, it follows that one. */
  answer(request: AnswerRequest): void;
  /** Stops the running answer and forgets an answer that waits. */
  cancelAnswer(): void;
  /** The user heard `heardMs` (integer, more than 0 and less than all) of this item, which is `text` in words. */
  cutItem(id: string, heardMs: number, text: string): void;
  /** Nothing of this item was heard: the model forgets it. */
  removeItem(id: string): void;
  /** Ends the session; no event follows. */
  close(): void;
}

export type AnswerOutcome = "completed" | "cancelled" | "incomplete" | "failed";

/** Token counts and milliseconds of one report, with the money where the price is known. */
export type ModelUsage = UsageTotals;

/** What a model tells. Audio comes by `ModelListener.audio`, without an object per delta. */
export type ModelEvent =
  /** The settings are acknowledged; `replay` may be called. */
  | { type: "configured" }
  | { type: "ready"; expiresAtMs: number }
  /** `startMs` counts the audio this session was sent. */
  | { type: "speech_started"; itemId: string; startMs: number }
  /** `endMs`: the same clock, where the model tells it; the silence that ended it is included. */
  | { type: "speech_stopped"; itemId: string; endMs?: number }
  | { type: "user_turn"; itemId: string; audioMs: number }
  | { type: "user_caption"; itemId: string; delta: string }
  | { type: "user_transcript"; itemId: string; text: string; usage: ModelUsage }
  /** Nobody wrote the turn down. With its audio, where the model could give it back. */
  | { type: "user_transcript_failed"; itemId: string; code: string; pcm?: Uint8Array }
  | { type: "assistant_started"; itemId: string }
  /** The item will be text, though audio was asked for: nobody will hear it. */
  | { type: "assistant_text"; itemId: string }
  | { type: "assistant_caption"; itemId: string; delta: string }
  | { type: "assistant_audio_ended"; itemId: string }
  | { type: "assistant_done"; itemId: string; text: string }
  | {
      type: "tool_call";
      itemId: string;
      callId: string;
      name: string;
      argumentsJson: string;
      complete: boolean;
    }
  | { type: "answer_done"; outcome: AnswerOutcome; code?: string; usage?: ModelUsage }
  /** A single request of ours was refused; the session goes on. `isCommit`: there is no turn where one was to end. */
  | { type: "refused"; code: string; isCommit?: true }
  /** The session is over. Nothing follows. */
  | { type: "lost"; failure: Failure };

export interface ModelListener {
  event(event: ModelEvent): void;
  /** PCM16 of an assistant item, in order. Hot path. */
  audio(itemId: string, pcm: Uint8Array): void;
}

/** Starts to open a session and returns at once; failure arrives as `lost`. */
export type OpenModel = (setup: ModelSetup, listener: ModelListener) => Model;

// --------------------------------------------------------------------------------------------- caller port

/** One attached page (later: one telephone line). */
export interface Caller {
  /** Stable for the life of the socket. */
  readonly id: string;
  /** The page's own id, once it said `hello`. */
  pageId: string | undefined;
  /** Its microphone stream, as `hello` named it. */
  streamId: string | undefined;
  /** Whether this caller has said `start` on this socket. */
  started: boolean;
  /** Whether it holds the floor; survives hibernation with the socket. */
  holdsFloor: boolean;
  send(message: ConversationMessage): void;
  /** Binary audio. Hot path. */
  sendAudio(pcm: Uint8Array): void;
  /** Writes `pageId`, `streamId`, `started` and `holdsFloor` where they outlive memory. */
  remember(): void;
  close(code: number, reason: string): void;
}

// ----------------------------------------------------------------------------------------------- time, ids

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `ms`; returns the way to call it off. Pending timers keep an object awake. */
  after(ms: number, callback: () => void): () => void;
}

/** A fresh opaque id: at most 32 of `[A-Za-z0-9_-]`, beginning with `prefix`. */
export type NewId = (prefix: "item" | "call" | "caller") => string;
