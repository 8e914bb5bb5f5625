// The way to the model: at most one live session, and one more while rotating. Dialling again, backing off, giving
// up and rotating before the time limit are decided here; what a session means for the talk is the conversation's
// business. Every session is told the stored items before it is used: there is no other way in.

import type { Policy } from "../define.ts";
import { isRetryable } from "../errors.ts";
import type { Failure } from "../errors.ts";
import type { Log } from "../log.ts";
import { retryDelayMs } from "../protocol/retry.ts";
import type { RetryPolicy } from "../protocol/retry.ts";
import type { ContextBudget } from "./context-budget.ts";
import { packedHistory } from "./packed-history.ts";
import type { Clock, Model, ModelEvent, ModelItem, ModelListener } from "./ports.ts";

/** Rule 7: two minutes of backoff without success, then asleep as `unavailable`. */
export const UPSTREAM_RETRY: RetryPolicy = { firstMs: 500, longestMs: 15_000, giveUpMs: 120_000 };
/** A session that was live this long was a good one: the next loss is a new fault, and the first try comes at once. */
export const GOOD_SESSION_MS = 10_000;
/** Dials are never closer than this: a page that starts and stops as fast as it can must not be a cost. */
export const MIN_DIAL_GAP_MS = 1_000;
/** From here to the limit a quiet moment is used to rotate: long enough to find one in a lively talk. */
export const ROTATE_BEFORE_MS = 300_000;
/** No quiet moment came: the session is exchanged all the same, before the provider ends it in mid-word. */
export const FORCE_ROTATE_BEFORE_MS = 20_000;

/** So long must it have been quiet: between two halves of a sentence nobody speaks either. */
export const QUIET_MOMENT_MS = 1_000;

/** What a session tells while it lasts, once it has been told the history. */
export type SessionEvent = Exclude<ModelEvent, { type: "lost" | "configured" }>;

export interface UpstreamListener {
  /** The stored items, for a session that is ready to be told. */
  history(): ModelItem[];
  event(event: SessionEvent): void;
  /** Hot path. */
  audio(itemId: string, pcm: Uint8Array): void;
  /** The session is gone and another one follows. */
  lost(failure: Failure): void;
  /** The session is gone and no other one follows. */
  gone(failure: Failure): void;
  /** A fresh session has taken over in a quiet moment; it knows the history. */
  rotated(): void;
}

export interface UpstreamWorld {
  open(listener: ModelListener): Model;
  listener: UpstreamListener;
  budget: ContextBudget;
  clock: Clock;
  /** 0 to 1. */
  random(): number;
  log: Log;
}

/** A session on its way from dial to live. */
interface Link {
  model: Model;
  /** It has been told the history: from here on it is told each new item as it comes. */
  told: boolean;
  liveSinceMs: number | undefined;
}

export class Upstream {
  readonly #world: UpstreamWorld;
  #link: Link | undefined;
  /** The session that is to take over. */
  #next: Link | undefined;
  #attempt = 0;
  #downSinceMs: number | undefined;
  #lastDialMs: number | undefined;
  /** A session told item by item answered in text: from then on each is told in one message. */
  #packs = false;
  /** The last answer failed, and was asked for again. */
  #isAskingAgain = false;
  #isQuiet = false;
  #rotationDue = false;
  #callOffRetry: () => void = () => undefined;
  #callOffRotation: () => void = () => undefined;
  #callOffMoment: () => void = () => undefined;

  constructor(world: UpstreamWorld) {
    this.#world = world;
  }

  /** The session, from its dial on. Undefined between two, and while nobody wants one. */
  get model(): Model | undefined {
    return this.#link?.model;
  }

