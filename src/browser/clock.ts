// Time as the page's classes see it: given to them, so that a test can move it by hand.

export interface Clock {
  /** Milliseconds that only grow. */
  now(): number;
  /** Calls `run` once after `ms`; the returned function takes the order back. */
  after(ms: number, run: () => void): () => void;
}

export const browserClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
