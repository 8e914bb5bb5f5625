// One response from `response.created` to `response.done`: waits for what was heard, asks the brain, and says or
// calls what it decided. It can be cancelled at any moment; after every wait it checks that it still runs.

import { msToSamples, samplesToMs } from "../../audio/format.ts";
import type { Brain, BrainTool, Decision } from "../brain.ts";
import { clauses } from "../voice/clauses.ts";
import type { Voice } from "../voice.ts";
import { newId } from "../wire/ids.ts";
import type { ResponseRequest } from "../wire/response-request.ts";
import { isSecondGeneration } from "../wire/session-object.ts";
import type { EffectiveSession } from "../wire/session-object.ts";
import { memoriesOf } from "./item-list.ts";
import type { ItemList, StoredItem } from "./item-list.ts";
import { OutputCall, OutputMessage } from "./output-item.ts";
import type { Emit, OutputItem } from "./output-item.ts";
import { assistantAudioTokens, inputTokens, textTokens, usageOf } from "./usage.ts";
import type { Tokens } from "./usage.ts";

export interface ResponseSetting {
  readonly session: EffectiveSession;
  readonly conversationId: string;
  readonly request: ResponseRequest;
  /** What it answers: the conversation as it is, or the request's own input. */
  readonly context: readonly StoredItem[];
  readonly items: ItemList;
  readonly brain: Brain;
  readonly voice: Voice;
  /** Seconds of audio sent per second; infinite for no pacing. */
  readonly audioPace: number;
  readonly previousInput: Tokens;
  readonly emit: Emit;
  onEnd(response: Response): void;
}

/** The first piece is short, so that playback can begin; the rest are fewer. */
const FIRST_DELTA_MS = 100;
const DELTA_MS = 200;

export class Response {
  readonly id = newId("resp");
  readonly isInConversation: boolean;
  readonly #setting: ResponseSetting;
  readonly #isSpoken: boolean;
  readonly #output: OutputItem[] = [];
  #ended = false;
  #wake: (() => void) | undefined;
  #input: Tokens;
  #outputText = 0;
  #outputSamples = 0;

  constructor(setting: ResponseSetting) {
    this.#setting = setting;
    const { request, session, context } = setting;
    this.isInConversation = request.conversation !== "none";
    this.#isSpoken = (request.output_modalities ?? session.output_modalities)[0] === "audio";
    this.#input = inputTokens(session, request.instructions ?? session.instructions, context);
  }

  get input(): Tokens {
    return this.#input;
  }

  get outputMs(): number {
    return samplesToMs(this.#outputSamples);
  }

  /** Announces the response and lets it run. */
  start(): void {
    this.#setting.emit("response.created", { response: this.#shown("in_progress", null, null) });
    this.#run().catch((error: unknown) => {
      const message = error instanceof Error ? error.message : "The local model failed.";
      this.#end("failed", { type: "failed", error: { type: "server_error", code: "server_error", message } });
    });
  }

  /** Stops at once: no delta follows. Does nothing when the response has ended. */
  cancel(reason: "turn_detected" | "client_cancelled"): void {
    this.#end("cancelled", { type: "cancelled", reason });
  }

  /** Ends without a word, because nobody listens any more. */
  abandon(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const { brain, context, session, request } = this.#setting;
    const memories = await memoriesOf(context);
    if (this.#ended) return;
    this.#input = inputTokens(session, request.instructions ?? session.instructions, context);
    const choice = request.tool_choice ?? session.tool_choice;
    const decision = await brain.decide({
      tools: brainTools(request.tools ?? session.tools),
      toolChoice: choice,
      responseInstructions: request.instructions,
      memories,
    });
    if (this.#ended) return;
    const isCut = await this.#carryOut(decision);
    if (isCut) this.#end("incomplete", { type: "incomplete", reason: "max_output_tokens" });
    else this.#end("completed", null);
  }

  /** Returns true when the limit of output tokens cut it short. */
  async #carryOut(decision: Decision): Promise<boolean> {
    if (decision.kind === "say") return this.#say(decision.text);
    for (const { name, arguments: args } of decision.calls) {
      const call = new OutputCall(this.#place(), name);
      this.#output.push(call);
      const text = JSON.stringify(args);
      this.#outputText += textTokens(name + text);
      call.write(text);
      call.close("completed");
    }
    return false;
  }

  async #say(text: string): Promise<boolean> {
    const phase = isSecondGeneration(this.#setting.session.model) ? "final_answer" : undefined;
    const message = new OutputMessage(this.#place(), this.#isSpoken, phase);
    this.#output.push(message);
    const startedAt = performance.now();
    for (const clause of clauses(text)) {
      for (const delta of clause.match(/\S+\s*/g) ?? []) message.write(delta);
      this.#outputText = textTokens(message.text);
      if (this.#isTooLong()) return true;
      if (this.#isSpoken && !(await this.#speak(message, clause, startedAt))) return this.#isTooLong();
    }
    return false;
  }

  /** Streams one clause. Returns false when the response ended or reached its limit meanwhile. */
  async #speak(message: OutputMessage, clause: string, startedAt: number): Promise<boolean> {
    const { session, request, voice, audioPace } = this.#setting;
    const chosen = request.audio?.output?.voice ?? session.audio.output.voice;
    const name = typeof chosen === "string" ? chosen : chosen.id;
    for await (const piece of voice.speak({ text: clause, voice: name, speed: session.audio.output.speed })) {
      for (let at = 0; at < piece.length;) {
        if (Number.isFinite(audioPace)) {
          await this.#wait(startedAt + samplesToMs(message.samples) / audioPace - performance.now());
        }
        if (this.#ended || this.#isTooLong()) return false;
        const length = msToSamples(message.samples === 0 ? FIRST_DELTA_MS : DELTA_MS);
        message.play(piece.slice(at, at + length));
        this.#outputSamples = message.samples;
        at += length;
      }
      if (this.#ended) return false;
    }
    return !this.#ended;
  }

  #isTooLong(): boolean {
    const limit = this.#setting.request.max_output_tokens ?? this.#setting.session.max_output_tokens;
    return limit !== "inf" && this.#outputText + assistantAudioTokens(this.#outputSamples) >= limit;
  }

  /** Sleeps, unless the response ends first. */
  #wait(ms: number): Promise<void> {
    if (ms <= 0 || this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #place(): ConstructorParameters<typeof OutputCall>[0] {
    const { emit, items } = this.#setting;
    return {
      emit,
      responseId: this.id,
      outputIndex: this.#output.length,
      items: this.isInConversation ? items : undefined,
    };
  }

  #end(status: "completed" | "cancelled" | "incomplete" | "failed", details: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#wake?.();
    for (const item of this.#output) item.close(status === "completed" ? "completed" : "incomplete");
    const output: Tokens = { text: this.#outputText, audio: assistantAudioTokens(this.#outputSamples) };
    const usage = usageOf(
      this.#input,
      this.#setting.previousInput,
      output,
      isSecondGeneration(this.#setting.session.model),
    );
    this.#setting.emit("response.done", { response: this.#shown(status, details, usage) });
    this.#setting.onEnd(this);
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

export function brainTools(tools: EffectiveSession["tools"]): BrainTool[] {
  return tools.map(({ name, description = "", parameters }) => ({ name, description, parameters }));
}
