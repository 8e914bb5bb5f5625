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
import type { Clock, Model, ModelEvent, ModelItem, ModelListener, ModelUsage } from "./ports.ts";

/** Rule 7: two minutes of backoff without success, then asleep as `unavailable`. */
export const UPSTREAM_RETRY: RetryPolicy = { firstMs: 1_000, longestMs: 15_000, giveUpMs: 120_000 };
/** A session that was live this long was a good one: the next loss is a new fault, and the first try comes at once. */
export const GOOD_SESSION_MS = 10_000;
/** So many sessions are asked for one answer: what kills three of them is in the question, and each costs money. */
export const MAX_SESSIONS_PER_ANSWER = 3;
/** Dials are never closer than this: a page that starts and stops as fast as it can must not be a cost. */
export const MIN_DIAL_GAP_MS = 1_000;
/** From here to the limit a quiet moment is used to rotate: long enough to find one in a lively talk. */
export const ROTATE_BEFORE_MS = 300_000;
/** No quiet moment came: the session is exchanged all the same, before the provider ends it in mid-word. */
export const FORCE_ROTATE_BEFORE_MS = 20_000;

/** So long must it have been quiet: between two halves of a sentence nobody speaks either. */
export const QUIET_MOMENT_MS = 1_000;

/** A session that was given up in the middle of an answer is kept so long for the bill of it. */
export const LAST_BILL_MS = 2_000;

/** What a session tells while it lasts, once it has been told the history. */
export type SessionEvent = Exclude<ModelEvent, { type: "lost" | "configured" }>;

export interface UpstreamListener {
  /** The stored items, for a session that is ready to be told. */
  history(): ModelItem[];
  event(event: SessionEvent): void;
  /** Hot path. */
  audio(itemId: string, pcm: Uint8Array): void;
  /** Whether an answer is owed, or runs. */
  isOwed(): boolean;
  /** What an answer used that is asked for again. */
  used(usage: ModelUsage): void;
  /** The session is gone and another one follows; `givenUp`: it is not asked for the answer that was owed. */
  lost(failure: Failure, givenUp: boolean): void;
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
  /** Both are cleared by a good session: one that lasted, and finished the answer that was owed. */
  #attempt = 0;
  #downSinceMs: number | undefined;
  /** Sessions that were lost with the same answer owed. */
  #lostWithAnswer = 0;
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
  #callOffGood: () => void = () => undefined;
  /** Given up by us: only what its cancelled answer used is still of interest. */
  #leaving: Link | undefined;
  #callOffLeaving: () => void = () => undefined;

  constructor(world: UpstreamWorld) {
    this.#world = world;
  }

  /** The session, from its dial on. Undefined between two, and while nobody wants one. */
  get model(): Model | undefined {
    return this.#link?.model;
  }

  open(): void {
    this.#attempt = 0;
    this.#lostWithAnswer = 0;
    this.#downSinceMs = this.#world.clock.now();
    const waitMs = this.#gapMs();
    if (waitMs <= 0) this.#dial();
    else this.#callOffRetry = this.#world.clock.after(waitMs, () => this.#dial());
  }

