// What a response does between its beginning and its end: waits for what was heard, asks the brain, and says or
// calls what it decided. It can be stopped at any moment; after every wait it checks that it still runs.

import { msToSamples } from "../../audio/format.ts";
import type { Decision, PlannedCall } from "../brain.ts";
import { clauses } from "../voice/clauses.ts";
import { isSecondGeneration } from "../wire/models.ts";
import type { MessageItem } from "../wire/items.ts";
import { brainTools } from "./brain-tools.ts";
import { memoriesOf } from "./item-list.ts";
import type { StoredItem } from "./item-list.ts";
import { OutputApprovalRequest, OutputMcpCall } from "./mcp-output.ts";
import { OutputCall, OutputMessage } from "./output-item.ts";
import type { OutputItem, OutputPlace } from "./output-item.ts";
import { Pacing } from "./pacing.ts";
import type { ResponseSetting } from "./response.ts";
import { assistantAudioTokens, CHARACTERS_PER_TOKEN, SAMPLES_PER_TOKEN, textTokens } from "./usage.ts";

/** The first piece is short, so that playback can begin; the rest are fewer. */
const FIRST_DELTA_MS = 100;
const DELTA_MS = 200;
/** Said first when a test asked for several messages in a response. */
const COMMENTARY = "One moment.";

export type Outcome = "complete" | "too long" | "stopped";

export class Generation {
  readonly #setting: ResponseSetting;
  readonly #responseId: string;
  readonly #output: OutputItem[];
  readonly #isInConversation: boolean;
  readonly #isSpoken: boolean;
  readonly #pacing: Pacing;
  #stopped = false;
  #hasRead = false;
  #textTokens = 0;
  #samples = 0;

  constructor(setting: ResponseSetting, responseId: string, output: OutputItem[], isInConversation: boolean) {
    const { request, session, faults, audioPace, isSocketFull } = setting;
    this.#setting = setting;
    this.#responseId = responseId;
    this.#output = output;
    this.#isInConversation = isInConversation;
    const isAudioAsked = (request.output_modalities ?? session.output_modalities)[0] === "audio";
    this.#isSpoken = isAudioAsked && faults.take("text-answer") === undefined;
    this.#pacing = new Pacing(() => paceOf(faults.lasting("pace"), audioPace), isSocketFull);
  }

  /** Whether the prompt was read, and is billed. */
  get hasRead(): boolean {
    return this.#hasRead;
  }

  get textTokens(): number {
    return this.#textTokens;
  }

  get samples(): number {
    return this.#samples;
  }

  stop(): void {
    this.#stopped = true;
    this.#pacing.stop();
  }

