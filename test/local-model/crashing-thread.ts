// A worker thread that dies of one word and echoes the others.

import { serveThread } from "../../src/local-model/thread-entry.ts";

serveThread((word: string) => {
  if (word === "die") setImmediate(() => process.exit(3));
  return word === "die" ? new Promise<string>(() => {}) : word;
});
