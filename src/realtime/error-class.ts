// What an `error` event or a close code of the API means for us, decided once (rule RT6). The lists are the
// provider's documented and recorded codes; an unknown code is a single refused request, not the end.

import type { Failure } from "../errors.ts";

/** Races that are part of normal operation: the thing was already done, gone or never begun. */
const BENIGN = new Set([
  "response_cancel_not_active",
  "item_truncate_invalid_item_id",
  "item_delete_invalid_item_id",
  "item_retrieve_invalid_item_id",
  "unsupported_content_type",
]);
const KEY = new Set(["invalid_api_key", "account_deactivated", "missing_authorization"]);
const QUOTA = new Set(["insufficient_quota", "billing_hard_limit_reached"]);
const MODEL = new Set(["invalid_model", "missing_model", "beta_api_shape_disabled"]);

export type ErrorClass =
  | { action: "ignore" }
  /** One request was refused; the session goes on. `isCommit`: it was to end a turn, and there is none. */
  | { action: "report"; refused: { code: string; isCommit?: true } }
  /** The session is over. */
  | { action: "end"; failure: Failure };

/** Names each commit: they are answered in order, by a turn or by a refusal. */
export const COMMIT_EVENT_ID = "commit";

/** `code`, `type` and `event_id` of an `error` event, as far as it has them: not every refusal names its event. */
export function classifyError(code: string | undefined, type?: string, eventId?: string): ErrorClass {
  // The provider's own trouble: what was asked may or may not have happened, so a fresh session is told everything.
  if (code === "server_error" || type === "server_error") {
    return { action: "end", failure: { kind: "server_error" } };
  }
  const failure = fatal(code);
  if (failure !== undefined) return { action: "end", failure };
  if (code === "input_audio_buffer_commit_empty" || eventId === COMMIT_EVENT_ID) {
    return { action: "report", refused: { code: code ?? "none", isCommit: true } };
  }
  if (code !== undefined && BENIGN.has(code)) return { action: "ignore" };
  return { action: "report", refused: { code: code ?? "none" } };
}

/** The failure a code stands for when it can only end the session. */
export function fatal(code: string | undefined): Failure | undefined {
  if (code === undefined) return undefined;
  if (KEY.has(code)) return { kind: "key_rejected", code };
  if (QUOTA.has(code)) return { kind: "quota_exhausted", code };
  if (MODEL.has(code)) return { kind: "model_unknown", code };
  if (code === "session_expired") return { kind: "session_expired" };
  return undefined;
}

/** A close that no `error` event explained. 3000 is a refused credential, 4000 a refused request. */
export function classifyClose(code: number): Failure {
  if (code === 3000) return { kind: "key_rejected", code: "close_3000" };
  if (code === 4000) return { kind: "setup_rejected", code: "close_4000" };
  return { kind: "closed", code };
}
