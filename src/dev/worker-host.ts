// The process that runs the Worker locally, through wrangler's own start function: `wrangler dev` would take the
// key only from its arguments or from a file. Here the settings come through standard input, so that no process
// list, environment or temporary file holds them.

import type { ChildProcess } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import { text } from "node:stream/consumers";
import { unstable_startWorker } from "wrangler";

type Worker = Awaited<ReturnType<typeof unstable_startWorker>>;

export interface WorkerHostInput {
  configPath: string;
  port: number;
  /** Undefined is wrangler's own place, `.wrangler/state`. */
  persistTo: string | undefined;
  /** Instead of the one in wrangler.toml, which is for deployments. */
  buildCommand: string | undefined;
  values: Record<string, string>;
}

/** wrangler reads `.dev.vars` by itself unless it is told of another file; the values are all in the input. */
const NO_ENV_FILE = ["/no-env-file"];

const input = JSON.parse(await text(process.stdin)) as WorkerHostInput;

watchRuntime();
const worker = await startWorker(input);

process.on("SIGTERM", () => void worker.dispose().finally(() => process.exit(0)));

await worker.ready;
// The first one is the start itself.
worker.raw.once("reloadComplete", () => {
  worker.raw.on("reloadComplete", () => console.log("reloaded"));
});

/**
 * Wrangler goes on without the runtime when that is killed or crashes, and every request hangs. It ends the
 * runtime itself at each reload, which is marked on the child as `killed`.
 */
function watchRuntime(): void {
  subscribe("child_process", (message) => {
    const child = (message as { process: ChildProcess }).process;
    child.once("exit", (code, signal) => {
      if (child.killed || !child.spawnfile.includes("workerd")) return;
      console.error(`workerd ended (${signal ?? `exit code ${code}`})`);
      process.exit(1);
    });
  });
}

async function startWorker(options: WorkerHostInput): Promise<Worker> {
  try {
    return await unstable_startWorker({
      config: options.configPath,
      envFiles: NO_ENV_FILE,
      bindings: Object.fromEntries(
        Object.entries(options.values).map(([name, value]) => [name, { type: "secret_text", value }]),
      ),
      ...(options.buildCommand === undefined ? {} : { build: { custom: { command: options.buildCommand } } }),
      dev: {
        server: { hostname: "127.0.0.1", port: options.port },
        // Its port would collide with another project's.
        inspector: false,
        watch: true,
        ...(options.persistTo === undefined ? {} : { persist: options.persistTo }),
        structuredLogsHandler: (log: { message: string }) => console.log(oneLine(log.message)),
      },
    });
  } catch (error) {
    // A source that does not build: what the builder says is enough, the stacks around it are wrangler's.
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    console.error(cause instanceof Error ? cause.message : cause);
    process.exit(1);
  }
}

/** A logged object comes spread over lines, like a stack; only of a stack each line says something by itself. */
function oneLine(message: string): string {
  return message.startsWith("{") ? message.replaceAll(/\s*\n\s*/g, " ") : message;
}
