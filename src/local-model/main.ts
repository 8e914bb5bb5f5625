// The command `npm run local-model`: reads its settings, starts the server, ends with the signals.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DEFAULT_HOST, DEFAULT_MAX_SESSIONS, DEFAULT_PORT, startLocalModel } from "./server.ts";
import type { LocalModel, LocalModelOptions } from "./server.ts";

const HELP = `Usage: npm run local-model -- [options]

A server on this computer that speaks the OpenAI Realtime API (GA) and really hears and speaks English, offline.
It needs no key: any is accepted, or only the one that LOCAL_MODEL_KEY holds in the environment.
Clients connect to ws://127.0.0.1:8788/v1/realtime?model=gpt-realtime-2.1

  --port N         port to listen on, 0 for any free one (environment: REALTIME_PORT; default ${DEFAULT_PORT})
  --host ADDRESS   address to listen on (default ${DEFAULT_HOST}); other than loopback only with --allow-remote
  --allow-remote   let other computers connect; there is no protection but LOCAL_MODEL_KEY
  --tls            serve wss: with a certificate made at start, which clients must be given as their authority
                   (Node: NODE_EXTRA_CA_CERTS=FILE; curl, Python: SSL_CERT_FILE=FILE); the ready line names FILE
  --certificate FILE  where --tls writes that certificate (default: a temporary folder, removed at the end)
  --pace N         seconds of speech sent per second (default 5)
  --lifetime S     seconds a session may last (default 3600)
  --max-sessions N sessions at a time (default ${DEFAULT_MAX_SESSIONS}); the next is refused with 503
  --deflate        compress for clients that offer permessage-deflate, as the real service does
  --faults         take faults on demand: ?fault=drop@response.created in the URL, and POST /faults from this
                   computer (docs/local-model.md lists them)
  --keep-audio S   keep the first S seconds of each session's incoming audio for GET /faults/audio/SESSION
  --help           this text

GET /healthz answers 200 {"ok":true} once sessions can begin. One line is printed per ended session, of ids and numbers.
SIGINT, SIGTERM and SIGHUP end every session with 1001 and the process with code 0.`;

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);
/** A shutdown that takes longer is forced. */
const SHUTDOWN_LIMIT_MS = 3000;

interface Settings extends LocalModelOptions {
  /** Where the certificate goes; a temporary folder if nowhere is said. */
  readonly certificateFile: string | undefined;
}

function settings(): Settings | string {
  const { values } = parseArgs({
    options: {
      port: { type: "string" },
      host: { type: "string" },
      "allow-remote": { type: "boolean" },
      tls: { type: "boolean" },
      certificate: { type: "string" },
      pace: { type: "string" },
      lifetime: { type: "string" },
      "max-sessions": { type: "string" },
      deflate: { type: "boolean" },
      faults: { type: "boolean" },
      "keep-audio": { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return HELP;
  const host = values.host ?? DEFAULT_HOST;
  if (!LOOPBACK.has(host) && !values["allow-remote"]) {
    throw new Error(`--host ${host} would let other computers in: add --allow-remote if that is meant`);
  }
  if (values.certificate !== undefined && !values.tls) throw new Error("--certificate needs --tls");
  // From the environment only: arguments are in every process list.
  const key = process.env["LOCAL_MODEL_KEY"];
  return {
    host,
    port: wholeSetting(
      "--port or REALTIME_PORT",
      values.port ?? (process.env["REALTIME_PORT"] || `${DEFAULT_PORT}`),
      0,
      65_535,
    ),
    audioPace: numberSetting("--pace", values.pace ?? "5", 0.1, Infinity),
    sessionLifetimeMs: 1000 * numberSetting("--lifetime", values.lifetime ?? "3600", 1, 86_400),
    ...(key ? { requireKey: key } : {}),
    maxSessions: wholeSetting(
      "--max-sessions",
      values["max-sessions"] ?? `${DEFAULT_MAX_SESSIONS}`,
      1,
      10_000,
    ),
    deflate: values.deflate ?? false,
    faults: values.faults ?? false,
    keepAudioMs: 1000 * numberSetting("--keep-audio", values["keep-audio"] ?? "0", 0, 86_400),
    tls: values.tls ?? false,
    certificateFile: values.certificate,
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

function wholeSetting(name: string, value: string, least: number, most: number): number {
  const number = numberSetting(name, value, least, most);
  if (!Number.isInteger(number)) throw new Error(`${name} must be a whole number, not "${value}"`);
  return number;
}

/** Writes the certificate and returns where it is. A folder of our own goes with the process. */
function written(certificate: string, file: string | undefined): string {
  if (file !== undefined) {
    writeFileSync(file, certificate);
    return file;
  }
  const folder = mkdtempSync(join(tmpdir(), "parley-local-model-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "certificate.pem"), certificate);
  return join(folder, "certificate.pem");
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
  const { certificate } = model;
  const trust = certificate ? `, certificate in ${written(certificate, options.certificateFile)}` : "";
  console.log(`local model ready on ${model.url}${trust}`);
}

try {
  await main();
} catch (error) {
  const { code, message, port } = error as NodeJS.ErrnoException & { port?: number };
  const taken = `port ${port} is taken: choose another with REALTIME_PORT or --port`;
  console.error(`local model: ${code === "EADDRINUSE" ? taken : message}`);
  process.exit(1);
}
