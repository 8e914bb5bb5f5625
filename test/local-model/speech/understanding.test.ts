// The sentences of `npm run bench:speech`, typed: floors under what was measured, so that a change that costs
// understanding is seen here. Speech is measured there, not here: it takes minutes.

import { describe, expect, it } from "vitest";
import { share, typed } from "../../../bench/speech/accuracy.ts";
import { developmentTools } from "../../../bench/speech/development-tools.ts";
import { developmentOutside, developmentUnseen } from "../../../bench/speech/development.ts";
import { heldOutTools } from "../../../bench/speech/held-out-tools.ts";
import { heldOutOutside, heldOutUnseen } from "../../../bench/speech/held-out.ts";
import { TOOLS } from "./dialogue.ts";

describe("understanding", () => {
  it("LM107 calls tools it has never seen with the right arguments", () => {
    const cases = (tools: typeof TOOLS, list: typeof developmentUnseen) =>
      typed({ name: "unseen", tools, cases: list });
    expect(share(cases(developmentTools, developmentUnseen), "exact")).toBeGreaterThan(0.9);
    expect(share(cases(heldOutTools, heldOutUnseen), "exact")).toBeGreaterThan(0.7);
  });

  it("LM108 runs no tool for typed sentences about nothing", () => {
    const cases = [...developmentOutside, ...heldOutOutside].map((say) => ({ say, calls: [] }));
    for (const tools of [TOOLS, developmentTools, heldOutTools]) {
      const ran = typed({ name: "outside", tools, cases }).filter(({ decision }) => decision.kind === "call");
      expect(ran.map(({ text }) => text)).toEqual([]);
    }
  });
});
