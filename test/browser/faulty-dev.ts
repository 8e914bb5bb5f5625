// `npm run dev` in a project folder of a test's own, with the local model's faults on: `node faulty-dev.ts <folder>`.

import { runDev } from "../../src/dev/dev-command.ts";
import { FAULTY_LOCAL_MODEL } from "./run-dev.ts";

process.exitCode = await runDev({ root: process.argv[2]!, localModel: FAULTY_LOCAL_MODEL });
