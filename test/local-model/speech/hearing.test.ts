import { beforeAll, describe, expect, it } from "vitest";
import { sampleOf } from "../../../bench/speech/speech-samples.ts";
import { denoised } from "../../../src/local-model/hearing/denoise.ts";
import { Recogniser } from "../../../src/local-model/hearing/recogniser.ts";
import { clauses } from "../../../src/local-model/voice/clauses.ts";
import { Dialogue, TOOLS } from "./dialogue.ts";

let recogniser: Recogniser;

beforeAll(async () => {
  recogniser = await Recogniser.load();
});

function hears(talk: Dialogue, text: string, noiseBelowDb?: number): string {
  return recogniser.recognise(
    sampleOf(text, "rms", noiseBelowDb),
    talk.brain.vocabulary(TOOLS, talk.memories),
  );
}

describe("hearing", () => {
  it("LM110 hears two requests in one turn, a correction and a follow-up", () => {
    const talk = new Dialogue();
    const both = hears(talk, "What time is it in Tokyo and what is the weather in Paris?");
    expect(talk.answers(both)).toBe("current_time(Tokyo) get_weather(Paris)");
    expect(talk.answers(hears(talk, "No, I meant London."))).toBe("get_weather(London)");
    expect(talk.answers(hears(talk, "What about Berlin?"))).toBe("get_weather(Berlin)");
  });

  it("LM111 hears a name and is asked for it later", () => {
    const talk = new Dialogue();
    expect(talk.answers(hears(talk, "My name is Daniel."))).toBe("Nice to meet you, Daniel.");
    expect(talk.answers(hears(talk, "What is my name?"))).toBe("Your name is Daniel.");
  });

  it("LM112 hears through the noise of a room, 20 dB below the voice", () => {
    const talk = new Dialogue();
    expect(hears(talk, "What is the weather in Lisbon?", 20)).toMatch(/what(?:'s| is) the weather in lisbon/);
  });

  it("LM113 takes steady noise out of the pauses and leaves the voice, and clean audio as it was", () => {
    const floats = (samples: Int16Array): Float32Array => Float32Array.from(samples, (each) => each / 32_768);
    const loudness = (samples: Float32Array): number =>
      Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length);
    const clean = floats(sampleOf("Good morning to everyone.", "rms"));
    expect(denoised(clean)).toBe(clean);
    const noisy = floats(sampleOf("Good morning to everyone.", "rms", 20));
    const quiet = denoised(noisy);
    const pause = [1_000, 6_000] as const;
    expect(loudness(quiet.subarray(...pause))).toBeLessThan(loudness(noisy.subarray(...pause)) / 4);
    expect(loudness(quiet) / loudness(noisy)).toBeGreaterThan(0.9);
  });

  it("LM114 hears a sentence about nothing as words that run no tool", () => {
    const talk = new Dialogue();
    const heard = hears(talk, "My grandmother grew up on a farm.");
    expect(talk.asks(heard)).toMatchObject({ kind: "say" });
  });

  it("LM115 cuts the first piece of an answer short, for somebody waits for it", () => {
    const long = `There are ${"many and more things, ".repeat(30)}and no more.`;
    expect(clauses(long)[0]!.length).toBeLessThanOrEqual(80);
    expect(clauses(long).join("")).toBe(long);
  });
});