  /** How long the next dial has to wait, whatever it is for. */
  #gapMs(): number {
    const sinceMs = this.#world.clock.now() - (this.#lastDialMs ?? Number.NEGATIVE_INFINITY);
    return Math.max(0, MIN_DIAL_GAP_MS - sinceMs);
  }

  close(): void {
    this.#closeCurrent();
    this.#left();
  }

  #closeCurrent(): void {
    this.#callOffRetry();
    this.#callOffRotation();
    this.#callOffMoment();
    this.#callOffGood();
    this.#isQuiet = false;
    this.#rotationDue = false;
    const links = [this.#link, this.#next];
    this.#link = undefined;
    this.#next = undefined;
    for (const link of links) if (link !== this.#leaving) link?.model.close();
  }

  #left(): void {
    this.#callOffLeaving();
    this.#leaving?.model.close();
    this.#leaving = undefined;
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
    this.#left();
    this.#leaving = link;
    this.#callOffLeaving = this.#world.clock.after(LAST_BILL_MS, () => this.#left());
    this.#lost(link, { kind: "answered_in_text" });
  }

  #isPacked({ model }: Link): boolean {
    return this.#packs || model.abilities.replay === "one_message";
  }

  #dial(): void {
    this.#world.log.info("dialling", { attempt: this.#attempt });
    this.#link = this.#open();
  }

  #open(): Link {
    const { clock, open, listener } = this.#world;
    this.#lastDialMs = clock.now();
    // Rule 10: a session that was left behind may still speak; only the current ones count.
    const model = open({
      event: (event) => {
        if (link === this.#link) this.#current(link, event);
        else if (link === this.#next) this.#coming(link, event);
        else if (link === this.#leaving && event.type === "answer_done") {
          if (event.usage !== undefined) listener.used(event.usage);
          this.#left();
        } else if (link === this.#leaving && event.type === "lost") this.#left();
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
          if (event.usage !== undefined) this.#world.listener.used(event.usage);
          return this.#lost(link, { kind: "answer_failed", code: event.code ?? "none" });
        }
        this.#isAskingAgain = false;
        this.#world.listener.event(event);
        this.#lostWithAnswer = 0;
        this.#goodIfLasting(link);
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
      // The forced exchange stays due all the same.
      this.#callOffMoment();
      this.#callOffMoment = this.#world.clock.after(UPSTREAM_RETRY.longestMs, () => this.#rotateIfDue());
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
    // The first of its kind: whatever is lost from here on is a fault of its own.
    if (this.#attempt === 0) this.#downSinceMs = undefined;
    this.#callOffGood();
    this.#callOffGood = clock.after(GOOD_SESSION_MS, () => {
      // Where an answer is owed it has to be finished first: a session that cannot is no good one.
      if (!this.#world.listener.isOwed()) this.#goodIfLasting(link);
    });
    log.info("awake", { expiresAtMs });
    this.#rotationDue = false;
    this.#callOffRotation();
    const lifetimeMs = expiresAtMs - clock.now();
    // Unknown, or told by another clock than ours.
    if (lifetimeMs <= 0) return;
    // A provider that grants less than both must not be dialled without a pause.
    const dueInMs = Math.max(lifetimeMs - ROTATE_BEFORE_MS, lifetimeMs / 2);
    this.#callOffRotation = clock.after(dueInMs, () => {
      this.#rotationDue = true;
      const forceInMs = expiresAtMs - FORCE_ROTATE_BEFORE_MS - clock.now();
      this.#callOffRotation = clock.after(Math.max(0, forceInMs), () =>
        this.#lost(link, { kind: "session_expired" }),
      );
      this.#rotateIfDue();
    });
  }

  #goodIfLasting({ liveSinceMs }: Link): void {
    if (liveSinceMs === undefined || this.#world.clock.now() - liveSinceMs < GOOD_SESSION_MS) return;
    this.#attempt = 0;
    this.#downSinceMs = undefined;
  }

  #rotateIfDue(): void {
    if (!this.#rotationDue || !this.#isQuiet || this.#next !== undefined || this.#link === undefined) return;
    const waitMs = this.#gapMs();
    if (waitMs > 0) {
      this.#callOffMoment();
      this.#callOffMoment = this.#world.clock.after(waitMs, () => this.#rotateIfDue());
      return;
    }
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
    this.#closeCurrent();
    if (link.liveSinceMs !== undefined && listener.isOwed()) this.#lostWithAnswer += 1;
    const givenUp = this.#lostWithAnswer >= MAX_SESSIONS_PER_ANSWER;
    if (givenUp) this.#lostWithAnswer = 0;
    this.#downSinceMs ??= now;
    const waitMs =
      this.#attempt === 0 && livedMs > 0
        ? 0
        : retryDelayMs(UPSTREAM_RETRY, Math.max(1, this.#attempt), now - this.#downSinceMs, random());
    if (!isRetryable(failure) || waitMs === undefined) return listener.gone(failure);
    this.#attempt += 1;
    this.#callOffRetry = clock.after(Math.max(waitMs, this.#gapMs()), () => this.#dial());
    listener.lost(failure, givenUp);
  }
}
