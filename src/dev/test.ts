// `npm test`: every test, the ones in a real browser included. Arguments go to vitest: `npm test -- test/tools`.
// The last line counts what passed, failed and was skipped.

import { findChromium } from "./find-chromium.ts";
import { stopSignals } from "./stop-signals.ts";
import { runTests } from "./test-command.ts";

process.exitCode = await runTests({
  args: process.argv.slice(2),
  findBrowser: findChromium,
  stopping: stopSignals(),
});
