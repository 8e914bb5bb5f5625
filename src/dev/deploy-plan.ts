// What a deployment needs before it can start: decided here, carried out by `deploy.ts`. `.dev.vars` is for this
// machine; of it, only the key is ever deployed, and only when Cloudflare has none.

import { SECRET_SETTINGS, SettingError, type SettingSources, WORKER_SETTINGS } from "./settings.ts";

const KEY = "OPENAI_API_KEY";

export interface DeployPlan {
  /** Uploaded as secrets, through a file. */
  secrets: Record<string, string>;
  /** Overrides of `[vars]` from the environment. Nothing secret: they become arguments. */
  vars: Record<string, string>;
}

export interface DeployQuestion {
  sources: SettingSources;
  dryRun: boolean;
  /** Whether the deployed Worker has the secret already. Asked only when that matters: it takes a login. */
  hasSecret: (name: string) => Promise<boolean>;
}

/** Throws a `SettingError` with one line about what is missing or wrong. */
export async function planDeploy({ sources, dryRun, hasSecret }: DeployQuestion): Promise<DeployPlan> {
  requireEncrypted(sources.environment["REALTIME_URL"] ?? sources.vars["REALTIME_URL"]);
  if (sources.vars[KEY] !== undefined) {
    throw new SettingError(
      `${KEY} must not be in [vars] of wrangler.toml: it is a secret. Put it in .dev.vars.`,
    );
  }
  const plain = WORKER_SETTINGS.filter((name) => !SECRET_SETTINGS.includes(name));
  return {
    secrets: dryRun ? {} : await secretsOf(sources, hasSecret),
    vars: pick(sources.environment, plain),
  };
}

async function secretsOf(
  { environment, devVars }: SettingSources,
  hasSecret: DeployQuestion["hasSecret"],
): Promise<Record<string, string>> {
  if (environment[KEY] !== undefined) return { [KEY]: environment[KEY] };
  if (await hasSecret(KEY)) return {};
  if (devVars[KEY] !== undefined) return { [KEY]: devVars[KEY] };
  throw new SettingError(
    `${KEY} is not set: give it in the environment or in .dev.vars, or log in and store it with \`npx wrangler secret put ${KEY}\`.`,
  );
}

/** Audio and the key travel to this address. */
function requireEncrypted(realtimeUrl: string | undefined): void {
  if (realtimeUrl === undefined || /^(https|wss):\/\//i.test(realtimeUrl)) return;
  throw new SettingError("REALTIME_URL must begin with https:// (or wss://) in a deployment.");
}

function pick(values: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}
