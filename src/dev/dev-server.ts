// The development server: the Worker under wrangler and, without a key, the local model beside it. It owns what
// it starts. `dev.ts` is the command around it; browser tests start it with ports and state of their own.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type GuardedProcess, startGuarded } from "./guarded-process.ts";
import { DEFAULT_PORT, DEFAULT_REALTIME_PORT, HOST, parsePort, requireFreePort } from "./ports.ts";
import {
  readSources,
  SettingError,
  settingOf,
  type SettingValues,
  withoutSettings,
  workerValues,
} from "./settings.ts";
import { untilAnswers } from "./until-answers.ts";
import type { WorkerHostInput } from "./worker-host.ts";
import { requireWorkerSettings } from "./worker-settings.ts";

/** A cold start takes a few seconds; a busy two-core machine needed fifteen. After this something is stuck. */
const READY_TIMEOUT_MS = 60_000;

const BUILD_WITH_SOURCE_MAPS = "npm run --silent build:browser -- --dev";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const WORKER_HOST = fileURLToPath(new URL("worker-host.ts", import.meta.url));

export interface DevOptions {
  /** Settings are read from here; the rest is handed on to the children. */
  env: NodeJS.ProcessEnv;
  /** Where `wrangler.toml` and `.dev.vars` are. */
  root?: string;
  /** The file that runs the local model, told its port by `REALTIME_PORT`. */
  localModel?: string;
  /** False leaves `.dev.vars` alone: a test must not meet a developer's key. */
  devVars?: boolean;
  /** Output of the parts, one line at a time. */
  onLine?: (part: string, line: string) => void;
  /** Gives up starting. What is running is ended. */
  signal?: AbortSignal;
}

export interface DevServer {
  url: string;
  /** Null with a key: the model is somewhere else. */
  localModelUrl: string | null;
  /** Resolves, with a sentence, when a part ended that nobody asked to. */
  died: Promise<string>;
  stop(): Promise<void>;
}

interface Part {
  name: string;
  process: GuardedProcess;
}

interface Plan {
  port: number;
  /** Null: there is a key, so no local model. */
  realtimePort: number | null;
  /** All that the Worker will find, `[vars]` included. */
  settings: SettingValues;
  host: WorkerHostInput;
}

/** Resolves when every part answers. Rejects, with everything ended again, with a sentence for people. */
export async function startDev(options: DevOptions): Promise<DevServer> {
  const root = options.root ?? REPOSITORY;
  const plan = planOf(root, options);
  await requireWorkerSettings(plan.settings);
  await requireFreePort("PORT", plan.port);
  if (plan.realtimePort !== null) await requireFreePort("REALTIME_PORT", plan.realtimePort);

  const parts = startParts(root, plan, options);
  let stopping = false;
  const stop = async () => {
    stopping = true;
    await Promise.all(parts.map((part) => part.process.stop()));
  };
  const died = firstDeath(parts, () => stopping);
  try {
    const url = `http://${HOST}:${plan.port}`;
    const localModelUrl = plan.realtimePort === null ? null : `http://${HOST}:${plan.realtimePort}`;
    const addresses = [
      `${url}/`,
      `${url}/healthz`,
      ...(localModelUrl === null ? [] : [`${localModelUrl}/healthz`]),
    ];
    await untilReady(addresses, died, options.signal);
    return { url, localModelUrl, died, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function planOf(root: string, options: DevOptions): Plan {
  const read = readSources(root, options.env);
  const sources = options.devVars === false ? { ...read, devVars: {} } : read;
  const port = parsePort("PORT", settingOf(sources, "PORT"), DEFAULT_PORT);
  const persistTo = settingOf(sources, "PERSIST_TO");
  const values = workerValues(sources);
  const buildCommand = root === REPOSITORY ? BUILD_WITH_SOURCE_MAPS : undefined;
  const host = { configPath: join(root, "wrangler.toml"), port, persistTo, buildCommand, values };
  if (settingOf(sources, "OPENAI_API_KEY") !== undefined) {
    return { port, realtimePort: null, settings: { ...sources.vars, ...values }, host };
  }

  const realtimePort = parsePort("REALTIME_PORT", settingOf(sources, "REALTIME_PORT"), DEFAULT_REALTIME_PORT);
  if (realtimePort === port) throw new SettingError(`PORT and REALTIME_PORT are both ${port}.`);
  if (settingOf(sources, "REALTIME_URL") !== undefined) {
    options.onLine?.("dev", "REALTIME_URL is not used: without OPENAI_API_KEY the local model answers.");
  }
  values["OPENAI_API_KEY"] = "local-model";
  values["REALTIME_URL"] = `http://${HOST}:${realtimePort}/v1/realtime`;
  return { port, realtimePort, settings: { ...sources.vars, ...values }, host };
}

function startParts(root: string, plan: Plan, options: DevOptions): Part[] {
  const start = (name: string, script: string, env: NodeJS.ProcessEnv, input?: string) => ({
    name,
    process: startGuarded(script, [], {
      cwd: root,
      env: { ...withoutSettings(options.env), ...env },
      onLine: (line) => options.onLine?.(name, line),
      ...(input === undefined ? {} : { input }),
    }),
  });
  const parts = [start("worker", WORKER_HOST, WRANGLER_ENVIRONMENT, JSON.stringify(plan.host))];
  if (plan.realtimePort !== null) {
    const script = options.localModel ?? join(REPOSITORY, "src/local-model/main.ts");
    parts.push(start("local model", script, { REALTIME_PORT: String(plan.realtimePort) }));
  }
  return parts;
}

const WRANGLER_ENVIRONMENT = {
  // Otherwise each start asks the network for sample request data, and waits for it when there is none.
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  // Settings come from `.dev.vars` and the environment, and from no third place.
  CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  // Warnings and errors; what the Worker logs comes separately.
  WRANGLER_LOG: "warn",
};

async function untilReady(
  urls: string[],
  died: Promise<string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const over = new AbortController();
  const timeout = AbortSignal.timeout(READY_TIMEOUT_MS);
  const limits = AbortSignal.any([over.signal, timeout, ...(signal === undefined ? [] : [signal])]);
  const death = died.then((sentence) => {
    throw new Error(sentence);
  });
  try {
    await Promise.race([death, Promise.all(urls.map((url) => untilAnswers(url, limits)))]);
  } catch (error) {
    if (timeout.aborted) throw new Error(`Not ready after ${READY_TIMEOUT_MS / 1000} s.`, { cause: error });
    throw error;
  } finally {
    over.abort();
  }
}

/** Never settles when the parts end because they were asked to. */
function firstDeath(parts: readonly Part[], isAskedFor: () => boolean): Promise<string> {
  return new Promise((resolve) => {
    const watch = async ({ name, process }: Part) => {
      const { code, signal } = await process.exited;
      if (!isAskedFor()) resolve(`The ${name} ended (${signal ?? `exit code ${code}`}).`);
    };
    for (const part of parts) void watch(part);
  });
}
