// The models this server answers for: their generation, and how much one may read.

const MODELS = new Set([
  "gpt-realtime-2.1",
  "gpt-realtime-2.1-mini",
  "gpt-realtime-2",
  "gpt-realtime-1.5",
  "gpt-realtime",
  "gpt-realtime-mini",
]);

/** What remains for input when the longest output is reserved: 28,224 of 32k is documented, the other by analogy. */
const FIRST_GENERATION_INPUT_TOKENS = 28_224;
const SECOND_GENERATION_INPUT_TOKENS = 96_000;

/** Dated versions such as `gpt-realtime-2025-08-28` are the models they date. */
export function isKnownModel(model: string): boolean {
  return MODELS.has(model.replace(/-\d{4}-\d{2}-\d{2}$/, ""));
}

/** The second generation reasons, and marks its messages with a phase. */
export function isSecondGeneration(model: string): boolean {
  return model.startsWith("gpt-realtime-2") && !/^gpt-realtime-20\d\d-/.test(model);
}

export function inputTokenLimit(model: string): number {
  return isSecondGeneration(model) ? SECOND_GENERATION_INPUT_TOKENS : FIRST_GENERATION_INPUT_TOKENS;
}
