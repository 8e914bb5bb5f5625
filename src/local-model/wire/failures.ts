// Failures of the service rather than mistakes of the client: quota, rate, account, the server itself. This server
// has none of its own; tests ask for them.

import type { ErrorBody } from "./errors.ts";

const MESSAGES: Readonly<Record<string, string>> = {
  server_error: "The server had an error while processing your request. Sorry about that!",
  insufficient_quota: "You exceeded your current quota, please check your plan and billing details.",
  rate_limit_exceeded: "Rate limit reached for requests. Please try again later.",
  inference_rate_limit_exceeded: "Rate limit reached for inference. Please try again later.",
  billing_hard_limit_reached: "Billing hard limit has been reached.",
  account_deactivated: "The account associated with this API key has been deactivated.",
  session_expired: "Your session hit the maximum duration of 60 minutes.",
};

export function refusalMessage(code: string): string {
  return MESSAGES[code] ?? `The request failed with ${code}.`;
}

/** The `error` of a failed response. */
export function failure(code: string): {
  readonly type: string;
  readonly code: string;
  readonly message: string;
} {
  return { type: typeOf(code), code, message: refusalMessage(code) };
}

/** The body of an `error` event that no client event caused. */
export function failureBody(code: string): ErrorBody {
  const type = code === "server_error" ? "server_error" : "invalid_request_error";
  return { type, code, message: refusalMessage(code), param: null, event_id: null };
}

function typeOf(code: string): string {
  if (code === "insufficient_quota" || code === "server_error") return code;
  return code.endsWith("rate_limit_exceeded") ? "rate_limit_exceeded" : "invalid_request_error";
}
