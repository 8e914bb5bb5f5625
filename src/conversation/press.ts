// One press of the talk button: a stretch of the microphone's stream, and how far it has come to be a turn.

export interface Press {
  itemId: string;
  beganMs: number;
  /** Where its page says that it began: its name. */
  readonly saidFrom: number | undefined;
  /** Where on the stream; undefined for a page without one, whose frames count as they come. */
  from: number | undefined;
  /** The end, once it is known. */
  to: number | undefined;
  /** Where the stream stood is a guess: the page did not say. */
  isGuess: boolean;
  sentMs: number;
  /** `told`: the session has said which of its items the turn is. */
  state: "held" | "released" | "committed" | "told";
  /** When the user let go. */
  endedMs: number | undefined;
  /** Only heard again: a session that is lost took it for a turn. */
  wasTurn: boolean;
  /** Its answer was given before. */
  answered: boolean;
  /** Nobody waits for the answer to its commit any more. */
  callOffCommit: () => void;
}

/** A press that begins, or what of another is given. */
export function newPress(itemId: string, beganMs: number, more: Partial<Press> = {}): Press {
  return {
    itemId,
    beganMs,
    saidFrom: undefined,
    from: undefined,
    to: undefined,
    isGuess: false,
    sentMs: 0,
    state: "held",
    endedMs: undefined,
    wasTurn: false,
    answered: false,
    callOffCommit: () => undefined,
    ...more,
  };
}

export function isComplete(state: Press["state"]): boolean {
  return state === "committed" || state === "told";
}

/** Whether any sample of a frame lies in the press. */
export function holds(press: Press, at: number, end: number): boolean {
  if (isComplete(press.state)) return false;
  if (press.from === undefined) return press.state === "held";
  return press.from < end && (press.to ?? Number.POSITIVE_INFINITY) > at;
}
