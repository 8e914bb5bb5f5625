// This project with other numbers in its agent file, as a developer who edits that file has it: a minute of silence
// is too long for a test. The page is this project's own.

import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const COMMAND = fileURLToPath(new URL("faulty-dev.ts", import.meta.url));
/** Of `src` the Worker needs none of these. */
const NOT_THE_WORKER = new Set(
  ["browser", "dev", "local-model"].map((name) => join(REPOSITORY, "src", name)),
);

/** Limits of `src/agent.ts` by name. */
export type AgentLimits = Readonly<Record<string, number>>;

/**
 * Makes the project in an empty folder; its `npm run dev` is this project's, with the local model's faults on.
 * `toolFile` exports one more `tool` for the agent and reaches the project as `../../src`.
 */
export function makeAgentProject(folder: string, limits: AgentLimits, toolFile?: string): void {
  mkdirSync(folder, { recursive: true });
  cpSync(join(REPOSITORY, "src"), join(folder, "src"), {
    recursive: true,
    filter: (source) => !NOT_THE_WORKER.has(source),
  });
  symlinkSync(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));

  const agentFile = join(folder, "src/agent.ts");
  let agent = readFileSync(agentFile, "utf8");
  for (const [name, value] of Object.entries(limits)) {
    agent = replaced(agent, new RegExp(`\\b${name}: [\\d_]+`), `${name}: ${value}`);
  }
  if (toolFile !== undefined) {
    cpSync(toolFile, join(folder, "src/tools/one-more.ts"));
    agent = `import { tool as oneMore } from "./tools/one-more.ts";\n${replaced(agent, "tools: [", "tools: [oneMore, ")}`;
  }
  writeFileSync(agentFile, agent);

  const build = `npm --prefix ${JSON.stringify(REPOSITORY)} run --silent build:browser -- --dev`;
  let toml = readFileSync(join(REPOSITORY, "wrangler.toml"), "utf8");
  toml = replaced(toml, /^command = .*$/m, `command = ${JSON.stringify(build)}`);
  toml = replaced(toml, /^directory = .*$/m, `directory = ${JSON.stringify(join(REPOSITORY, "public"))}`);
  writeFileSync(join(folder, "wrangler.toml"), toml);

  const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as {
    scripts: { dev: string };
  };
  const dev = replaced(scripts.dev, "src/dev/dev.ts", `${COMMAND} ${folder}`);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, scripts: { dev } }));
}

function replaced(text: string, what: RegExp | string, by: string): string {
  const result = text.replace(what, () => by);
  if (result === text) throw new Error(`nothing matches ${String(what)}`);
  return result;
}
