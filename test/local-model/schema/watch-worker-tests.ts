// Around the tests of the Worker, whose local models run in the process of the runner: checks what they sent when all
// tests are over, for here nobody knows which test it was.

import { countOf } from "./count-types.ts";
import { EventChecker } from "./event-checker.ts";
import { EventWatch } from "./event-watch.ts";

export default async function setup(): Promise<() => Promise<void>> {
  const { types } = await EventChecker.load();
  const watch = new EventWatch();
  return async () => {
    watch.end();
    try {
      await watch.check();
    } catch (error) {
      // The runner reports what is thrown here, but does not count it as a failure.
      process.exitCode = 1;
      throw error;
    }
    if (watch.types.size > 0) console.log(`worker: ${countOf(watch.types, types)}`);
  };
}
