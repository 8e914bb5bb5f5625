// A development server for one test file: the real Worker and the local model, on free ports, with storage that
// is thrown away. It never uses a developer's key.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DevServer, startDev } from "../../src/dev/dev-server.ts";
import { findFreePorts } from "../../src/dev/ports.ts";
import { withoutSettings } from "../../src/dev/settings.ts";
import { type AgentLimits, makeAgentProject } from "./agent-project.ts";

export const FAULTY_LOCAL_MODEL = fileURLToPath(new URL("faulty-local-model.ts", import.meta.url));

export interface TestDevServer extends DevServer {
  /** What the parts have printed so far, for the message of a test that fails. */
  lines: string[];
  /** Where the objects' databases are. */
  storage: string;
}

export interface TestDevOptions {
  /** Instead of those in `src/agent.ts`, by name. With them, even none, the project is a copy, which nobody edits meanwhile. */
  limits?: AgentLimits;
  /** Exports one more `tool` for the agent of that copy. */
  toolFile?: string;
  /** The local model takes faults over HTTP and keeps the audio it is sent. */
  faults?: boolean;
}

/** `settings` are what a person would put before `npm run dev`. With a key among them no local model starts. */
export async function runDev(
  settings: Readonly<Record<string, string>> = {},
  { limits, toolFile, faults = false }: TestDevOptions = {},
): Promise<TestDevServer> {
  const storage = mkdtempSync(join(tmpdir(), "parley-dev-"));
  const lines: string[] = [];
  const [port, realtimePort] = await findFreePorts(2);
  const ports = { PORT: String(port), REALTIME_PORT: String(realtimePort) };
  const removeStorage = () => rmSync(storage, { recursive: true, force: true });
  const root = join(storage, "project");
  try {
    if (limits !== undefined) makeAgentProject(root, limits, toolFile);
    const server = await startDev({
      ...(limits === undefined ? {} : { root }),
      ...(faults ? { localModel: FAULTY_LOCAL_MODEL } : {}),
      env: { ...withoutSettings(process.env), ...ports, PERSIST_TO: storage, ...settings },
      devVars: false,
      onLine: (part, line) => lines.push(`${part}: ${line}`),
    });
    const stop = async () => {
      await server.stop();
      removeStorage();
    };
    return { ...server, lines, storage, stop };
  } catch (error) {
    removeStorage();
    throw new Error(`The development server did not start:\n${lines.join("\n")}`, { cause: error });
  }
}
