// When to try again, as one small function of (attempt, elapsed): for the page's socket and for the model's dial.

export interface RetryPolicy {
  /** The first retry comes about this soon, each later one twice as late. */
  firstMs: number;
  longestMs: number;
  /** After this long without success it is given up. */
  giveUpMs: number;
}

/**
 * Milliseconds until try number `attempt` (1 is the first retry), or undefined to stop. Between half and all of the
 * doubled delay, by `random` (0 to 1): what broke for many at once must not come back for all at once.
 */
export function retryDelayMs(
  policy: RetryPolicy,
  attempt: number,
  elapsedMs: number,
  random: number,
): number | undefined {
  if (elapsedMs >= policy.giveUpMs) return undefined;
  const full = Math.min(policy.longestMs, policy.firstMs * 2 ** (attempt - 1));
  return Math.min(full * (0.5 + random / 2), policy.giveUpMs - elapsedMs);
}
