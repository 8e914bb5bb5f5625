// `npm run dev`: the page on http://127.0.0.1:8787, with the local model beside it unless there is a key.

import { runDev } from "./dev-command.ts";

process.exitCode = await runDev({});
