// Waits until a part of the development server answers.

/** Between two questions: short against the two seconds a start takes, long against what a question costs. */
const ASK_EVERY_MS = 50;
/** A question that hangs (wrangler holds requests back while a build fails) is asked anew. */
const ANSWER_TIMEOUT_MS = 2_000;

/** Resolves at the first 2xx from `url`; rejects when `signal` aborts, with its reason. */
export async function untilAnswers(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    if (await answers(url, signal)) return;
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
