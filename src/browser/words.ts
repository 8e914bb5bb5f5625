// What the page says in plain words: states, reasons, problems, amounts. No sentence for people is written
// anywhere else in the page's code.

import type {
  ConversationMessage,
  Item,
  ItemTool,
  SleepReason,
  TurnOutcome,
  TurnReceipt,
  UsageTotals,
} from "../protocol/messages.ts";
import { assertNever } from "../assert.ts";
import type { CallState, CallStatus } from "./call-status.ts";
import type { EchoTestState } from "./echo-test.ts";
import type { MicrophoneProblem } from "./microphone.ts";
import type { NoticeBoard } from "./notice-board.ts";

export function stateWords(status: CallStatus): string {
  const { state, microphone } = status;
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
      return liveWords(state, status);
    default:
      return assertNever(state);
  }
}

function liveWords(
  state: CallState & { phase: "live" },
  { microphone, muted, settings, isPressed, isDeaf, echoTest }: CallStatus,
): string {
  if (microphone.is === "opening") return "Asking for the microphone…";
  if (isPressed) return "Listening… Let go or press again.";
  const isOn = microphone.is === "on";
  const pushToTalk = settings?.pushToTalk === true;
  switch (state.is) {
    case "asleep":
      if (isOn && pushToTalk) return "Asleep. Press and talk to go on.";
      return isOn ? dozingWords(muted) : asleepWords(state.reason);
    case "connecting":
      return state.recovering ? "Reconnecting…" : "Waking up…";
    case "listening":
      if (microphone.is === "taken" && !state.floor) return "Another page has the microphone.";
      if (echoTest.is === "running") return "Testing for echo…";
      if (pushToTalk) return "Hold the button and talk, or tap it.";
      if (!isOn) return "Waiting for you.";
      return muted ? "You are muted." : "Listening…";
    case "thinking":
      return "Thinking…";
    case "speaking":
      return isDeaf ? "Speaking… Your microphone waits." : "Speaking…";
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
  pressAgain: "The microphone is ready now. Press again and talk.",
  testLater:
    "The test needs a moment without anybody speaking. Interrupt the agent, or let it finish, and try again.",
  tooShort: "That was too short. Hold the button while you talk, or tap it to begin and again to end.",
  silenced: "Nothing comes from the microphone: it is switched off on the device or in the system.",
} as const;

/** What the conversation complains of, and what can be done about it. */
export function errorNotice(notices: NoticeBoard, error: ConversationMessage & { type: "error" }): void {
  if (error.code === "turn_too_short") notices.hint(noticeWords.tooShort);
  else if (error.code === "echo_heard") notices.say(error.message, "echo");
  else notices.say(error.message, null, error.code === "unavailable" ? "model" : null);
}

/** The button beside a notice. */
export function retryLabel(retry: string | null): string {
  return retry === "echo" ? "Test for echo" : "Try again";
}

/** A manner of taking turns has a name for code: `push-to-talk` reads "Push to talk". */
export function policyName(name: string): string {
  const words = name.replaceAll(/[-_]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

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

/** What the talk button does with push-to-talk, beyond its label. */
export const talkHelp =
  "Hold it, or the space bar, while you talk. Or tap it, or press Enter, to begin and again to send.";

export function talkLabel({ microphone: { is }, settings, isPressed }: CallStatus): string {
  if (isPressed && is === "on") return "Send";
  switch (is) {
    case "on":
      return settings?.pushToTalk === true ? "Hold to talk" : "Stop";
    case "opening":
      // A press during it waits for it.
      return settings?.pushToTalk === true ? "Opening…" : "Cancel";
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

/** What became of an item, beside its words. */
export function itemMark({ role, status, text, tool, heardMs }: Item): string {
  if (tool !== undefined) return toolWords(tool);
  const isWordless = role === "user" && text.trim() === "";
  if (status === "failed") return isWordless ? "could not be understood" : "failed";
  if (status !== "interrupted") return "";
  return heardMs === undefined ? "interrupted" : `interrupted after ${seconds(heardMs)}`;
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

const OUTCOMES: Record<TurnOutcome, string> = {
  answered: "answered",
  interrupted: "interrupted",
  false_interruption: "no interruption after all",
  tool: "a tool was asked",
  silent: "no answer was due",
  failed: "failed",
};

/** How a turn ended and where its time went. A newer conversation may know more outcomes. */
export function turnWords({ outcome, heardMs, latencyMs }: TurnReceipt): string {
  const parts = [(OUTCOMES as Record<string, string>)[outcome] ?? outcome];
  if (heardMs !== undefined) parts[0] += ` after ${seconds(heardMs)}`;
  const { commit, model, speaker, total } = latencyMs;
  if (commit !== undefined) parts.push(`end of speech noticed in ${milliseconds(commit)}`);
  if (model !== undefined) parts.push(`model ${milliseconds(model)}`);
  if (speaker !== undefined) parts.push(`speaker ${milliseconds(speaker)}`);
  if (total !== undefined) parts.push(`in all ${milliseconds(total)}`);
  return parts.join(" · ");
}

function milliseconds(ms: number): string {
  return `${Math.round(ms)} ms`;
}

/** What the test for echo found, and what to do about it. */
export function echoWords(test: EchoTestState): string {
  switch (test.is) {
    case "off":
      return "";
    case "running":
      return "Listening to itself for five seconds. Please be quiet…";
    case "failed":
      return "The test could not be finished. Try it again when nobody speaks.";
    case "done":
      return verdictWords(test.verdict);
    default:
      return assertNever(test);
  }
}

function verdictWords(verdict: (EchoTestState & { is: "done" })["verdict"]): string {
  switch (verdict.is) {
    case "fine":
      return "Fine: the microphone does not hear the speaker. You can talk and interrupt freely.";
    case "echo":
      return (
        `The microphone hears the speaker (${verdict.gainDb} dB). Use headphones, ` +
        "or let the microphone wait while the agent speaks."
      );
    case "noisy":
      return "It was too loud around you to tell. Try again when it is quiet.";
    default:
      return assertNever(verdict);
  }
}
