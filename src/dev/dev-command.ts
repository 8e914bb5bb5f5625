// What `npm run dev` does with a development server: says when it is ready, and ends with it.

import { once } from "node:events";
import { type DevOptions, startDev } from "./dev-server.ts";
import { stopSignals } from "./stop-signals.ts";

/** Resolves with the exit code when everything has ended. */
export async function runDev(options: Pick<DevOptions, "root" | "localModel">): Promise<number> {
  const stopping = stopSignals();
  try {
    const server = await startDev({
      ...options,
      env: process.env,
      signal: stopping,
      onLine: (part, line) => console.log(`${part}: ${line}`),
    });
    const model = server.localModelUrl === null ? "" : " (local model; OPENAI_API_KEY is not set)";
    console.log(`Ready: ${server.url}${model}`);
    const death = await Promise.race([server.died, aborted(stopping)]);
    await server.stop();
    if (death === null) return 0;
    console.error(death);
    return 1;
  } catch (error) {
    // Being asked to stop while starting is not a failure.
    if (stopping.aborted) return 0;
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

async function aborted(signal: AbortSignal): Promise<null> {
  if (!signal.aborted) await once(signal, "abort");
  return null;
}
