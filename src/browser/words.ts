// What the page says in plain words: states, reasons, problems, amounts. No sentence for people is written
// anywhere else in the page's code.

import type { ItemTool, SleepReason, UsageTotals } from "../protocol/messages.ts";
import { assertNever } from "../assert.ts";
import type { CallState, CallStatus } from "./call-status.ts";
import type { MicrophoneProblem } from "./microphone.ts";
import type { MicrophoneState } from "./talk.ts";

export function stateWords({ state, microphone, muted }: CallStatus): string {
  switch (state.phase) {
    case "idle":
      return microphone.is === "opening" ? "Asking for the microphone…" : "Ready when you are.";
    case "connecting":
      return "Connecting…";
    case "reconnecting":
      return "The connection was lost. Trying again…";
    case "ended":
      return "This conversation has ended. Talk or type to begin a new one.";
    case "live":
      return liveWords(state, microphone, muted);
    default:
      return assertNever(state);
  }
}

function liveWords(
  state: CallState & { phase: "live" },
  microphone: MicrophoneState,
  muted: boolean,
): string {
  if (microphone.is === "taken") return "Another page has the microphone.";
  if (microphone.is === "opening") return "Asking for the microphone…";
  const isOn = microphone.is === "on";
  switch (state.is) {
    case "asleep":
      return isOn ? dozingWords(muted) : asleepWords(state.reason);
    case "connecting":
      return state.recovering ? "Reconnecting…" : "Waking up…";
    case "listening":
      if (!isOn) return "Waiting for you.";
      return muted ? "You are muted." : "Listening…";
    case "thinking":
      return "Thinking…";
    case "speaking":
      return "Speaking…";
    case "ended":
      return "This conversation has ended.";
    default:
      return assertNever(state.is);
  }
}

function dozingWords(muted: boolean): string {
  return muted ? "Asleep, and you are muted." : "Asleep. Just speak, and it wakes.";
}

function asleepWords(reason: SleepReason | undefined): string {
  switch (reason) {
    case undefined:
    case "nobody_here":
    case "session_expired":
      return "Asleep. Talk or type to go on.";
    case "stopped":
      return "Stopped. Talk or type to go on.";
    case "unavailable":
      return "The model cannot be reached right now. Try again in a moment.";
    case "refused":
      return "The model does not accept this deployment. Its owner has to look at the settings.";
    case "over_budget":
      return "The budget for talking is used up.";
    default:
      return "Asleep.";
  }
}

export function talkLabel({ is }: MicrophoneState): string {
  switch (is) {
    case "on":
      return "Stop";
    case "opening":
      return "Cancel";
    case "taken":
      return "Take it back";
    case "off":
    case "failed":
      return "Talk";
    default:
      return assertNever(is);
  }
}

export function microphoneWords(problem: MicrophoneProblem): string {
  switch (problem) {
    case "refused":
      return "This page may not use the microphone. Allow it in the browser's address bar, or go on by typing.";
    case "missing":
      return "No microphone was found. Plug one in, or go on by typing.";
    case "busy":
      return "Another program is using the microphone. Close it, or go on by typing.";
    case "unsupported":
      return "This browser lends no microphone to this page. You can go on by typing.";
    case "unplugged":
      return "The microphone was unplugged. Plug it in again, or go on by typing.";
    case "failed":
      return "The microphone could not be started. Try again, or go on by typing.";
    default:
      return assertNever(problem);
  }
}

export function toolWords({ status }: ItemTool): string {
  switch (status) {
    case "running":
      return "working…";
    case "waiting_approval":
      return "asks for your approval";
    case "done":
      return "done";
    case "failed":
      return "failed";
    default:
      return "";
  }
}

/** `current_time` is a name for code; people read "current time". */
export function toolName(name: string): string {
  return name.replaceAll("_", " ");
}

export function usageWords(usage: UsageTotals): string {
  const tokens =
    usage.inputTextTokens + usage.inputAudioTokens + usage.outputTextTokens + usage.outputAudioTokens;
  const parts = [
    `heard ${seconds(usage.audioInMs)}`,
    `spoke ${seconds(usage.audioOutMs)}`,
    `${tokens.toLocaleString("en")} tokens`,
  ];
  if (usage.costMicroUsd !== undefined) parts.push(`$${(usage.costMicroUsd / 1e6).toFixed(4)}`);
  return parts.join(" · ");
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
