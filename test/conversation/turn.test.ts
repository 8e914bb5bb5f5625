// The table of whose turn it is, with plain values.

import { describe, expect, test } from "vitest";
import { nextTurn, shownState } from "../../src/conversation/turn.ts";
import type { TurnCommand, TurnEvent, TurnState } from "../../src/conversation/turn.ts";

/** Plays events from `asleep` and returns the last state with all commands, in order. */
function play(...events: TurnEvent[]): { state: TurnState; commands: TurnCommand[]; shown: string[] } {
  let state: TurnState = { phase: "asleep" };
  const commands: TurnCommand[] = [];
  const shown: string[] = [];
  for (const event of events) {
    const step = nextTurn(state, event);
    state = step.state;
    commands.push(...step.commands);
    if (shown.at(-1) !== shownState(state)) shown.push(shownState(state));
  }
  return { state, commands, shown };
}

const WANTED: TurnEvent = { type: "wanted", toolsRunning: 0 };
const READY: TurnEvent = { type: "ready", owed: false, greet: false };
const awake: TurnEvent[] = [WANTED, READY];
const speaking: TurnEvent[] = [...awake, { type: "user_turn" }, { type: "playing" }];

describe("whose turn it is", () => {
  test("TT1 the first wish dials, a second one does not", () => {
    const { commands, shown } = play(WANTED, WANTED, READY);
    expect(commands).toEqual(["dial"]);
    expect(shown).toEqual(["connecting", "listening"]);
  });

  test("TT2 a turn is answered once and the states follow it", () => {
    const { commands, shown } = play(
      ...awake,
      { type: "speech_started" },
      { type: "speech_stopped" },
      { type: "user_turn" },
      { type: "playing" },
      { type: "answer_done", calls: 0 },
      { type: "played" },
    );
    expect(commands).toEqual(["dial", "answer"]);
    expect(shown).toEqual(["connecting", "listening", "thinking", "speaking", "listening"]);
  });

  test("TT3 an answer waits for the running answer, then one serves both turns", () => {
    const { commands, state } = play(
      ...awake,
      { type: "user_turn" },
      { type: "speech_started" },
      { type: "user_turn" },
      { type: "answer_done", calls: 0 },
    );
    expect(commands).toEqual(["dial", "answer", "cancel_answer", "answer"]);
    expect(state).toMatchObject({ answering: "answer", owed: false });
  });

  test("TT3 tool outputs wait while the user speaks, and are answered with the turn", () => {
    const { commands } = play(
      ...awake,
      { type: "user_turn" },
      { type: "answer_done", calls: 1 },
      { type: "speech_started" },
      { type: "tool_done", awaited: true },
      { type: "user_turn" },
    );
    expect(commands).toEqual(["dial", "answer", "answer"]);
  });

  test("TT3 an answer waits until the cut of the last one is settled", () => {
    const typed = play(...speaking, { type: "answer_done", calls: 0 }, { type: "typed" });
    expect(typed.commands).toEqual(["dial", "answer", "flush"]);
    const { commands } = nextTurn(typed.state, { type: "cut" });
    expect(commands).toEqual(["answer"]);
  });

  test("TT4 typed text while speaking flushes and cancels", () => {
    const { commands } = play(...speaking, { type: "typed" });
    expect(commands).toEqual(["dial", "answer", "flush", "cancel_answer"]);
  });

  test("TT5 a slow tool holds nothing back and asks for its own answer", () => {
    const { commands, state } = play(
      ...awake,
      { type: "user_turn" },
      { type: "answer_done", calls: 0 },
      { type: "user_turn" },
      { type: "answer_done", calls: 0 },
      { type: "tool_done", awaited: false },
    );
    expect(commands).toEqual(["dial", "answer", "answer", "answer"]);
    expect(state).toMatchObject({ toolsRunning: 0 });
  });

  test("TT6 sleep while speaking flushes and hangs up, and an ended conversation stays so", () => {
    const asleep = play(...speaking, { type: "sleep", reason: "stopped" });
    expect(asleep.commands.slice(2)).toEqual(["flush", "hang_up"]);
    expect(asleep.state).toEqual({ phase: "asleep", reason: "stopped" });
    const ended = play(...awake, { type: "end" }, WANTED);
    expect(ended.commands).toEqual(["dial", "hang_up"]);
    expect(shownState(ended.state)).toBe("ended");
  });

  test("RB2 what ran on a lost session is owed again and asked for once when the next one is live", () => {
    const lost = play(...awake, { type: "user_turn" }, { type: "lost", calls: 0, heardAgain: false });
    expect(shownState(lost.state)).toBe("connecting");
    expect(nextTurn(lost.state, READY).commands).toEqual(["answer"]);
    const quiet = play(...awake, { type: "lost", calls: 0, heardAgain: false });
    expect(nextTurn(quiet.state, READY).commands).toEqual([]);
  });

  test("RB2 calls of the lost answer are awaited before the next one", () => {
    const lost = play(...awake, { type: "user_turn" }, { type: "lost", calls: 1, heardAgain: false });
    const ready = nextTurn(lost.state, READY);
    expect(ready.commands).toEqual([]);
    expect(nextTurn(ready.state, { type: "tool_done", awaited: true }).commands).toEqual(["answer"]);
  });

  test("TT7 a greeting that is lost is not spoken again", () => {
    const greeting = play(WANTED, { type: "ready", owed: false, greet: true });
    expect(greeting.commands).toEqual(["dial", "greet"]);
    const { state } = nextTurn(greeting.state, { type: "lost", calls: 0, heardAgain: false });
    expect(nextTurn(state, READY).commands).toEqual([]);
  });

  test("BI1 speech while speaking flushes and cancels; after the answer is done it only flushes", () => {
    expect(play(...speaking, { type: "speech_started" }).commands.slice(2)).toEqual([
      "flush",
      "cancel_answer",
    ]);
    const done = play(...speaking, { type: "answer_done", calls: 0 }, { type: "speech_started" });
    expect(done.commands.slice(2)).toEqual(["flush"]);
  });
});
