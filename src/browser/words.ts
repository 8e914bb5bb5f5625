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
  if (microphone.is === "opening") return "Asking for the microphone…";
  const isOn = microphone.is === "on";
  switch (state.is) {
    case "asleep":
      return isOn ? dozingWords(muted) : asleepWords(state.reason);
    case "connecting":
      return state.recovering ? "Reconnecting…" : "Waking up…";
    case "listening":
      if (microphone.is === "taken" && !state.floor) return "Another page has the microphone.";
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

/** Notices that are no device's and no server's own words. */
export const noticeWords = {
  textsWaiting: "Your last messages have not been taken yet. Please wait a moment.",
  notErased: "The conversation could not be erased. Please try again.",
  noEarlier: "Older messages could not be loaded.",
  noSound: "This browser gives the page no sound. You can still read the answers.",
  soundPaused: "Sound is paused. Tap to go on.",
  silenced: "Nothing comes from the microphone: it is switched off on the device or in the system.",
} as const;

/** What a screen reader is told unasked: trouble, and nothing of the usual listening and speaking. */
export function announcedWords(status: CallStatus): string {
  const { state, microphone } = status;
  if (state.phase === "reconnecting" || state.phase === "ended") return stateWords(status);
  if (state.phase !== "live") return "";
  const isTaken = state.is === "listening" && microphone.is === "taken" && !state.floor;
  const isRecovering = state.is === "connecting" && state.recovering;
  const { reason } = state;
  const isRefused = reason === "unavailable" || reason === "refused" || reason === "over_budget";
  return isTaken || isRecovering || (state.is === "asleep" && isRefused) ? stateWords(status) : "";
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
    case "broken":
      return "The microphone stopped working. Try again, or go on by typing.";
    case "unplugged":
      return "The microphone was unplugged. Plug it in again, or go on by typing.";
    case "failed":
      return "The microphone could not be started. Try again, or go on by typing.";
    default:
      return assertNever(problem);
  }
}

/** Tools that only find something out are named so by their verb. */
const FINDING = /^(get|find|look_up|lookup|search|list|recall|check|current)_/;

/** The state of a tool's run. What the tool chose to show says more than that it is done, and may say otherwise. */
export function toolWords({ name, status, display }: ItemTool): string {
  const isFinding = FINDING.test(name);
  switch (status) {
    case "running":
      return isFinding ? "looking it up…" : "working…";
    case "waiting_approval":
      return "asks for your approval";
    case "done":
      if (display !== undefined && display !== "") return "";
      return isFinding ? "looked up" : "done";
    case "failed":
      return "did not work";
    default:
      return "";
  }
}

/** `get_weather` is a name for code; people read "Weather", and "Current time" for `current_time`. */
export function toolName(name: string): string {
  const words = name.replace(/^(get|look_up|lookup)_/, "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
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
