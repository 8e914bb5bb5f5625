// The responses of one session: at most one in the conversation, any number beside it.

import { noSuchReference, nothingToCancel, responseActive, voiceLocked } from "../wire/errors.ts";
import { newCallId, newId } from "../wire/ids.ts";
import { checkItem } from "../wire/items.ts";
import { inputTokenLimit } from "../wire/models.ts";
import { checkResponseRequest } from "../wire/response-request.ts";
import type { ResponseRequest } from "../wire/response-request.ts";
import type { EffectiveSession } from "../wire/session-object.ts";
import { isSame } from "../wire/session-update.ts";
import { ContextWindow } from "./context-window.ts";
import { storedItem } from "./item-list.ts";
import type { StoredItem } from "./item-list.ts";
import { RateLimits } from "./rate-limits.ts";
import { Response } from "./response.ts";
import type { ResponseSetting } from "./response.ts";
import { headSegment, itemSegment, sum, total } from "./usage.ts";
import type { Prompt } from "./usage.ts";

/** Prompts whose beginnings count as cached: the last ones, beside the conversation and in it. */
const PROMPTS_CACHED = 4;

type Shared = Pick<
  ResponseSetting,
  "items" | "brain" | "voice" | "mcp" | "audioPace" | "faults" | "emit" | "conversationId" | "isSocketFull"
>;

interface Ports extends Shared {
  session(): EffectiveSession;
  /** Starts hearing an item with audio that came inside a request. */
  hear(item: StoredItem, path: string): void;
  /** The response in the conversation began, made its first sound, or ended after so many milliseconds of speech. */
  onStart(): void;
  onFirstAudio(): void;
  onEnd(spokenMs: number): void;
}

export class Responses {
  readonly #ports: Ports;
  readonly #running = new Set<Response>();
  readonly #window = new ContextWindow();
  readonly #limits = new RateLimits();
  #active: Response | undefined;
  #isAnswerWaiting = false;
  #prompts: Prompt[] = [];
  #spokenMs = 0;
  #count = 0;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Whether assistant audio exists, which freezes the voice. */
  get spoke(): boolean {
    return this.#spokenMs > 0 || (this.#active?.outputMs ?? 0) > 0;
  }

  get isActive(): boolean {
    return this.#active !== undefined;
  }

  get count(): number {
    return this.#count;
  }

  get spokenMs(): number {
    return this.#spokenMs;
  }

  /** `response.create`. Throws a `WireError`. */
  create(body: unknown): void {
    const session = this.#ports.session();
    const request = checkResponseRequest(body, session.model);
    if (request.conversation !== "none") {
      if (this.#active) throw responseActive(this.#active.id);
      const voice = request.audio?.output?.voice;
      const isOther = voice !== undefined && !isSame(voice, session.audio.output.voice);
      if (this.spoke && isOther) throw voiceLocked();
    }
    this.#start(request);
  }

  /** The answer to a turn that detection ended: at once, or after the response that may not be interrupted. */
  answerTurn(): void {
    if (this.#active) this.#isAnswerWaiting = true;
    else this.#start({});
  }

  /** `response.cancel`. Throws a `WireError` when nothing runs under that id. */
  cancel(responseId: string | undefined): void {
    const target =
      responseId === undefined ? this.#active : [...this.#running].find(({ id }) => id === responseId);
    if (!target) throw nothingToCancel();
    target.cancel("client_cancelled");
  }

  /** Somebody began to speak. */
  interrupt(): void {
    this.#isAnswerWaiting = false;
    this.#active?.cancel("turn_detected");
  }

  /** Fails whatever runs, as a failure of the service would. */
  failAll(code: string): void {
    // A copy: when one ends, an answer that has waited may begin, and that one is not meant.
    const running = [...this.#running];
    for (const response of running) response.fail(code);
  }

  abandonAll(): void {
    for (const response of this.#running) response.abandon();
    this.#running.clear();
    this.#active = undefined;
  }

  #start(request: ResponseRequest): void {
    const { session: current, hear: _, onStart, onFirstAudio, onEnd: __, ...shared } = this.#ports;
    const session = current();
    const head = headSegment(request.instructions ?? session.instructions, request.tools ?? session.tools);
    const context = this.#context(request, session, total(head.tokens));
    const response = new Response({
      ...shared,
      session,
      request,
      context,
      prompt: [head, ...(context ?? []).map(itemSegment)],
      earlierPrompts: this.#prompts,
      onFirstAudio: request.conversation === "none" ? () => {} : onFirstAudio,
      onEnd: (ended) => this.#ended(ended),
    });
    this.#count++;
    const failure = this.#ports.faults.take("fail");
    // Some failures come before anything else of the response, even before it is announced.
    if (failure) return response.fail(String(failure.value));
    this.#running.add(response);
    if (response.isInConversation) {
      this.#active = response;
      onStart();
    }
    response.start();
  }

  /** What the response reads: the conversation as far as it fits, or the request's own input. */
  #context(
    request: ResponseRequest,
    session: EffectiveSession,
    headTokens: number,
  ): readonly StoredItem[] | undefined {
    const room = { limitTokens: inputTokenLimit(session.model), headTokens, truncation: session.truncation };
    if (!request.input) return this.#window.fit(this.#ports.items.all, room);
    const input = request.input.map((item, index) => this.#inputItem(item, index));
    return new ContextWindow().fit(input, room);
  }

  #ended(response: Response): void {
    const wasAnnounced = this.#running.delete(response);
    if (!wasAnnounced) return;
    this.#prompts = [response.prompt, ...this.#prompts].slice(0, PROMPTS_CACHED);
    this.#spokenMs += response.outputMs;
    const tokens = total(sum(response.prompt));
    this.#ports.emit("rate_limits.updated", this.#limits.spend(tokens));
    if (this.#active !== response) return;
    this.#active = undefined;
    this.#ports.onEnd(response.outputMs);
    if (!this.#isAnswerWaiting) return;
    this.#isAnswerWaiting = false;
    this.#start({});
  }

  #inputItem(value: Record<string, unknown>, index: number): StoredItem {
    if (value["type"] === "item_reference") {
      const id = String(value["id"]);
      const found = this.#ports.items.find(id);
      if (!found) throw noSuchReference(index, id);
      return found;
    }
    const names = { itemId: () => newId("item"), callId: newCallId };
    const path = `response.input[${index}]`;
    const item = storedItem(checkItem(value, path, names));
    this.#ports.hear(item, path);
    return item;
  }
}
