// `npm run deploy`: checks the settings, then hands over to `wrangler deploy`, which builds the page and the
// Worker. Arguments go to wrangler; `npm run deploy -- --dry-run` needs neither a key nor a network.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { planDeploy } from "./deploy-plan.ts";
import { readSources, SettingError, withoutSettings } from "./settings.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WRANGLER = join(
  dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
  "bin/wrangler.js",
);

/** Asking for the names of the secrets is one request; a login that hangs must not hold the deployment. */
const SECRET_LIST_TIMEOUT_MS = 30_000;

const folder = mkdtempSync(join(tmpdir(), "parley-deploy-"));
try {
  process.exitCode = await deploy(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function deploy(args: readonly string[]): Promise<number> {
  const dryRun = args.includes("--dry-run");
  const { secrets, vars } = await planDeploy({ sources: readSources(ROOT, process.env), dryRun, hasSecret });
  const overrides = Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
  const upload = Object.keys(secrets).length === 0 ? [] : ["--secrets-file", writeSecrets(secrets)];
  if (upload.length > 0) console.log(`Uploading ${Object.keys(secrets).join(", ")} as a secret.`);
  return await wrangler(["deploy", "--minify", ...overrides, ...upload, ...args]);
}

/** For this user's eyes only, and gone with the folder: arguments are in every process list. */
function writeSecrets(secrets: Record<string, string>): string {
  const path = join(folder, "secrets.json");
  writeFileSync(path, JSON.stringify(secrets), { mode: 0o600, flag: "wx" });
  return path;
}

async function wrangler(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [WRANGLER, ...args], {
    cwd: ROOT,
    env: environment(),
    stdio: "inherit",
  });
  // The child decides; this process stays to remove the secrets.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => void child.kill(signal));
  }
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

/** False as well when nobody is logged in, or the Worker does not exist yet. */
async function hasSecret(name: string): Promise<boolean> {
  const child = spawn(process.execPath, [WRANGLER, "secret", "list", "--format", "json"], {
    cwd: ROOT,
    env: environment(),
    stdio: ["ignore", "pipe", "ignore"],
    timeout: SECRET_LIST_TIMEOUT_MS,
  });
  const output = await text(child.stdout);
  try {
    return (JSON.parse(output) as { name: string }[]).some((secret) => secret.name === name);
  } catch {
    return false;
  }
}

function environment(): NodeJS.ProcessEnv {
  return { ...withoutSettings(process.env), WRANGLER_SEND_METRICS: "false" };
}
