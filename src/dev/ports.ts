// The two ports of `npm run dev`, checked before anything starts, so that a taken one is a sentence and not a
// stack trace from one of the parts.

import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { SettingError } from "./settings.ts";

export const HOST = "127.0.0.1";
export const DEFAULT_PORT = 8787;
export const DEFAULT_REALTIME_PORT = 8788;

const HIGHEST_PORT = 65_535;

export function parsePort(setting: string, value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const port = Number(value);
  if (!/^\d+$/.test(value) || port < 1 || port > HIGHEST_PORT) {
    throw new SettingError(`${setting} must be a port number from 1 to ${HIGHEST_PORT}, not "${value}".`);
  }
  return port;
}

/** Throws a line that names `setting` unless somebody could listen on `port` now. */
export async function requireFreePort(setting: string, port: number): Promise<void> {
  try {
    await close(await listen(port));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === "EADDRINUSE" ? "is taken" : `cannot be used (${code})`;
    throw new SettingError(`Port ${port} ${why}: set ${setting} to another one.`, { cause: error });
  }
}

/** A port that nobody listened on a moment ago. */
export async function findFreePort(): Promise<number> {
  const [port] = await findFreePorts(1);
  return port!;
}

/** Ports like that, all of them different: each is held until the last one is found. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(close));
  return ports;
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host: HOST, exclusive: true }, () => resolve(server));
  });
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}
