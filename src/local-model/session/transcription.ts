// The transcription of user items: its own stream of events, which may come before, during or after the response.

import { setTimeout as sleep } from "node:timers/promises";
import type { SessionFaults } from "../faults/session-faults.ts";
import { obfuscation } from "../wire/ids.ts";
import type { Transcription } from "../wire/session-object.ts";
import type { StoredItem } from "./item-list.ts";
import type { Emit } from "./output-item.ts";
import { textTokens, userAudioTokens } from "./usage.ts";

/** Billed by the token; the others by the second. */
const BILLED_BY_TOKEN = /^gpt-4o-/;
/** A transcription held back for its successor is not held longer. */
const LONGEST_HOLD_MS = 10_000;

const EVENT = "conversation.item.input_audio_transcription";

interface Ports {
  readonly emit: Emit;
  readonly faults: SessionFaults;
  /** The words as they are written. */
  caption(words: string): string;
  /** Asked before every event. */
  isWanted(): boolean;
}

export class Transcriptions {
  readonly #ports: Ports;
  /** Set while a transcription waits for the one after it. */
  #release: (() => void) | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Streams what was heard in `item` once it is known. Never rejects. */
  async transcribe(item: StoredItem, setting: Transcription, wantsLogprobs: boolean): Promise<void> {
    const { faults, isWanted } = this.#ports;
    const fails = faults.take("failed-transcription") !== undefined;
    const waitsForNext = faults.take("reordered-transcription") !== undefined;
    const releasePrevious = this.#release;
    this.#release = undefined;
    const held = waitsForNext ? this.#holdForNext() : undefined;
    const [words] = await Promise.all([
      item.heard?.catch((error: unknown) => new Error("failed", { cause: error })) ?? "",
      sleep(faults.lasting("slow-transcription") ?? 0, undefined, { ref: false }),
      held,
    ]);
    if (isWanted()) {
      if (fails || typeof words !== "string") this.#fail(item);
      else this.#stream(item, setting, this.#ports.caption(words), wantsLogprobs);
    }
    releasePrevious?.();
  }

  #holdForNext(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LONGEST_HOLD_MS).unref();
      this.#release = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #fail(item: StoredItem): void {
    const message = "Input transcription failed for this item. The model heard the audio all the same.";
    const error = { type: "server_error", code: "transcription_failed", message, param: null };
    this.#ports.emit(`${EVENT}.failed`, { item_id: item.wire.id, content_index: 0, error });
  }

  #stream(item: StoredItem, setting: Transcription, transcript: string, wantsLogprobs: boolean): void {
    const { emit } = this.#ports;
    const ids = { item_id: item.wire.id, content_index: 0 };
    const tokens = transcript.match(/\S+\s*/g) ?? [];
    const logprobs = (of: readonly string[]): object => (wantsLogprobs ? { logprobs: of.map(certain) } : {});
    // This model gives its whole text in one delta.
    for (const delta of setting.model === "whisper-1" && transcript !== "" ? [transcript] : tokens) {
      emit(`${EVENT}.delta`, { ...ids, delta, obfuscation: obfuscation(), ...logprobs([delta]) });
    }
    if (setting.model === "gpt-4o-transcribe-diarize" && transcript !== "") {
      // One speaker: this server does not tell voices apart.
      const segment = { id: "seg_0", speaker: "A", start: 0, end: item.audioMs / 1000, text: transcript };
      emit(`${EVENT}.segment`, { ...ids, ...segment });
    }
    item.transcript = transcript;
    const usage = usageOf(setting.model, transcript === "" ? 0 : item.audioMs, transcript, item.audioMs);
    emit(`${EVENT}.completed`, { ...ids, transcript, usage, ...logprobs(tokens) });
  }
}

/** The recogniser gives no probabilities: every token counts as certain. */
function certain(token: string): object {
  return { token, logprob: 0, bytes: [...Buffer.from(token)] };
}

/** Silence costs no seconds, but its audio counts as tokens. */
function usageOf(
  model: string,
  speechMs: number,
  transcript: string,
  audioMs: number,
): Record<string, unknown> {
  if (!BILLED_BY_TOKEN.test(model)) return { type: "duration", seconds: Math.round(speechMs / 1000) };
  const input = userAudioTokens(audioMs);
  const output = textTokens(transcript);
  return {
    type: "tokens",
    total_tokens: input + output,
    input_tokens: input,
    input_token_details: { text_tokens: 0, audio_tokens: input },
    output_tokens: output,
  };
}
