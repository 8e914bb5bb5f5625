// How long the page waits before it dials again. Half of the wait is chance, so that a deploy, which drops
// every page at once, does not bring every page back at once.

/** The first wait: a blip is over by then. */
export const FIRST_DELAY_MS = 500;
/** The longest: coming back to the network or the tab dials at once anyway. */
export const MAX_DELAY_MS = 30_000;

/** `attempt` counts from 0; `random` is from 0 to 1. */
export function backoffMs(attempt: number, random: number): number {
  const fullMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 16));
  return Math.round(fullMs / 2 + (random * fullMs) / 2);
}
