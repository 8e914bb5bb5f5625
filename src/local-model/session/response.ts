// One response from `response.created` to `response.done`: what it shows of itself, and how it ends. What it says
// and calls is in `generation.ts`.

import { samplesToMs } from "../../audio/format.ts";
import type { Brain } from "../brain.ts";
import type { SessionFaults } from "../faults/session-faults.ts";
import type { Voice } from "../voice.ts";
import { failure } from "../wire/failures.ts";
import { newId } from "../wire/ids.ts";
import { isSecondGeneration } from "../wire/models.ts";
import type { ResponseRequest } from "../wire/response-request.ts";
import type { EffectiveSession } from "../wire/session-object.ts";
import { Generation } from "./generation.ts";
import type { ItemList, StoredItem } from "./item-list.ts";
import type { McpTools } from "./mcp-tools.ts";
import type { Emit, OutputItem } from "./output-item.ts";
import { assistantAudioTokens, cachedTokens, NO_TOKENS, sum, usageOf } from "./usage.ts";
import type { Prompt } from "./usage.ts";

export interface ResponseSetting {
  readonly session: EffectiveSession;
  readonly conversationId: string;
  readonly request: ResponseRequest;
  /** What it answers: the conversation as it is, or the request's own input; undefined when that is too long. */
  readonly context: readonly StoredItem[] | undefined;
  readonly prompt: Prompt;
  readonly earlierPrompts: readonly Prompt[];
  readonly items: ItemList;
  readonly brain: Brain;
  readonly voice: Voice;
  readonly mcp: McpTools;
  /** Seconds of audio sent per second; infinite for no pacing. */
  readonly audioPace: number;
  readonly faults: SessionFaults;
  readonly emit: Emit;
  /** Whether the client reads slower than this response speaks. */
  isSocketFull(): boolean;
  onFirstAudio(): void;
  onEnd(response: Response): void;
}

type EndStatus = "completed" | "cancelled" | "incomplete" | "failed";

export class Response {
  readonly id = newId("resp");
  readonly isInConversation: boolean;
  readonly prompt: Prompt;
  readonly #setting: ResponseSetting;
  readonly #generation: Generation;
  readonly #output: OutputItem[] = [];
  #ended = false;

  constructor(setting: ResponseSetting) {
    this.#setting = setting;
    this.prompt = setting.prompt;
    this.isInConversation = setting.request.conversation !== "none";
    this.#generation = new Generation(setting, this.id, this.#output, this.isInConversation);
  }

  get outputMs(): number {
    return samplesToMs(this.#generation.samples);
  }

  /** Announces the response and lets it run. */
  start(): void {
    this.#setting.emit("response.created", { response: this.#shown("in_progress", null, null) });
    if (!this.#setting.context) {
      const message = "The instructions and the conversation are longer than the model can read.";
      const error = { type: "invalid_request_error", code: "context_length_exceeded", message };
      this.#end("failed", { type: "failed", error });
      return;
    }
    void this.#run(this.#setting.context);
  }

  /** Stops at once: no delta follows, but for stragglers that were asked for. Does nothing after the end. */
  cancel(reason: "turn_detected" | "client_cancelled"): void {
    if (this.#ended) return;
    const stragglers = Number(this.#setting.faults.take("stragglers")?.value ?? 0);
    for (let count = 0; count < stragglers; count++) this.#output.at(-1)?.straggle?.();
    this.#end("cancelled", { type: "cancelled", reason });
  }

  /** Ends as a failure of the service; also before `start`, and then without usage. */
  fail(code: string): void {
    this.#end("failed", { type: "failed", error: failure(code) });
  }

  /** Ends without a word, because nobody listens any more. */
  abandon(): void {
    this.#ended = true;
    this.#generation.stop();
  }

  async #run(context: readonly StoredItem[]): Promise<void> {
    try {
      const outcome = await this.#generation.run(context);
      const isCut = outcome === "too long";
      if (isCut) this.#end("incomplete", { type: "incomplete", reason: "max_output_tokens" });
      else this.#end("completed", null);
    } catch (error) {
      const message = error instanceof Error ? error.message : "The local model failed.";
      this.#end("failed", { type: "failed", error: { ...failure("server_error"), message } });
    }
  }

  #end(status: EndStatus, details: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    const { emit, session, earlierPrompts, onEnd } = this.#setting;
    this.#generation.stop();
    for (const item of this.#output) item.close(status === "completed" ? "completed" : "incomplete");
    const { hasRead, textTokens, samples } = this.#generation;
    const output = { text: textTokens, audio: assistantAudioTokens(samples) };
    const usage = usageOf(
      hasRead ? sum(this.prompt) : NO_TOKENS,
      hasRead ? cachedTokens(earlierPrompts, this.prompt) : NO_TOKENS,
      output,
      isSecondGeneration(session.model),
    );
    emit("response.done", { response: this.#shown(status, details, usage) });
    onEnd(this);
  }

  #shown(status: string, details: unknown, usage: unknown): Record<string, unknown> {
    const { session, request, conversationId } = this.#setting;
    const { format, voice } = session.audio.output;
    return {
      object: "realtime.response",
      id: this.id,
      status,
      status_details: details,
      output: this.#output.map((item) => item.stored.wire),
      conversation_id: this.isInConversation ? conversationId : null,
      output_modalities: request.output_modalities ?? session.output_modalities,
      max_output_tokens: request.max_output_tokens ?? session.max_output_tokens,
      audio: { output: { format, voice: request.audio?.output?.voice ?? voice } },
      usage,
      metadata: request.metadata ?? null,
    };
  }
}
