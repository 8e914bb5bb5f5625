import { expect, test } from "vitest";
import { responseUsageTotals, transcriptionUsageTotals } from "../../src/realtime/usage.ts";

const usage = {
  input_token_details: {
    text_tokens: 100,
    audio_tokens: 50,
    cached_tokens: 64,
    cached_tokens_details: { text_tokens: 64, audio_tokens: 0 },
  },
  output_token_details: { text_tokens: 20, audio_tokens: 60, cached_tokens: 0 },
};

test("US2 cached tokens have their own price, in micro-dollars", () => {
  const totals = responseUsageTotals(usage, "gpt-realtime-2.1", 5000, 3000);
  expect(totals).toMatchObject({ audioInMs: 5000, audioOutMs: 3000, inputTextTokens: 100, cachedTokens: 64 });
  // 36 × $4 + 64 × $0.40 + 50 × $32 + 20 × $24 + 60 × $64, each per million.
  expect(totals.costMicroUsd).toBeCloseTo(36 * 4 + 64 * 0.4 + 50 * 32 + 20 * 24 + 60 * 64);
});

test("US2 a model whose price is not known costs nothing that we would state", () => {
  expect(responseUsageTotals(usage, "someone-elses", 0, 0)).not.toHaveProperty("costMicroUsd");
  expect(responseUsageTotals(usage, undefined, 0, 0)).not.toHaveProperty("costMicroUsd");
  expect(responseUsageTotals(null, "gpt-realtime-2.1", 0, 0).costMicroUsd).toBe(0);
});

test("US2 transcription is priced by its minutes", () => {
  const totals = transcriptionUsageTotals({ type: "duration", seconds: 6 }, "gpt-realtime-whisper", 6000);
  expect(totals.costMicroUsd).toBeCloseTo(1700);
  expect(totals.audioInMs).toBe(6000);
});
