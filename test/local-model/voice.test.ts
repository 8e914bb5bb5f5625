import { describe, expect, it } from "vitest";
import { recogniserFor } from "../../src/local-model/hearing/recogniser.ts";
import { clauses } from "../../src/local-model/voice/clauses.ts";
import { speakable } from "../../src/local-model/voice/speakable.ts";
import { synthesise } from "../../src/local-model/voice/synthesise.ts";

describe("voice", () => {
  it("LM6 says times, dates and units as words", () => {
    expect(speakable("It is 15:05 in Oslo.")).toBe("It is three oh five P M in Oslo.");
    expect(speakable("At 9:42 PM, or 12:00 AM")).toBe("At nine forty two P M, or twelve A M");
    expect(speakable("On 2026-03-09 it is -3°C, **80%** humid")).toBe(
      "On March 9, 2026 it is minus 3 degrees Celsius, 80 percent humid",
    );
  });

  it("LM7 speaks clause by clause and loses no character of the text", () => {
    const text = `One moment. ${"It goes on, and on, ".repeat(20)}to the end! Yes? Done.`;
    expect(clauses(text).join("")).toBe(text);
    expect(clauses(text)[0]).toBe("One moment. ");
    expect(Math.max(...clauses(text).map((clause) => clause.length))).toBeLessThanOrEqual(160);
    expect(clauses("")).toEqual([]);
  });

  it("LM8 is understood by the recogniser in voices of men and women, also in a word the dictionary lacks", async () => {
    const { recognise } = await recogniserFor(["what time is it in {city}"], {
      city: ["tokyo", "paris", "ouagadougou", "berlin", "new york"],
    });
    for (const voice of ["rms", "slt", "kal16", "marin", "shimmer"]) {
      expect(recognise(synthesise("What time is it in Ouagadougou?", voice))).toBe(
        "what time is it in ouagadougou",
      );
    }
    expect(recognise(new Int16Array(24_000))).toBe("");
  });
});
