// The way to the model: at most one session, and the next one when it is lost. Dialling again, backing off and
// giving up are decided here; what a session means for the talk is the conversation's business.

import { isRetryable } from "../errors.ts";
import type { Failure } from "../errors.ts";
import type { Log } from "../log.ts";
import { retryDelayMs } from "../protocol/retry.ts";
import type { RetryPolicy } from "../protocol/retry.ts";
import type { Clock, Model, ModelEvent, ModelListener } from "./ports.ts";

/** Rule 7: two minutes of backoff without success, then asleep as `unavailable`. */
export const UPSTREAM_RETRY: RetryPolicy = { firstMs: 500, longestMs: 15_000, giveUpMs: 120_000 };
/** A session that was live this long was a good one: the next loss is a new fault, and the first try comes at once. */
export const GOOD_SESSION_MS = 10_000;

/** What a session tells while it lasts. */
export type SessionEvent = Exclude<ModelEvent, { type: "lost" }>;

export interface UpstreamListener {
  event(event: SessionEvent): void;
  /** Hot path. */
  audio(itemId: string, pcm: Uint8Array): void;
  /** The session is gone and another one follows. */
  lost(failure: Failure): void;
  /** The session is gone and no other one follows. */
  gone(failure: Failure): void;
}

export interface UpstreamWorld {
  open(listener: ModelListener): Model;
  listener: UpstreamListener;
  clock: Clock;
  /** 0 to 1. */
  random(): number;
  log: Log;
}

export class Upstream {
  readonly #world: UpstreamWorld;
  #model: Model | undefined;
  #attempt = 0;
  #downSinceMs: number | undefined;
  #liveSinceMs: number | undefined;
  #callOffRetry: () => void = () => undefined;

  constructor(world: UpstreamWorld) {
    this.#world = world;
  }

  /** The session, from its dial on. Undefined between two, and while nobody wants one. */
  get model(): Model | undefined {
    return this.#model;
  }

  open(): void {
    this.#attempt = 0;
    this.#downSinceMs = this.#world.clock.now();
    this.#dial();
  }

  close(): void {
    this.#callOffRetry();
    const model = this.#model;
    this.#model = undefined;
    this.#liveSinceMs = undefined;
    model?.close();
  }

  #dial(): void {
    const { open, listener, clock, log } = this.#world;
    log.info("dialling", { attempt: this.#attempt });
    const model = open({
      // Rule 10: a session that was left behind may still speak; only the current one counts.
      event: (event) => {
        if (this.#model !== model) return;
        if (event.type === "lost") return this.#lost(event.failure);
        if (event.type === "ready") {
          this.#liveSinceMs = clock.now();
          this.#downSinceMs = undefined;
        }
        listener.event(event);
      },
      audio: (itemId, pcm) => {
        if (this.#model === model) listener.audio(itemId, pcm);
      },
    });
    this.#model = model;
  }

  #lost(failure: Failure): void {
    const { clock, listener, log, random } = this.#world;
    const now = clock.now();
    const livedMs = this.#liveSinceMs === undefined ? 0 : now - this.#liveSinceMs;
    const { kind, ...values } = failure;
    log.warn("upstream_lost", { kind, ...values, livedMs });
    this.close();
    if (livedMs >= GOOD_SESSION_MS) this.#attempt = 0;
    this.#downSinceMs ??= now;
    const waitMs =
      this.#attempt === 0 && livedMs > 0
        ? 0
        : retryDelayMs(UPSTREAM_RETRY, Math.max(1, this.#attempt), now - this.#downSinceMs, random());
    if (!isRetryable(failure) || waitMs === undefined) return listener.gone(failure);
    this.#attempt += 1;
    this.#callOffRetry = clock.after(waitMs, () => this.#dial());
    listener.lost(failure);
  }
}
