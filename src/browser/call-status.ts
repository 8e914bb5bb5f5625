// What a call is at any moment: the states it can be in, each with the data it has, and all that the page
// shows beside the transcript.

import type {
  ConversationState,
  LiveSettings,
  PageLimits,
  SleepReason,
  TurnReceipt,
  UsageTotals,
} from "../protocol/messages.ts";
import type { StoredConversation } from "./conversation-memory.ts";
import type { EchoTestState } from "./echo-test.ts";
import type { MicrophoneState } from "./talk.ts";

export type CallState =
  /** No conversation yet, or none any more. */
  | { phase: "idle" }
  | { phase: "connecting"; conversation: StoredConversation | null }
  | {
      phase: "live";
      conversation: StoredConversation;
      is: ConversationState;
      reason?: SleepReason;
      floor: boolean;
      /** It was awake, lost the model, and is on its way back by itself. */
      recovering: boolean;
    }
  | { phase: "reconnecting"; conversation: StoredConversation }
  | { phase: "ended" };

/** It has the model and hears. */
export function isAwake(state: ConversationState): boolean {
  return state === "listening" || state === "thinking" || state === "speaking";
}

/** The agent speaks, or is about to. */
export function isAnswering(state: CallState): boolean {
  return state.phase === "live" && (state.is === "speaking" || state.is === "thinking");
}

export interface Notice {
  text: string;
  /** What the button beside it tries again, or leads to. */
  retry: "microphone" | "connection" | "sound" | "echo" | null;
  /** Nothing is wrong: it tells how something is done. */
  isHint?: true;
}

/** Everything the page shows beside the transcript. */
export interface CallStatus {
  state: CallState;
  microphone: MicrophoneState;
  muted: boolean;
  /** With push-to-talk: the user talks now. */
  isPressed: boolean;
  /** The open microphone waits until the agent has spoken. */
  isDeaf: boolean;
  notice: Notice | null;
  usage: UsageTotals | null;
  settings: LiveSettings | null;
  limits: PageLimits | null;
  /** How the newest turn went. */
  turn: TurnReceipt | null;
  echoTest: EchoTestState;
  /** Microphone frames the conversation never got, or can no longer get. */
  droppedFrames: number;
}

/** What is said into the microphone now is heard by somebody. */
export function isHeard({ muted, isDeaf, settings, isPressed }: CallStatus): boolean {
  return !muted && !isDeaf && (settings?.pushToTalk !== true || isPressed);
}
