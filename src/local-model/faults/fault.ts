// What can be made to go wrong on purpose, and how a fault is written: `name[:value][@event[#n]]`, for example
// `drop@response.created` or `delay:500@session.updated#2`. `docs/local-model.md` explains each for users.

import { isEventName } from "../wire/event-names.ts";

/** How a fault's value is read. */
type ValueKind = "none" | "number" | "text";

export interface FaultKind {
  readonly value: ValueKind;
  /** The least and the largest number; 0 and a day in milliseconds unless told. */
  readonly least?: number;
  readonly most?: number;
  /** Used when the text has none; without it the value must be written. */
  readonly usual?: number | string;
  /**
   * `moment`: happens once, when its event passes, or at once without one.
   * `event`: changes one event on its way out; `usualEvent` when the text names none.
   * `occasion`: happens to the next thing of its kind. `lasting`: holds from now on.
   * `arrival`: meets a connection before it is a session.
   */
  readonly scope: "moment" | "event" | "occasion" | "lasting" | "arrival";
  readonly usualEvent?: string;
  readonly says: string;
}

export const FAULTS = {
  drop: {
    value: "text",
    usual: "reset",
    scope: "moment",
    says: "break the connection without a close frame",
  },
  close: {
    value: "text",
    usual: "1011",
    scope: "moment",
    says: "close with this code, and a reason after a comma",
  },
  silence: { value: "none", scope: "moment", says: "keep the connection and answer nothing, not even pings" },
  error: {
    value: "text",
    usual: "server_error",
    scope: "moment",
    says: "send an `error` event with this code",
  },
  expire: {
    value: "number",
    usual: 0,
    // A day, as for the lifetime of sessions.
    most: 86_400,
    scope: "moment",
    says: "end with `session_expired` after so many seconds",
  },
  fail: { value: "text", usual: "server_error", scope: "occasion", says: "fail a response with this code" },
  delay: {
    value: "number",
    scope: "event",
    usualEvent: "session.updated",
    says: "send one event so many ms later",
  },
  withhold: { value: "none", scope: "event", usualEvent: "session.updated", says: "never send the event" },
  duplicate: { value: "none", scope: "event", usualEvent: "response.done", says: "send the event twice" },
  stragglers: {
    value: "number",
    usual: 2,
    scope: "occasion",
    says: "let so many deltas follow the next cancel",
  },
  "text-answer": { value: "none", scope: "occasion", says: "answer in text although audio was asked for" },
  "failed-transcription": { value: "none", scope: "occasion", says: "fail the next transcription" },
  "reordered-transcription": {
    value: "none",
    scope: "occasion",
    says: "finish the next transcription after its successor",
  },
  "slow-transcription": {
    value: "number",
    usual: 3000,
    scope: "lasting",
    says: "transcribe so many ms later",
  },
  lag: { value: "number", scope: "lasting", says: "send every event so many ms later, in order" },
  jitter: { value: "number", scope: "lasting", says: "send every event up to so many ms later, in order" },
  pace: {
    value: "number",
    scope: "lasting",
    says: "send so many seconds of speech per second; 0 sends all at once",
  },
  chunk: { value: "number", least: 1, scope: "lasting", says: "put so many ms of speech in a delta" },
  words: { value: "number", scope: "lasting", says: "wait so many ms before each word of a text answer" },
  "late-acks": {
    value: "none",
    scope: "lasting",
    says: "acknowledge items created during a response after it",
  },
  commentary: { value: "none", scope: "lasting", says: "begin every answer with a message of its own" },
  "no-phase": { value: "none", scope: "lasting", says: "leave `phase` out of messages" },
  reject: {
    value: "text",
    usual: "invalid_api_key",
    scope: "arrival",
    says: "upgrade, send this error, close",
  },
  refuse: {
    value: "text",
    usual: "503",
    scope: "arrival",
    says: "answer the upgrade with this status, or `reset`",
  },
} as const satisfies Record<string, FaultKind>;

export type FaultName = keyof typeof FAULTS;

export interface Trigger {
  /** The type of a server event (the fault comes after it) or of a client event (before it is handled). */
  readonly event: string;
  /** The how-manieth such event from now; "each" for all. */
  readonly nth: number | "each";
}

export interface Fault {
  readonly name: FaultName;
  readonly value: number | string | undefined;
  readonly at: Trigger | undefined;
}

/** A fault was not written as it must be; the message says what is wrong. */
export class FaultError extends Error {}

/** Larger numbers are slips of the keyboard: a day of milliseconds. */
const LARGEST_VALUE = 86_400_000;
const FORM = /^([a-z-]+)(?::([^@]*))?(?:@([a-z_.]+)(?:#([1-9]\d{0,5}|each))?)?$/;

/** Throws a `FaultError`. */
export function parseFault(text: string): Fault {
  const [, name = "", written, event, nth] = FORM.exec(text) ?? [];
  if (!isFaultName(name)) {
    throw new FaultError(`"${text}" is no fault; there are ${Object.keys(FAULTS).join(", ")}`);
  }
  const kind: FaultKind = FAULTS[name];
  const moment = event ?? kind.usualEvent;
  const takesEvent = kind.scope === "moment" || kind.scope === "event" || name === "fail";
  if (event !== undefined && (!takesEvent || name === "expire")) {
    throw new FaultError(`"${name}" takes no event`);
  }
  if (event !== undefined && !isEventName(event)) {
    throw new FaultError(`"${event}" is no event that a session sends or takes`);
  }
  return {
    name,
    value: valueOf(name, kind, written),
    at: moment === undefined ? undefined : { event: moment, nth: nth === "each" ? "each" : Number(nth ?? 1) },
  };
}

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}

function valueOf(name: FaultName, kind: FaultKind, written: string | undefined): Fault["value"] {
  if (kind.value === "none") {
    if (written !== undefined) throw new FaultError(`"${name}" takes no value`);
    return undefined;
  }
  const value = written ?? kind.usual;
  if (value === undefined || value === "") throw new FaultError(`"${name}" needs a value: "${name}:VALUE"`);
  if (kind.value === "text") return String(value);
  const { least = 0, most = LARGEST_VALUE } = kind;
  const number = Number(value);
  if (!(number >= least && number <= most)) {
    throw new FaultError(`"${name}" needs a number from ${least} to ${most}, not "${value}"`);
  }
  return number;
}
