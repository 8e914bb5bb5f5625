// Milliseconds: what was received, what was played, what a truncation may say.

import { describe, expect, test } from "vitest";
import { BYTES_PER_MS } from "../../src/audio/format.ts";
import { PlaybackLedger } from "../../src/conversation/playback-ledger.ts";

function ledgerWith(receivedMs: number): PlaybackLedger {
  const ledger = new PlaybackLedger();
  ledger.open("a");
  ledger.received("a", receivedMs * BYTES_PER_MS);
  return ledger;
}

describe("the playback ledger", () => {
  test("BI2 the heard part is a whole number below what was received", () => {
    const ledger = ledgerWith(1000);
    ledger.played("a", 437.9, true);
    expect(ledger.heard("a")).toEqual({ part: "some", ms: 437, totalMs: 1000, complete: false });
  });

  test("BI4 no sample played is nothing; a complete item played to the end is all", () => {
    const ledger = ledgerWith(1000);
    expect(ledger.heard("a")).toEqual({ part: "nothing" });
    ledger.complete("a");
    ledger.played("a", 999, true);
    expect(ledger.heard("a")).toEqual({ part: "all", totalMs: 1000 });
  });

  test("BI7 a report beyond what was received counts as what was received, and never goes back", () => {
    const ledger = ledgerWith(1000);
    ledger.played("a", 5000, false);
    ledger.played("a", 300, false);
    expect(ledger.heard("a")).toEqual({ part: "some", ms: 1000, totalMs: 1000, complete: false });
  });

  test("BI7 a report about an item that was never sent changes nothing", () => {
    const ledger = ledgerWith(1000);
    ledger.played("b", 500, true);
    expect(ledger.heard("b")).toEqual({ part: "nothing" });
    expect(ledger.unfinished()).toEqual(["a"]);
  });
});
