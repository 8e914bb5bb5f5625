// Whose turn it is, as a pure function from (state, event) to (state, commands). Barge-in lives here: speech of the
// user while an answer runs or plays cancels the one and flushes the other. Nothing here knows of sockets, audio
// or text, so every rule of the table can be tested with plain values.

import { assertNever } from "../assert.ts";
import type { ConversationState, SleepReason } from "../protocol/messages.ts";

export type TurnState =
  | { phase: "asleep"; reason?: SleepReason }
  | {
      phase: "awake";
      /** The session is live. While it is not, turns are owed and nothing is asked of the model. */
      live: boolean;
      userSpeaking: boolean;
      /** A turn, typed or spoken, or a tool's outputs, that no answer has been asked for yet. */
      owed: boolean;
      /** An answer was asked for and is not done; a greeting that is lost is not owed again. */
      answering: false | "answer" | "greeting";
      /** Calls whose outputs the next answer waits for. */
      toolsRunning: number;
      /** Audio has gone to the speaker that it has not reported as played. */
      playing: boolean;
      /** The speaker was told to fall silent; what was heard is not settled yet. */
      cutting: boolean;
    }
  | { phase: "ended" };

export type TurnEvent =
  /** Someone wants to talk, by voice or by typing. `toolsRunning` may be left from before the conversation slept. */
  | { type: "wanted"; toolsRunning: number }
  /** The session is live. `owed`: the stored items end with a turn that nobody answered; `greet`: nobody spoke yet. */
  | { type: "ready"; owed: boolean; greet: boolean }
  /**
   * The session was lost and another is on its way: what ran on it is owed again, unless its turn will be `heardAgain`;
   * `calls` of its tools are awaited.
   */
  | { type: "lost"; calls: number; heardAgain: boolean }
  | { type: "speech_started" }
  | { type: "speech_stopped" }
  /** What was being said is forgotten: its audio stopped coming, or its page is gone. */
  | { type: "speech_dropped" }
  /** The user's turn is complete; `answered` when it was only heard again by a fresh session. */
  | { type: "user_turn"; answered?: boolean }
  | { type: "typed" }
  | { type: "interrupt" }
  /** The page that plays is gone, or gives way to another. An answer that has not sounded yet may still do so. */
  | { type: "speaker_gone" }
  | { type: "playing" }
  | { type: "played" }
  /** What was heard of the flushed items is settled, and the model knows. */
  | { type: "cut" }
  /** The answer is over; `calls` of its tools are awaited. */
  | { type: "answer_done"; calls: number }
  /** A tool has its output. The answer waits for the awaited ones; a slow one asks for an answer of its own. */
  | { type: "tool_done"; awaited: boolean }
  | { type: "sleep"; reason?: SleepReason }
  | { type: "end" };

export type TurnCommand = "dial" | "hang_up" | "greet" | "answer" | "cancel_answer" | "flush";

export interface TurnStep {
  state: TurnState;
  commands: TurnCommand[];
}

type Awake = Extract<TurnState, { phase: "awake" }>;

const DIALLING: Awake = {
  phase: "awake",
  live: false,
  userSpeaking: false,
  owed: false,
  answering: false,
  toolsRunning: 0,
  playing: false,
  cutting: false,
};

/** What the page is told of a state. */
export function shownState(state: TurnState): ConversationState {
  if (state.phase !== "awake") return state.phase;
  if (state.playing) return "speaking";
  if (!state.live) return "connecting";
  if (state.userSpeaking) return "listening";
  return state.answering !== false || state.owed || state.toolsRunning > 0 ? "thinking" : "listening";
}

/** Nobody speaks, nothing runs and nothing is owed: the session may be exchanged, or closed. */
export function isQuiet(state: TurnState): boolean {
  return (
    state.phase === "awake" &&
    state.live &&
    !(state.userSpeaking || state.owed || state.answering !== false || state.playing || state.cutting) &&
    state.toolsRunning === 0
  );
}

