// Long talks stay affordable: every answer pays for the whole context again. Whole turns leave it from the oldest
// end, in steps (from over the limit down to 70 %), so that the provider's prompt cache survives between two of them.
// Nothing is deleted from our own rows. Tokens are estimated, and corrected by what each answer really used.

import { bytesToMs } from "../audio/format.ts";
import type { ModelItem } from "./ports.ts";

/** How far a pruning step goes: often pruned a little would mean a cold cache each time. */
export const PRUNE_TO = 0.7;
/** The API bills a user's audio at one token per 100 ms, and an assistant's at one per 50 ms. */
const USER_MS_PER_TOKEN = 100;
const ASSISTANT_MS_PER_TOKEN = 50;
/** Structure around each item. */
const ITEM_TOKENS = 4;
/** One answer's report moves the correction by this share: a single odd one must not swing it. */
const CORRECTION_WEIGHT = 0.3;
const CORRECTION_MIN = 0.5;
const CORRECTION_MAX = 2;

interface Entry {
  id: string;
  /** Turns are counted from each message of the user. */
  turn: number;
  tokens: number;
  callId: string | undefined;
  stays: boolean;
}

/** By script: Latin runs about four characters a token, other alphabets two, Chinese, Japanese and Korean one. */
export function estimateTextTokens(text: string): number {
  let tokens = 0;
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (code < 0x250) tokens += 0.25;
    else if (code >= 0x2e80 && code < 0xfb00) tokens += 1;
    else tokens += 0.5;
  }
  return Math.ceil(tokens);
}

export class ContextBudget {
  readonly #limitTokens: number;
  /** Instructions and tools: in every context, never pruned. */
  readonly #fixedTokens: number;
  #entries: Entry[] = [];
  #turn = 0;
  #correction = 1;
  /** Of the running answer: what was there for it to read, before the correction. */
  #readTokens: number | undefined;

  constructor(limitTokens: number, fixedText: string) {
    this.#limitTokens = limitTokens;
    this.#fixedTokens = estimateTextTokens(fixedText);
  }

  /** What the running session holds, by our estimate. */
  get tokens(): number {
    return Math.round(this.#uncorrected * this.#correction);
  }

  get #uncorrected(): number {
    return this.#entries.reduce((sum, entry) => sum + entry.tokens, this.#fixedTokens);
  }

  /** The items a fresh session is told: the newest whole turns that fit. */
  fit(items: readonly ModelItem[]): ModelItem[] {
    this.told(items);
    const dropped = new Set(this.prune());
    return items.filter((item) => !dropped.has(item.id));
  }

  /** A fresh session has been told these items, and no others. */
  told(items: readonly ModelItem[]): void {
    this.#entries = [];
    this.#readTokens = undefined;
    for (const item of items) this.add(item);
  }

  /** An item the session was told, or made itself. */
  add(item: ModelItem): void {
    switch (item.kind) {
      case "message":
        if (item.role === "user") this.#turn++;
        return this.#push(item.id, estimateTextTokens(item.text), undefined, item.role === "system");
      case "speech":
        return this.heard(item.id, bytesToMs(item.pcm.byteLength));
      case "tool_call":
        return this.#push(item.id, estimateTextTokens(item.name + item.argumentsJson), item.callId);
      case "tool_output":
        return this.#push(item.id, estimateTextTokens(item.output), item.callId);
    }
  }

  /** A turn the session heard. */
  heard(id: string, audioMs: number): void {
    this.#turn++;
    this.#push(id, audioMs / USER_MS_PER_TOKEN);
  }

  /** An answer shows itself: what it read was there before. What comes from now on is not in its report. */
  answerBegan(): void {
    this.#readTokens ??= this.#uncorrected;
  }

  /** The newest answer sounded so long: its audio counts beside its words. */
  spoke(audioMs: number): void {
    const newest = this.#entries.at(-1);
    if (newest !== undefined) newest.tokens += audioMs / ASSISTANT_MS_PER_TOKEN;
  }

  /**
   * The answer is over; what its context really was, or 0 where nobody says. Returns what was expected and how far that
   * was off, in percent of the truth.
   */
  correct(inputTokens: number): { estimatedTokens: number; errorPercent: number } | undefined {
    const estimatedTokens = Math.round((this.#readTokens ?? this.#uncorrected) * this.#correction);
    this.#readTokens = undefined;
    if (inputTokens <= 0) return undefined;
    const wanted = this.#correction * (inputTokens / Math.max(1, estimatedTokens));
    const next = this.#correction + (wanted - this.#correction) * CORRECTION_WEIGHT;
    this.#correction = Math.min(CORRECTION_MAX, Math.max(CORRECTION_MIN, next));
    const errorPercent = Math.round(((estimatedTokens - inputTokens) / inputTokens) * 100);
    return { estimatedTokens, errorPercent };
  }

  /** Items to take out of the session's context; none while it is within the limit. The newest turn always stays. */
  prune(): string[] {
    if (this.tokens <= this.#limitTokens) return [];
    const dropped: string[] = [];
    const target = this.#limitTokens * PRUNE_TO;
    while (this.tokens > target) {
      const oldest = this.#entries.find((entry) => !entry.stays && entry.turn < this.#turn);
      if (oldest === undefined) break;
      const leaving = this.#entries.filter((entry) => !entry.stays && entry.turn === oldest.turn);
      // A call and its output go together, though a slow tool's output stands turns later.
      const calls = new Set(leaving.map((entry) => entry.callId).filter((callId) => callId !== undefined));
      const gone = new Set(
        this.#entries
          .filter(
            (entry) => leaving.includes(entry) || (entry.callId !== undefined && calls.has(entry.callId)),
          )
          .map((entry) => entry.id),
      );
      dropped.push(...gone);
      this.#entries = this.#entries.filter((entry) => !gone.has(entry.id));
    }
    return dropped;
  }

  #push(id: string, tokens: number, callId?: string, stays = false): void {
    this.#entries.push({ id, turn: this.#turn, tokens: tokens + ITEM_TOKENS, callId, stays });
  }
}
