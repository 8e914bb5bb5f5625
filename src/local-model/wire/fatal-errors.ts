// Errors that end a connection: sent as one event, then the socket closes with this code and reason.

import { refusalMessage } from "./failures.ts";
import type { ErrorBody } from "./errors.ts";

export interface FatalError {
  readonly body: ErrorBody;
  readonly closeCode: number;
  readonly reason: string;
}

function fatal(code: string | null, message: string, closeCode: number, reason?: string): FatalError {
  const type = "invalid_request_error";
  const body = { type, code, message, param: null, event_id: null } as const;
  return { body, closeCode, reason: reason ?? (code === null ? type : `${type}.${code}`) };
}

const AUTH_CLOSE = 3000;
const REQUEST_CLOSE = 4000;
const GOING_AWAY = 1001;

export function invalidKey(key: string): FatalError {
  const shown = key.length > 8 ? `${key.slice(0, 3)}***${key.slice(-4)}` : "***";
  return fatal("invalid_api_key", `Incorrect API key provided: ${shown}.`, AUTH_CLOSE);
}

export function missingKey(): FatalError {
  return fatal(null, "Missing bearer or basic authentication in header", AUTH_CLOSE);
}

export function unknownModel(model: string): FatalError {
  return fatal("invalid_model", `Model "${model}" is not supported in realtime mode.`, REQUEST_CLOSE);
}

/** A session that transcribes takes its model from `session.update`. */
export function modelNotWanted(): FatalError {
  const message = "You must not provide a model parameter for transcription sessions.";
  return fatal("invalid_model", message, REQUEST_CLOSE);
}

/** Calls come over WebRTC and SIP, which this server does not speak. */
export function unknownCallId(): FatalError {
  return fatal("invalid_call_id", "There is no call with this id.", REQUEST_CLOSE);
}

/** Any other refusal, for tests: authentication codes close with 3000, the rest with 4000. */
export function refusedFor(code: string): FatalError {
  const isAuth = code === "invalid_api_key" || code === "account_deactivated";
  return fatal(code, refusalMessage(code), isAuth ? AUTH_CLOSE : REQUEST_CLOSE);
}

export function missingModel(): FatalError {
  return fatal("missing_model", "You must provide a model parameter.", REQUEST_CLOSE);
}

export function betaDisabled(): FatalError {
  const message = "The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.";
  return fatal("beta_api_shape_disabled", message, REQUEST_CLOSE);
}

export function sessionExpired(minutes: number): FatalError {
  const message = `Your session hit the maximum duration of ${minutes} minutes.`;
  return fatal("session_expired", message, GOING_AWAY, message);
}