/** The next state, and what to do, in order. An event that means nothing in a state changes nothing. */
export function nextTurn(state: TurnState, event: TurnEvent): TurnStep {
  if (state.phase === "ended") return { state, commands: [] };
  switch (event.type) {
    case "end":
      return { state: { phase: "ended" }, commands: hangUp(state) };
    case "sleep": {
      const reason = event.reason === undefined ? {} : { reason: event.reason };
      return { state: { phase: "asleep", ...reason }, commands: hangUp(state) };
    }
    case "wanted":
      return state.phase === "asleep"
        ? { state: { ...DIALLING, toolsRunning: event.toolsRunning }, commands: ["dial"] }
        : { state, commands: [] };
    default:
      return state.phase === "awake" ? nextAwake(state, event) : { state, commands: [] };
  }
}

type AwakeEvent = Exclude<TurnEvent, { type: "end" | "sleep" | "wanted" }>;

function nextAwake(state: Awake, event: AwakeEvent): TurnStep {
  switch (event.type) {
    case "ready":
      return ready(state, event);
    case "lost":
      // Half a turn of the user will be heard again; half an answer is asked for again.
      return {
        state: {
          ...state,
          live: false,
          userSpeaking: false,
          owed: (state.owed || state.answering === "answer") && !event.heardAgain,
          answering: false,
          toolsRunning: state.toolsRunning + event.calls,
        },
        commands: [],
      };
    case "speech_started":
      return silence({ ...state, userSpeaking: true });
    case "speech_stopped":
      return { state: { ...state, userSpeaking: false }, commands: [] };
    case "speech_dropped":
      return answerIfOwed({ ...state, userSpeaking: false }, []);
    case "user_turn":
      return answerIfOwed({ ...state, userSpeaking: false, owed: state.owed || event.answered !== true }, []);
    case "typed": {
      const { state: quiet, commands } = silence(state);
      return answerIfOwed({ ...quiet, owed: true }, commands);
    }
    case "interrupt":
      return silence(state);
    case "speaker_gone":
      return state.playing ? silence(state) : { state, commands: [] };
    case "playing":
      return { state: { ...state, playing: true }, commands: [] };
    case "played":
      return { state: { ...state, playing: false }, commands: [] };
    case "cut":
      return answerIfOwed({ ...state, cutting: false }, []);
    case "answer_done":
      return answerIfOwed({ ...state, answering: false, toolsRunning: state.toolsRunning + event.calls }, []);
    case "tool_done": {
      const toolsRunning = event.awaited ? Math.max(0, state.toolsRunning - 1) : state.toolsRunning;
      return answerIfOwed({ ...state, toolsRunning, owed: state.owed || toolsRunning === 0 }, []);
    }
    default:
      return assertNever(event);
  }
}

function ready(state: Awake, { owed, greet }: Extract<TurnEvent, { type: "ready" }>): TurnStep {
  const live = { ...state, live: true, owed: state.owed || owed };
  if (greet && !live.owed) return { state: { ...live, answering: "greeting" }, commands: ["greet"] };
  return answerIfOwed(live, []);
}

/** Stops what plays and what runs. `answering` stays until the cancelled answer's end has come. */
function silence(state: Awake): { state: Awake; commands: TurnCommand[] } {
  const commands: TurnCommand[] = [];
  if (state.playing) commands.push("flush");
  if (state.answering !== false) commands.push("cancel_answer");
  return { state: { ...state, playing: false, cutting: state.cutting || state.playing }, commands };
}

/**
 * One answer for everything that is owed, when the session is live, the user is silent, no answer runs, no tool is
 * awaited and the model knows what was heard of the last one.
 */
function answerIfOwed(state: Awake, commands: TurnCommand[]): TurnStep {
  const wait =
    !state.live || state.userSpeaking || state.answering !== false || state.cutting || state.toolsRunning > 0;
  if (!state.owed || wait) return { state, commands };
  return { state: { ...state, owed: false, answering: "answer" }, commands: [...commands, "answer"] };
}

function hangUp(state: TurnState): TurnCommand[] {
  if (state.phase !== "awake") return [];
  return state.playing ? ["flush", "hang_up"] : ["hang_up"];
}
