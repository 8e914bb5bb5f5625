// What can go wrong with the model, as a tagged union with the values needed to debug it, and the mappers that
// decide what the outside learns. Rich inside, bland outside: upstream text never reaches a page.

import { assertNever } from "./assert.ts";
import type { ErrorCode, SleepReason } from "./protocol/messages.ts";

export type Failure =
  /** The address did not answer, or the connection broke before the upgrade. */
  | { kind: "unreachable" }
  /** The upgrade was answered with something other than 101. */
  | { kind: "upgrade_refused"; status: number }
  | { kind: "dial_timeout"; waitedMs: number }
  /** Connected, but the settings were not acknowledged in time. */
  | { kind: "not_ready"; waitedMs: number }
  | { kind: "key_rejected"; code: string }
  | { kind: "quota_exhausted"; code: string }
  | { kind: "model_unknown"; code: string }
  /** The upstream does not accept what we ask of it: a fault in our settings or agent file. */
  | { kind: "setup_rejected"; code: string }
  | { kind: "session_expired" }
  /** The provider reports trouble of its own. */
  | { kind: "server_error" }
  /** No sign of life, or no answer, for so long: a half-open socket looks like this. */
  | { kind: "silent"; waitedMs: number }
  /** It answers in text though audio was asked for: given up by us. */
  | { kind: "answered_in_text" }
  /** An answer failed for a reason that may be gone the next time: given up by us, once. */
  | { kind: "answer_failed"; code: string }
  | { kind: "closed"; code: number };

export interface BrowserError {
  code: ErrorCode;
  message: string;
  retryable: boolean;
}

/** Whether dialling again can help. */
export function isRetryable(failure: Failure): boolean {
  switch (failure.kind) {
    case "unreachable":
    case "dial_timeout":
    case "not_ready":
    case "session_expired":
    case "server_error":
    case "silent":
    case "answered_in_text":
    case "answer_failed":
    case "closed":
      return true;
    case "upgrade_refused":
      // 401 and 403 are a refused key; 429 and 5xx pass.
      return failure.status === 429 || failure.status >= 500;
    case "key_rejected":
    case "quota_exhausted":
    case "model_unknown":
    case "setup_rejected":
      return false;
    default:
      return assertNever(failure);
  }
}

/** Nothing is wrong that the page should hear of: the session was given up for a better one. */
export function isRebuiltUnasked(failure: Failure): boolean {
  return failure.kind === "answered_in_text" || failure.kind === "answer_failed";
}

export function toSleepReason(failure: Failure): SleepReason {
  if (failure.kind === "session_expired") return "session_expired";
  return isRetryable(failure) ? "unavailable" : "refused";
}

export function toBrowserError(failure: Failure): BrowserError {
  return isRetryable(failure)
    ? {
        code: "unavailable",
        message: "The agent cannot be reached right now. Please try again.",
        retryable: true,
      }
    : {
        code: "refused",
        message:
          "The agent is not available: its model refuses this deployment. Its owner has to look at the log.",
        retryable: false,
      };
}
