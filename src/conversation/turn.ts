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
      /** Turns that were said over the agent and wait for their words: they may turn out to be none. */
      doubted: number;
      /** A turn, typed or spoken, or a tool's outputs, that no answer has been asked for yet. */
      owed: boolean;
      /** An answer was asked for and is not done. A greeting, or what was cancelled, is not owed again when it is lost. */
      answering: false | "answer" | "greeting" | "cancelled";
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
   * `calls` of its tools are awaited. `pressed`: the user goes on speaking, and is heard by the next.
   */
  | { type: "lost"; calls: number; heardAgain: boolean; pressed?: boolean }
  /** `doubtful`: it may not be meant to stop the agent; `interrupt` follows if it is. */
  | { type: "speech_started"; doubtful?: boolean }
  | { type: "speech_stopped" }
  /** What was being said is forgotten: its audio stopped coming, or its page is gone. */
  | { type: "speech_dropped" }
  /** The user's turn is complete; `answered` when it was only heard again by a fresh session. */
  | { type: "user_turn"; answered?: boolean; doubted?: boolean }
  /** A turn is complete, but may be none: it waits for its words. `user_turn` or `turn_dropped` follows. */
  | { type: "turn_doubted" }
  /** `goesOn`: it has stopped an answer, which is owed again. */
  | { type: "turn_dropped"; goesOn?: boolean }
  /** `waits`: the agent is not interrupted by it. */
  | { type: "typed"; waits?: boolean }
  | { type: "interrupt" }
  /** The page that plays is gone, or gives way to another. An answer that has not sounded yet may still do so. */
  | { type: "speaker_gone" }
  | { type: "playing" }
  | { type: "played" }
  /** What was heard of the flushed items is settled, and the model knows. */
  | { type: "cut" }
  /** The answer is over; `calls` of its tools are awaited. */
  | { type: "answer_done"; calls: number }
  /** Calls that a crash met run again, and are awaited. */
  | { type: "tools_resumed"; calls: number }
  /**
   * A tool has its output. The answer waits for the awaited ones; a slow one asks for an answer of its own, one that
   * `endsTurn` for none.
   */
  | { type: "tool_done"; awaited: boolean; endsTurn?: boolean }
  /** Nobody has said anything for long. */
  | { type: "check_in" }
  | { type: "sleep"; reason?: SleepReason }
  | { type: "end" };

export type TurnCommand = "dial" | "hang_up" | "greet" | "check_in" | "answer" | "cancel_answer" | "flush";

export interface TurnStep {
  state: TurnState;
  commands: TurnCommand[];
}

type Awake = Extract<TurnState, { phase: "awake" }>;

const DIALLING: Awake = {
  phase: "awake",
  live: false,
  userSpeaking: false,
  doubted: 0,
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

/** The last turn has not been answered, or its answer is not done. */
export function isOwed(state: TurnState): boolean {
  return state.phase === "awake" && (state.owed || state.answering === "answer" || state.doubted > 0);
}

/** Whether the calls of the running answer are to run: not of one that was stopped. */
export function runsCalls(state: TurnState): boolean {
  return state.phase === "awake" && state.answering !== "cancelled";
}

/** Asleep for want of a page or a model: what was being said may be said again. */
export function mayComeBack(state: TurnState): boolean {
  return state.phase === "asleep" && (state.reason === "nobody_here" || state.reason === "unavailable");
}

/** Nobody speaks, nothing runs and nothing is owed: the session may be exchanged, or closed. */
export function isQuiet(state: TurnState): boolean {
  return (
    state.phase === "awake" &&
    state.live &&
    !(state.userSpeaking || state.owed || state.answering !== false || state.playing || state.cutting) &&
    state.toolsRunning === 0 &&
    state.doubted === 0
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
          userSpeaking: event.pressed === true,
          doubted: 0,
          // Where a doubtful turn is heard again, what was owed before it is owed still.
          owed: (state.owed || state.answering === "answer") && !(event.heardAgain && state.doubted === 0),
          answering: false,
          toolsRunning: state.toolsRunning + event.calls,
        },
        commands: [],
      };
    case "speech_started":
      return event.doubtful === true
        ? { state: { ...state, userSpeaking: true }, commands: [] }
        : silence({ ...state, userSpeaking: true });
    case "speech_stopped":
      return { state: { ...state, userSpeaking: false }, commands: [] };
    case "speech_dropped":
      return answerIfOwed({ ...state, userSpeaking: false }, []);
    case "user_turn": {
      const owed = state.owed || event.answered !== true;
      // One that had to wait for its words may find the next one being said.
      if (event.doubted === true) return answerIfOwed({ ...settled(state), owed }, []);
      return answerIfOwed({ ...state, userSpeaking: false, owed }, []);
    }
    case "turn_doubted":
      return { state: { ...state, userSpeaking: false, doubted: state.doubted + 1 }, commands: [] };
    case "turn_dropped":
      return answerIfOwed({ ...settled(state), owed: state.owed || event.goesOn === true }, []);
    case "typed": {
      if (event.waits === true) return answerIfOwed({ ...state, owed: true }, []);
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
    case "tools_resumed":
      return { state: { ...state, toolsRunning: state.toolsRunning + event.calls }, commands: [] };
    case "tool_done": {
      const toolsRunning = event.awaited ? Math.max(0, state.toolsRunning - 1) : state.toolsRunning;
      return answerIfOwed({ ...state, toolsRunning, owed: state.owed || event.endsTurn !== true }, []);
    }
    case "check_in":
      // Like a greeting: one that is lost is not owed again.
      return isQuiet(state)
        ? { state: { ...state, answering: "greeting" }, commands: ["check_in"] }
        : { state, commands: [] };
    default:
      return assertNever(event);
  }
}

function ready(state: Awake, { owed, greet }: Extract<TurnEvent, { type: "ready" }>): TurnStep {
  const live = { ...state, live: true, owed: state.owed || owed };
  const isSilent = !live.owed && !live.userSpeaking;
  if (greet && isSilent) return { state: { ...live, answering: "greeting" }, commands: ["greet"] };
  return answerIfOwed(live, []);
}

/** Stops what plays and what runs. The cancelled answer is awaited to its end: one at a time. */
function silence(state: Awake): { state: Awake; commands: TurnCommand[] } {
  const commands: TurnCommand[] = [];
  if (state.playing) commands.push("flush");
  if (state.answering !== false) commands.push("cancel_answer");
  const answering = state.answering === false ? false : "cancelled";
  return {
    state: { ...state, answering, playing: false, cutting: state.cutting || state.playing },
    commands,
  };
}

/**
 * One answer for everything that is owed, when the session is live, the user is silent, what was said is known to be a turn, no
 * answer runs, no tool is awaited and the model knows what was heard of the last one.
 */
function answerIfOwed(state: Awake, commands: TurnCommand[]): TurnStep {
  const wait =
    !state.live ||
    state.userSpeaking ||
    state.doubted > 0 ||
    state.answering !== false ||
    state.cutting ||
    state.toolsRunning > 0;
  if (!state.owed || wait) return { state, commands };
  return { state: { ...state, owed: false, answering: "answer" }, commands: [...commands, "answer"] };
}

function settled(state: Awake): Awake {
  return { ...state, doubted: Math.max(0, state.doubted - 1) };
}

function hangUp(state: TurnState): TurnCommand[] {
  if (state.phase !== "awake") return [];
  return state.playing ? ["flush", "hang_up"] : ["hang_up"];
}
