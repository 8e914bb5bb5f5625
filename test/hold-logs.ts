// What the Worker logs during its tests is held back, and told of a test that failed.
//
// The runner would pass each line on by itself, but a line that an object writes while a file's last report is under way
// waits for the next report, and the file for the line: the run then never ends (cloudflare/workers-sdk#15719, open).
// A test that failed is told of in the test's own context, where nothing has to wait.

import { beforeEach } from "vitest";

const LEVELS = ["log", "warn", "error"] as const;
/** Lines held of one test. The last ones say why it failed. */
const HELD_LINES = 500;

type Tell = (...line: unknown[]) => void;

/** This module is loaded again for each file; the console stays, and gives another function each time it is asked. */
const kept = globalThis as typeof globalThis & { heldLines?: { tell: Tell; line: unknown[] }[] };

function hold(): { tell: Tell; line: unknown[] }[] {
  const lines: { tell: Tell; line: unknown[] }[] = [];
  for (const level of LEVELS) {
    const tell: Tell = console[level];
    console[level] = (...line) => {
      lines.push({ tell, line });
      if (lines.length > HELD_LINES) lines.shift();
    };
  }
  return lines;
}

const held = (kept.heldLines ??= hold());

beforeEach(({ onTestFailed }) => {
  held.length = 0;
  onTestFailed(() => {
    for (const { tell, line } of held) tell(...line);
  });
});