  async run(context: readonly StoredItem[]): Promise<Outcome> {
    this.#hasRead = true;
    const { brain, session, request, mcp, faults } = this.#setting;
    const memories = await memoriesOf(context);
    if (this.#stopped) return "stopped";
    for (const { call, approvalId } of mcp.takeApproved(context)) {
      await this.#callMcp(call, approvalId);
      if (this.#stopped) return "stopped";
    }
    if (this.#output.length > 0) return "complete";
    const choice = request.tool_choice ?? session.tool_choice;
    const decision = await brain.decide({
      tools: brainTools(request.tools ?? session.tools, mcp),
      toolChoice: typeof choice === "string" ? choice : choice.name ? { name: choice.name } : "required",
      responseInstructions: request.instructions,
      memories,
    });
    if (this.#stopped) return "stopped";
    if (faults.lasting("commentary") === undefined) return this.#carryOut(decision, undefined);
    const first = this.#message("commentary");
    const outcome = await this.#say(first, COMMENTARY);
    return outcome === "complete" ? this.#carryOut(decision, first) : outcome;
  }

  /** `before` is still open: as on the wire, its end comes after the beginning of what follows. */
  async #carryOut(decision: Decision, before: OutputItem | undefined): Promise<Outcome> {
    if (decision.kind === "say") {
      const message = this.#message("final_answer");
      before?.close("completed");
      return this.#say(message, decision.text);
    }
    for (const [index, call] of decision.calls.entries()) {
      const isMcp = this.#setting.mcp.owns(call.name);
      if (isMcp) before?.close("completed");
      const outcome = isMcp
        ? await this.#callMcp(call, undefined)
        : this.#call(call, index === 0 ? before : undefined);
      if (outcome !== "complete") return outcome;
    }
    return "complete";
  }

  #message(phase: NonNullable<MessageItem["phase"]>): OutputMessage {
    const { session, faults } = this.#setting;
    const isShown = isSecondGeneration(session.model) && faults.lasting("no-phase") === undefined;
    const message = new OutputMessage(this.#place(), this.#isSpoken, isShown ? phase : undefined);
    this.#output.push(message);
    return message;
  }

  #call({ name, arguments: args }: PlannedCall, before: OutputItem | undefined): Outcome {
    const call = new OutputCall(this.#place(), name);
    this.#output.push(call);
    before?.close("completed");
    const text = JSON.stringify(args);
    const cost = textTokens(name + text);
    const room = this.#room();
    if (cost > room) {
      this.#textTokens += room;
      call.write(text.slice(0, Math.max(0, room - textTokens(name)) * CHARACTERS_PER_TOKEN));
      return "too long";
    }
    this.#textTokens += cost;
    call.write(text);
    call.close("completed");
    return "complete";
  }

  async #callMcp(planned: PlannedCall, approvalId: string | undefined): Promise<Outcome> {
    const { mcp } = this.#setting;
    const text = JSON.stringify(planned.arguments);
    this.#textTokens += textTokens(planned.name + text);
    const label = mcp.labelOf(planned.name);
    if (approvalId === undefined && mcp.needsApproval(planned.name)) {
      this.#output.push(new OutputApprovalRequest(this.#place(), label, planned.name, text));
      return "complete";
    }
    const call = new OutputMcpCall(this.#place(), label, planned.name, approvalId ?? null);
    this.#output.push(call);
    call.write(text);
    const result = await mcp.call(planned);
    if (this.#stopped) return "stopped";
    call.settle(result);
    call.close();
    return "complete";
  }

  async #say(message: OutputMessage, text: string): Promise<Outcome> {
    const before = this.#textTokens;
    const samplesBefore = this.#samples;
    for (const clause of clauses(text)) {
      for (const delta of clause.match(/\S+\s*/g) ?? []) {
        const after = before + textTokens(message.text + delta);
        if (after - this.#textTokens > this.#room()) return "too long";
        if (!this.#isSpoken) await this.#pacing.wait(this.#setting.faults.lasting("words") ?? 0);
        if (this.#stopped) return "stopped";
        message.write(delta);
        this.#textTokens = after;
      }
      if (!this.#isSpoken) continue;
      const outcome = await this.#speak(message, clause, samplesBefore);
      if (outcome !== "complete") return outcome;
    }
    return "complete";
  }

  /** Streams one clause. */
  async #speak(message: OutputMessage, clause: string, samplesBefore: number): Promise<Outcome> {
    const { session, request, voice, faults, onFirstAudio } = this.#setting;
    const chosen = request.audio?.output?.voice ?? session.audio.output.voice;
    const name = typeof chosen === "string" ? chosen : chosen.id;
    for await (const piece of voice.speak({ text: clause, voice: name, speed: session.audio.output.speed })) {
      for (let at = 0; at < piece.length;) {
        await this.#pacing.until(this.#samples);
        if (this.#stopped) return "stopped";
        const room = this.#room() * SAMPLES_PER_TOKEN;
        if (room <= 0) return "too long";
        if (this.#samples === 0) onFirstAudio();
        const chunkMs = faults.lasting("chunk") ?? (this.#samples === 0 ? FIRST_DELTA_MS : DELTA_MS);
        const length = Math.max(1, Math.min(msToSamples(chunkMs), room));
        message.play(piece.slice(at, at + length));
        this.#samples = samplesBefore + message.samples;
        at += length;
      }
      if (this.#stopped) return "stopped";
    }
    return this.#stopped ? "stopped" : "complete";
  }

  /** Tokens left of the limit. */
  #room(): number {
    const limit = this.#setting.request.max_output_tokens ?? this.#setting.session.max_output_tokens;
    if (limit === "inf") return Infinity;
    return Math.max(0, limit - this.#textTokens - assistantAudioTokens(this.#samples));
  }

  #place(): OutputPlace {
    const { emit, items } = this.#setting;
    return {
      emit,
      responseId: this.#responseId,
      outputIndex: this.#output.length,
      items: this.#isInConversation ? items : undefined,
    };
  }
}

/** A pace of 0 sends all at once. */
function paceOf(fault: number | undefined, usual: number): number {
  if (fault === undefined) return usual;
  return fault === 0 ? Infinity : fault;
}
