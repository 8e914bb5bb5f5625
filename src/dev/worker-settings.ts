// The Worker's own check of its settings, asked before it starts: it would answer 503 to every request, and whoever
// waits for it would learn that after a minute.

import { SettingError, type SettingValues } from "./settings.ts";

interface WorkerEnv {
  readSettings: (env: SettingValues) => unknown;
}

/** Throws a line that names the first setting the Worker would refuse. */
export async function requireWorkerSettings(values: SettingValues): Promise<void> {
  // By a computed address, which the compiler does not follow: the types behind it are those of workerd, not of Node.
  const { readSettings } = (await import(new URL("../env.ts", import.meta.url).href)) as WorkerEnv;
  try {
    readSettings({ ...values });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new SettingError(`${error.message}.`, { cause: error });
  }
}
