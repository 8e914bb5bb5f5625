// Around a whole run: has the schemas ready before the first test, and says at the end which types of event were sent.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventChecker } from "./event-checker.ts";
import { NOT_ON_WEBSOCKETS } from "./allow-list.ts";

/** Names the file, in the environment of the run, to which each test file adds the types it saw. */
export const SENT_TYPES_FILE = "TEST_SENT_EVENT_TYPES";

/** A run of a few tests misses most of the types: only the last few are worth their names. */
const MAX_NAMED = 15;

export default async function setup(): Promise<() => void> {
  const { types } = await EventChecker.load();
  const folder = mkdtempSync(join(tmpdir(), "parley-sent-types-"));
  const file = join(folder, "types.txt");
  writeFileSync(file, "");
  process.env[SENT_TYPES_FILE] = file;
  return () => {
    const sent = new Set(readFileSync(file, "utf8").split("\n").filter(Boolean));
    rmSync(folder, { recursive: true });
    if (sent.size > 0) console.log(countOf(sent, types));
  };
}

/** `types` are those of the union. */
export function countOf(sent: ReadonlySet<string>, types: readonly string[]): string {
  const due = types.filter((type) => !Object.hasOwn(NOT_ON_WEBSOCKETS, type));
  const missing = due.filter((type) => !sent.has(type)).toSorted();
  const count = `event types sent and valid: ${due.length - missing.length} of ${due.length}`;
  const isNamed = missing.length > 0 && missing.length <= MAX_NAMED;
  return isNamed ? `${count}; not sent: ${missing.join(", ")}` : count;
}
