// `npm run dev` with a project folder and a local model of the test's own: `node stand-in-dev.ts <folder>`.

import { join } from "node:path";
import { runDev } from "../../src/dev/dev-command.ts";

const root = process.argv[2]!;
process.exitCode = await runDev({ root, localModel: join(root, "local-model.mjs") });
