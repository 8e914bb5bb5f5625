// Where a setting comes from: the environment, then `.dev.vars`, then `[vars]` in wrangler.toml; an empty value
// counts as unset. The names the Worker knows are listed here once more, because a process environment is full
// of other things; a test compares the list with `src/env.ts`.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";

/** Must stay out of process lists, logs and files that outlive a command. */
export const SECRET_SETTINGS: readonly string[] = ["OPENAI_API_KEY"];

export const WORKER_SETTINGS: readonly string[] = [
  ...SECRET_SETTINGS,
  "REALTIME_URL",
  "REALTIME_MODEL",
  "TRANSCRIPTION_MODEL",
  "ALLOWED_ORIGINS",
  "MAX_CONVERSATIONS_PER_DAY",
];

/** Read by the scripts, never by the Worker. */
export const SCRIPT_SETTINGS: readonly string[] = ["PORT", "REALTIME_PORT", "PERSIST_TO"];

export type SettingValues = Readonly<Record<string, string>>;

export interface SettingSources {
  /** What the environment says about settings that are known here. */
  environment: SettingValues;
  /** All of `.dev.vars`: tools may have secrets of their own in it. */
  devVars: SettingValues;
  /** `[vars]`: what is deployed too. */
  vars: SettingValues;
}

/** A setting that is missing or wrong; the message is one line that names it. */
export class SettingError extends Error {}

export function readSources(root: string, environment: NodeJS.ProcessEnv): SettingSources {
  const known = [...WORKER_SETTINGS, ...SCRIPT_SETTINGS];
  return {
    environment: withoutEmpty(Object.fromEntries(known.map((name) => [name, environment[name]]))),
    devVars: withoutEmpty(parseEnv(readIfThere(join(root, ".dev.vars")))),
    vars: withoutEmpty(parseVars(readIfThere(join(root, "wrangler.toml")))),
  };
}

/** One value by the order above. */
export function settingOf(sources: SettingSources, name: string): string | undefined {
  return sources.environment[name] ?? sources.devVars[name] ?? sources.vars[name];
}

/**
 * What the Worker gets on top of `[vars]`, which it reads by itself. The scripts' own settings are left out, and
 * so is an empty value, which would otherwise hide the one in `[vars]`.
 */
export function workerValues(sources: SettingSources): Record<string, string> {
  const values: Record<string, string> = { ...sources.devVars, ...sources.environment };
  for (const name of SCRIPT_SETTINGS) delete values[name];
  return values;
}

/** `environment` for a child that has no business with the settings. */
export function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const rest = { ...environment };
  for (const name of [...WORKER_SETTINGS, ...SCRIPT_SETTINGS]) delete rest[name];
  return rest;
}

/**
 * The one-line values of the `[vars]` table. Wrangler's own reader costs two seconds of start-up, and the scripts
 * ask only for settings, which are strings and numbers on a line of their own.
 */
export function parseVars(toml: string): Record<string, string> {
  const values: Record<string, string> = {};
  let inside = false;
  for (const line of toml.split("\n")) {
    const table = /^\s*\[+\s*([\w.-]+)\s*\]+/.exec(line);
    if (table !== null) inside = table[1] === "vars";
    const entry = /^\s*(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+))/.exec(line);
    if (inside && entry !== null) values[entry[1]!] = entry[2] ?? entry[3] ?? entry[4] ?? "";
  }
  return values;
}

function withoutEmpty(values: Record<string, string | undefined>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== "") kept[name] = value;
  }
  return kept;
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
