// The command `npm run local-model`: reads its settings, starts the server, ends with the signals.

import { parseArgs } from "node:util";
import { DEFAULT_HOST, DEFAULT_PORT, startLocalModel } from "./server.ts";
import type { LocalModel, LocalModelOptions } from "./server.ts";

const HELP = `Usage: npm run local-model -- [options]

A server on this computer that speaks the OpenAI Realtime API (GA) and really hears and speaks English, offline.
It needs no key: any is accepted. Clients connect to ws://127.0.0.1:8788/v1/realtime?model=gpt-realtime-2.1

  --port N         port to listen on, 0 for any free one (environment: REALTIME_PORT; default ${DEFAULT_PORT})
  --host ADDRESS   address to listen on (default ${DEFAULT_HOST}); other than loopback only with --allow-remote
  --allow-remote   let other computers connect; there is no protection but --key
  --key KEY        let only this key in (environment: LOCAL_MODEL_KEY)
  --pace N         seconds of speech sent per second (default 5)
  --lifetime S     seconds a session may last (default 3600)
  --help           this text

GET /healthz answers 200 {"ok":true} once sessions can begin.`;

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);
/** A shutdown that takes longer is forced. */
const SHUTDOWN_LIMIT_MS = 3000;

function settings(): LocalModelOptions | string {
  const { values } = parseArgs({
    options: {
      port: { type: "string" },
      host: { type: "string" },
      "allow-remote": { type: "boolean" },
      key: { type: "string" },
      pace: { type: "string" },
      lifetime: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return HELP;
  const host = values.host ?? DEFAULT_HOST;
  if (!LOOPBACK.has(host) && !values["allow-remote"]) {
    throw new Error(`--host ${host} would let other computers in: add --allow-remote if that is meant`);
  }
  const key = values.key ?? process.env["LOCAL_MODEL_KEY"];
  return {
    host,
    port: numberSetting(
      "--port or REALTIME_PORT",
      values.port ?? (process.env["REALTIME_PORT"] || `${DEFAULT_PORT}`),
      0,
      65_535,
    ),
    audioPace: numberSetting("--pace", values.pace ?? "5", 0.1, Infinity),
    sessionLifetimeMs: 1000 * numberSetting("--lifetime", values.lifetime ?? "3600", 1, 86_400),
    ...(key ? { requireKey: key } : {}),
    log: (line) => console.log(line),
  };
}

function numberSetting(name: string, value: string, least: number, most: number): number {
  const number = Number(value);
  if (value.trim() === "" || Number.isNaN(number) || number < least || number > most) {
    throw new Error(`${name} must be a number from ${least} to ${most}, not "${value}"`);
  }
  return number;
}

async function main(): Promise<void> {
  const options = settings();
  if (typeof options === "string") {
    console.log(options);
    return;
  }
  let model: LocalModel | undefined;
  const stop = (): void => {
    setTimeout(() => process.exit(1), SHUTDOWN_LIMIT_MS).unref();
    // Before it is ready there is nothing to end but the process itself.
    if (!model) process.exit(0);
    void model.close().then(() => process.exit(0));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
  model = await startLocalModel(options);
  console.log(`local model ready on ${model.url}`);
}

try {
  await main();
} catch (error) {
  const { code, message, port } = error as NodeJS.ErrnoException & { port?: number };
  const taken = `port ${port} is taken: choose another with REALTIME_PORT or --port`;
  console.error(`local model: ${code === "EADDRINUSE" ? taken : message}`);
  process.exit(1);
}
