// `npm run check:spec`: every rule of docs/spec.md has a test, and every test says which rule it proves.

import { existsSync, globSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { compareWithSpec, type TestSource } from "./spec-rules.ts";

const root = process.argv[2] ?? fileURLToPath(new URL("../..", import.meta.url));
const specPath = join(root, "docs/spec.md");
const spec = existsSync(specPath) ? readFileSync(specPath, "utf8") : "";
const tests: TestSource[] = globSync(join(root, "test/**/*.test.ts")).map((path) => ({
  path: relative(root, path),
  text: readFileSync(path, "utf8"),
}));

const { rules, titles, problems } = compareWithSpec(spec, tests);
for (const problem of problems) console.error(problem);
console.log(`${rules} rules, ${titles} tests, ${problems.length} problems`);
process.exitCode = problems.length === 0 && rules > 0 ? 0 : 1;