  open(): void {
    this.#attempt = 0;
    const now = this.#world.clock.now();
    this.#downSinceMs = now;
    const waitMs = (this.#lastDialMs ?? 0) + MIN_DIAL_GAP_MS - now;
    if (waitMs <= 0) this.#dial();
    else this.#callOffRetry = this.#world.clock.after(waitMs, () => this.#dial());
  }

  close(): void {
    this.#callOffRetry();
    this.#callOffRotation();
    this.#callOffMoment();
    this.#isQuiet = false;
    this.#rotationDue = false;
    const links = [this.#link, this.#next];
    this.#link = undefined;
    this.#next = undefined;
    for (const link of links) link?.model.close();
  }

  /** Tells of a new item. A session that has not been told the history will find it there. */
  tell(item: ModelItem): void {
    this.#world.budget.add(item);
    for (const link of [this.#link, this.#next]) if (link?.told === true) link.model.addItem(item);
  }

  /** Turns are taken in this way from now on, also by a session that is on its way. */
  configure(policy: Policy): void {
    for (const link of [this.#link, this.#next]) link?.model.configure(policy);
  }

  /** Whether nobody speaks and nothing runs: the moment to rotate. A talk that goes on makes the next session stale. */
  quiet(isQuiet: boolean): void {
    if (isQuiet === this.#isQuiet) return;
    this.#isQuiet = isQuiet;
    this.#callOffMoment();
    if (isQuiet) this.#callOffMoment = this.#world.clock.after(QUIET_MOMENT_MS, () => this.#rotateIfDue());
    else if (this.#next !== undefined) {
      const stale = this.#next;
      this.#next = undefined;
      stale.model.close();
    }
  }

  /** The session answers in text: another one is told the same in one message, once. Its text stands, if it comes again. */
  repack(): void {
    const link = this.#link;
    if (link === undefined || this.#isPacked(link)) return;
    this.#packs = true;
    link.model.cancelAnswer();
    this.#lost(link, { kind: "answered_in_text" });
  }

  #isPacked({ model }: Link): boolean {
    return this.#packs || model.abilities.replay === "one_message";
  }

  #dial(): void {
    this.#world.log.info("dialling", { attempt: this.#attempt });
    this.#lastDialMs = this.#world.clock.now();
    this.#link = this.#open();
  }

  #open(): Link {
    const { open, listener } = this.#world;
    // Rule 10: a session that was left behind may still speak; only the current ones count.
    const model = open({
      event: (event) => {
        if (link === this.#link) this.#current(link, event);
        else if (link === this.#next) this.#coming(link, event);
      },
      audio: (itemId, pcm) => {
        if (link === this.#link) listener.audio(itemId, pcm);
      },
    });
    const link: Link = { model, told: false, liveSinceMs: undefined };
    return link;
  }

  #current(link: Link, event: ModelEvent): void {
    switch (event.type) {
      case "configured":
        return this.#tellHistory(link);
      case "lost":
        return this.#lost(link, event.failure);
      case "ready":
        this.#live(link, event.expiresAtMs);
        return this.#world.listener.event(event);
      case "answer_done":
        // What failed may succeed on another session, which is told everything anew. Once: then the user is told.
        if (event.outcome === "failed" && !this.#isAskingAgain) {
          this.#isAskingAgain = true;
          return this.#lost(link, { kind: "answer_failed", code: event.code ?? "none" });
        }
        this.#isAskingAgain = false;
        this.#world.listener.event(event);
        return this.#count(event);
      default:
        this.#world.listener.event(event);
        return this.#count(event);
    }
  }

  /** What the session's own items add to its context; after an answer, what is too much of it leaves (rule CB4). */
  #count(event: SessionEvent): void {
    const { budget, log } = this.#world;
    switch (event.type) {
      case "user_turn":
        return budget.heard(event.itemId, event.audioMs);
      case "assistant_started":
        return budget.answerBegan();
      case "assistant_done":
        return budget.add({ kind: "message", id: event.itemId, role: "assistant", text: event.text });
      case "tool_call":
        budget.answerBegan();
        return budget.add({ ...event, kind: "tool_call", id: event.itemId });
      case "answer_done": {
        const { usage } = event;
        const inputTokens = (usage?.inputTextTokens ?? 0) + (usage?.inputAudioTokens ?? 0);
        const expected = budget.correct(inputTokens);
        if (expected !== undefined) log.info("context", { inputTokens, ...expected });
        if (usage === undefined) return;
        budget.spoke(usage.audioOutMs);
        const itemIds = budget.prune();
        for (const itemId of itemIds) this.#link?.model.removeItem(itemId);
        if (itemIds.length > 0) log.info("context_pruned", { items: itemIds.length, inputTokens });
        return;
      }
      default:
        return;
    }
  }

  /** Of the next session only its way to readiness matters. */
  #coming(link: Link, event: ModelEvent): void {
    if (event.type === "configured") this.#tellHistory(link);
    else if (event.type === "lost") {
      this.#next = undefined;
      this.#world.log.warn("rotation_failed", { kind: event.failure.kind });
      this.#callOffRotation();
      this.#callOffRotation = this.#world.clock.after(UPSTREAM_RETRY.longestMs, () => this.#rotateIfDue());
    } else if (event.type === "ready") this.#takeOver(link, event.expiresAtMs);
  }

  #tellHistory(link: Link): void {
    const { budget, listener } = this.#world;
    const fitting = budget.fit(listener.history());
    const items = this.#isPacked(link) ? packedHistory(fitting) : fitting;
    budget.told(items);
    link.told = true;
    link.model.replay(items);
  }

  #live(link: Link, expiresAtMs: number): void {
    const { clock, log } = this.#world;
    link.liveSinceMs = clock.now();
    this.#downSinceMs = undefined;
    log.info("awake", { expiresAtMs });
    this.#rotationDue = false;
    this.#callOffRotation();
    if (expiresAtMs <= 0) return;
    const dueInMs = expiresAtMs - ROTATE_BEFORE_MS - clock.now();
    this.#callOffRotation = clock.after(Math.max(0, dueInMs), () => {
      this.#rotationDue = true;
      const forceInMs = expiresAtMs - FORCE_ROTATE_BEFORE_MS - clock.now();
      this.#callOffRotation = clock.after(Math.max(0, forceInMs), () =>
        this.#lost(link, { kind: "session_expired" }),
      );
      this.#rotateIfDue();
    });
  }

  #rotateIfDue(): void {
    if (!this.#rotationDue || !this.#isQuiet || this.#next !== undefined || this.#link === undefined) return;
    this.#world.log.info("rotating");
    this.#next = this.#open();
  }

  /** Make before break: the old session ends only now that the new one is ready. */
  #takeOver(link: Link, expiresAtMs: number): void {
    const old = this.#link;
    this.#next = undefined;
    this.#link = link;
    old?.model.close();
    this.#live(link, expiresAtMs);
    this.#world.listener.rotated();
  }

  #lost(link: Link, failure: Failure): void {
    if (link !== this.#link) return;
    const { clock, listener, log, random } = this.#world;
    const now = clock.now();
    const livedMs = link.liveSinceMs === undefined ? 0 : now - link.liveSinceMs;
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
