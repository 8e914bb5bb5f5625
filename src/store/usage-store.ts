// What responses and transcriptions used: one row each, and their sum.

import type { UsageTotals } from "../protocol/messages.ts";

/** One report of the model. `costMicroUsd` is absent where the price is not known. */
export interface UsageRow extends UsageTotals {
  source: "response" | "transcription";
}

export class UsageStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add(row: UsageRow, now: number): void {
    this.#sql.exec(
      `INSERT INTO usage (source, at, audio_in_ms, audio_out_ms, input_text_tokens, input_audio_tokens, cached_tokens,
                          output_text_tokens, output_audio_tokens, cost_micro_usd)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.source,
      Math.round(now),
      Math.round(row.audioInMs),
      Math.round(row.audioOutMs),
      Math.round(row.inputTextTokens),
      Math.round(row.inputAudioTokens),
      Math.round(row.cachedTokens),
      Math.round(row.outputTextTokens),
      Math.round(row.outputAudioTokens),
      row.costMicroUsd === undefined ? null : Math.round(row.costMicroUsd),
    );
  }

  /**
   * Sums over the conversation. A response and the transcription of its turn report the same microphone audio, so
   * the milliseconds are summed over responses alone. The cost is absent until one row has a known price.
   */
  totals(): UsageTotals {
    const row = this.#sql
      .exec<Record<string, number | null>>(
        `SELECT COALESCE(SUM(audio_in_ms) FILTER (WHERE source = 'response'), 0) AS audioInMs, COALESCE(SUM(audio_out_ms), 0) AS audioOutMs,
                COALESCE(SUM(input_text_tokens), 0) AS inputTextTokens,
                COALESCE(SUM(input_audio_tokens), 0) AS inputAudioTokens,
                COALESCE(SUM(cached_tokens), 0) AS cachedTokens,
                COALESCE(SUM(output_text_tokens), 0) AS outputTextTokens,
                COALESCE(SUM(output_audio_tokens), 0) AS outputAudioTokens,
                SUM(cost_micro_usd) AS costMicroUsd
         FROM usage`,
      )
      .one();
    const { costMicroUsd, ...sums } = row;
    const totals = sums as unknown as UsageTotals;
    if (typeof costMicroUsd === "number") totals.costMicroUsd = costMicroUsd;
    return totals;
  }
}
