// Set up in every test file: the test that made a local model send a wrong event fails. What types were sent is kept
// for the count at the end of the run.

import { appendFileSync } from "node:fs";
import { afterAll, afterEach } from "vitest";
import { SENT_TYPES_FILE } from "./count-types.ts";
import { EventWatch } from "./event-watch.ts";

const watch = new EventWatch();

afterEach(() => watch.check());
afterAll(async () => {
  watch.end();
  await watch.check();
  const file = process.env[SENT_TYPES_FILE];
  if (file !== undefined) appendFileSync(file, [...watch.types, ""].join("\n"));
});
