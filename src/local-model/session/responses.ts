// The responses of one session: at most one in the conversation, any number beside it.

import { noSuchReference, nothingToCancel, responseActive, voiceLocked } from "../wire/errors.ts";
import { newId } from "../wire/ids.ts";
import { checkItem } from "../wire/items.ts";
import { checkResponseRequest } from "../wire/response-request.ts";
import type { ResponseRequest } from "../wire/response-request.ts";
import type { EffectiveSession } from "../wire/session-object.ts";
import { storedItem } from "./item-list.ts";
import type { StoredItem } from "./item-list.ts";
import { Response } from "./response.ts";
import type { ResponseSetting } from "./response.ts";
import { NO_TOKENS } from "./usage.ts";
import type { Tokens } from "./usage.ts";

/** A plausible allowance, so that clients that show it have something to show. */
const TOKENS_PER_MINUTE = 40_000;
const MINUTE_MS = 60_000;

type Surroundings = Pick<
  ResponseSetting,
  "items" | "brain" | "voice" | "audioPace" | "emit" | "conversationId"
> & {
  session(): EffectiveSession;
  /** Starts hearing an item with audio that came inside a request. */
  hear(item: StoredItem): void;
};

export class Responses {
  readonly #around: Surroundings;
  readonly #running = new Set<Response>();
  #active: Response | undefined;
  #waiting = false;
  #previousInput: Tokens = NO_TOKENS;
  #spentTokens = 0;
  #spentSince = performance.now();
  #spokenMs = 0;
  #count = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Whether assistant audio exists, which freezes the voice. */
  get spoke(): boolean {
    return this.#spokenMs > 0 || (this.#active?.outputMs ?? 0) > 0;
  }

  get count(): number {
    return this.#count;
  }

  get spokenMs(): number {
    return this.#spokenMs;
  }

  /** `response.create`. Throws a `WireError`. */
  create(body: unknown): void {
    const request = checkResponseRequest(body);
    if (request.conversation !== "none") {
      if (this.#active) throw responseActive(this.#active.id);
      const session = this.#around.session();
      const voice = request.audio?.output?.voice;
      if (
        this.spoke &&
        voice !== undefined &&
        JSON.stringify(voice) !== JSON.stringify(session.audio.output.voice)
      ) {
        throw voiceLocked();
      }
    }
    this.#start(request);
  }

  /** The answer to a turn that detection ended: at once, or after the response that may not be interrupted. */
  answerTurn(): void {
    if (this.#active) this.#waiting = true;
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
    this.#waiting = false;
    this.#active?.cancel("turn_detected");
  }

  abandonAll(): void {
    for (const response of this.#running) response.abandon();
    this.#running.clear();
    this.#active = undefined;
  }

  #start(request: ResponseRequest): void {
    const session = this.#around.session();
    const response = new Response({
      ...this.#around,
      session,
      request,
      context: request.input
        ? request.input.map((item, index) => this.#inputItem(item, index))
        : [...this.#around.items.all],
      previousInput: this.#previousInput,
      onEnd: (ended) => this.#ended(ended),
    });
    this.#running.add(response);
    if (response.isInConversation) this.#active = response;
    this.#count++;
    response.start();
  }

  #ended(response: Response): void {
    this.#running.delete(response);
    this.#previousInput = response.input;
    this.#spokenMs += response.outputMs;
    this.#emitRateLimits(response.input.text + response.input.audio);
    if (this.#active !== response) return;
    this.#active = undefined;
    if (this.#waiting) {
      this.#waiting = false;
      this.#start({});
    }
  }

  #inputItem(value: Record<string, unknown>, index: number): StoredItem {
    if (value["type"] === "item_reference") {
      const id = String(value["id"]);
      const found = this.#around.items.find(id);
      if (!found) throw noSuchReference(index, id);
      return found;
    }
    const item = storedItem(checkItem(value, `response.input[${index}]`, () => newId("item")));
    this.#around.hear(item);
    return item;
  }

  #emitRateLimits(tokens: number): void {
    if (performance.now() - this.#spentSince > MINUTE_MS) {
      this.#spentSince = performance.now();
      this.#spentTokens = 0;
    }
    this.#spentTokens += tokens;
    const remaining = Math.max(0, TOKENS_PER_MINUTE - this.#spentTokens);
    const resetSeconds = ((TOKENS_PER_MINUTE - remaining) / TOKENS_PER_MINUTE) * (MINUTE_MS / 1000);
    this.#around.emit("rate_limits.updated", {
      rate_limits: [
        {
          name: "tokens",
          limit: TOKENS_PER_MINUTE,
          remaining,
          reset_seconds: Math.round(resetSeconds * 1000) / 1000,
        },
      ],
    });
  }
}
