// Everything that means "end now" for a command that owns other processes.

/** How often to see whether npm is still there. What is left over after a kill lives this much longer. */
const PARENT_CHECK_MS = 500;

/**
 * Aborts at INT, TERM or HUP, when nobody reads the output any more, and when the npm that ran this is gone: npm
 * hands on INT and TERM only. The scripts in package.json begin with `exec`, for the shell that npm puts in between
 * would keep the signals to itself, and stay there as the parent when npm is killed.
 */
export function stopSignals(): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort(new Error("Stopped."));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", stop);
  // Without npm, losing the parent is normal: somebody left the command running in the background.
  if (process.env["npm_lifecycle_event"] !== undefined) whenParentIsGone(stop);
  return controller.signal;
}

function whenParentIsGone(stop: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) stop();
  }, PARENT_CHECK_MS);
  timer.unref();
}
