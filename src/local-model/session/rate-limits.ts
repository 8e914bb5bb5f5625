// The allowance that `rate_limits.updated` tells of. Nothing is ever refused for it: tests that want that ask for it.

/** A plausible allowance, so that clients that show it have something to show. */
const TOKENS_PER_MINUTE = 40_000;
const MINUTE_MS = 60_000;

export class RateLimits {
  #spent = 0;
  #sinceMs = performance.now();

  /** Counts tokens and returns the fields of the event. Only tokens are told of, as on the wire. */
  spend(tokens: number): Record<string, unknown> {
    if (performance.now() - this.#sinceMs > MINUTE_MS) {
      this.#sinceMs = performance.now();
      this.#spent = 0;
    }
    this.#spent += tokens;
    const remaining = Math.max(0, TOKENS_PER_MINUTE - this.#spent);
    const resetSeconds = ((TOKENS_PER_MINUTE - remaining) / TOKENS_PER_MINUTE) * (MINUTE_MS / 1000);
    return {
      rate_limits: [
        {
          name: "tokens",
          limit: TOKENS_PER_MINUTE,
          remaining,
          reset_seconds: Math.round(resetSeconds * 1000) / 1000,
        },
      ],
    };
  }
}
