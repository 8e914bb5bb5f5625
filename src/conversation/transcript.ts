// The conversation's items as they come to be: shown to every page at once, written as rows when they change state,
// never per delta. Positions are handed out at first appearance, so that order survives late transcripts.

import type { Item } from "../protocol/messages.ts";
import type { ItemStore } from "../store/item-store.ts";
import type { ToolOutcome } from "../tools/runner.ts";
import type { Audience } from "./audience.ts";
import { HeardText, VoicePace } from "./heard-text.ts";
import type { Heard } from "./playback-ledger.ts";
import type { Clock, NewId } from "./ports.ts";

/** An item that has not reached its last state. */
interface OpenItem {
  shown: Item;
  position: number;
  stored: boolean;
  words: HeardText;
  audioMs?: number;
}

export interface StoredCall {
  itemId: string;
  callId: string;
  name: string;
  argumentsJson: string;
  startedAt: number;
}

export class Transcript {
  readonly #store: ItemStore;
  readonly #audience: Audience;
  readonly #clock: Clock;
  readonly #newId: NewId;
  readonly #open = new Map<string, OpenItem>();
  readonly #pace = new VoicePace();
  #nextPosition: number;

  constructor(store: ItemStore, audience: Audience, clock: Clock, newId: NewId) {
    this.#store = store;
    this.#audience = audience;
    this.#clock = clock;
    this.#newId = newId;
    this.#nextPosition = store.nextPosition();
  }

  /** Items no row tells of yet, for a page that joins now. */
  unstored(): Item[] {
    return [...this.#open.values()].filter((open) => !open.stored).map((open) => this.#withWords(open));
  }

  // ------------------------------------------------------------------------------------------------ the user

  beginUser(id: string): void {
    this.#begin(id, "user");
  }

  /** A turn whose words never came begins again, in its old place. */
  beginAgain(id: string): void {
    const open = this.#open.get(id);
    if (open !== undefined) open.words = new HeardText(this.#pace);
  }

  /** What was being said is forgotten: it was no turn. `keepId` is one that will be heard again from its beginning. */
  dropSpoken(keepId?: string): void {
    for (const open of this.#open.values()) {
      if (open.shown.role === "user" && !open.stored && open.shown.id !== keepId) this.#remove(open);
    }
  }

  /** This was no turn, though it may have been taken for one. */
  dropTurn(id: string): void {
    const open = this.#open.get(id);
    if (open !== undefined) this.#remove(open);
  }

  /** The turn is complete; its words may come much later. */
  commitUser(id: string, audioMs: number): void {
    const open = this.#open.get(id) ?? this.#begin(id, "user");
    open.audioMs = audioMs;
    this.#write(open, "");
  }

  caption(id: string, delta: string, receivedMs = 0): void {
    const open = this.#open.get(id);
    if (open === undefined || delta === "") return;
    open.words.add(delta, receivedMs);
    this.#audience.broadcast({ type: "caption", itemId: id, delta });
  }

  /** The user's words. None at all was noise: it leaves no bubble and no row. */
  userWords(id: string, text: string): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    if (text === "") this.#remove(open);
    else this.#finish(open, text, "completed");
  }

  /** The model heard the turn, but nobody wrote it down. */
  userWordsFailed(id: string): void {
    const open = this.#open.get(id);
    if (open !== undefined) this.#finish(open, "", "failed");
  }

  typed(text: string, sentId: string | undefined): string {
    const id = this.#newId("item");
    const now = this.#clock.now();
    const position = this.#nextPosition++;
    this.#store.insert({
      id,
      position,
      kind: "message",
      role: "user",
      text,
      status: "completed",
      startedAt: now,
      endedAt: now,
      ...(sentId === undefined ? {} : { sentId }),
    });
    const item: Item = {
      id,
      role: "user",
      kind: "message",
      text,
      status: "completed",
      startedAt: now,
      endedAt: now,
      ...(sentId === undefined ? {} : { sentId }),
    };
    this.#audience.broadcast({ type: "item", item });
    return id;
  }

  // --------------------------------------------------------------------------------------------- the assistant

  beginAssistant(id: string): void {
    this.#begin(id, "assistant");
  }

  /** The model has finished the item. It stays open until it is known whether all of it was heard. */
  assistantDone(id: string, text: string, audioMs: number): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    open.audioMs = audioMs;
    open.shown.status = "completed";
    open.shown.endedAt = this.#clock.now();
    if (text === "" && open.words.text === "" && audioMs === 0) return this.#remove(open);
    open.shown.text = text === "" ? open.words.text : text;
    this.#pace.learn(open.shown.text, audioMs);
    this.#write(open, open.shown.text);
    this.#audience.broadcast({ type: "item", item: open.shown });
  }

  /**
   * What was heard of the item is settled: it ends there. `forget` is told first what a model has to forget of it, for
   * what leaves after a write waits for the disk: all of it, or what comes after the text that stays.
   */
  cut(id: string, heard: Heard, forget: (rest: "all" | { ms: number; text: string }) => void): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    if (heard.part === "nothing") {
      forget("all");
      return this.#remove(open);
    }
    // An item that broke off has been cut already, where its audio ended: only less than that is news.
    const known = open.shown.heardMs ?? Number.POSITIVE_INFINITY;
    if (heard.part === "all" || heard.ms >= known) {
      if (open.shown.status === "in_progress") this.#finish(open, open.words.text, "completed");
      else this.#open.delete(id);
      return;
    }
    open.audioMs = heard.totalMs;
    open.shown.heardMs = heard.ms;
    const text = open.words.heard(heard.ms, heard.totalMs, heard.complete);
    forget({ ms: heard.ms, text });
    this.#finish(open, text, "interrupted");
  }

  /** The session ended in the middle of the item: it is stored as far as it arrived, and may still be heard less. */
  brokenOff(id: string, receivedMs: number): void {
    const open = this.#open.get(id);
    if (open === undefined || open.shown.status !== "in_progress") return;
    open.audioMs = receivedMs;
    open.shown.heardMs = Math.floor(receivedMs);
    open.shown.status = "interrupted";
    open.shown.endedAt = this.#clock.now();
    open.shown.text = open.words.heard(receivedMs, receivedMs, false);
    this.#write(open, open.shown.text);
    this.#audience.broadcast({ type: "item", item: open.shown });
  }

  // ------------------------------------------------------------------------------------------------- the tools

  /** Written before it runs (rule TO1). */
  toolCall(call: StoredCall): void {
    const now = call.startedAt;
    this.#store.insert({
      id: call.itemId,
      position: this.#nextPosition++,
      kind: "tool_call",
      role: "assistant",
      text: call.argumentsJson,
      status: "completed",
      startedAt: now,
      endedAt: now,
      callId: call.callId,
      toolName: call.name,
    });
    this.#audience.broadcast({
      type: "item",
      item: {
        id: call.itemId,
        role: "assistant",
        kind: "tool",
        text: "",
        status: "in_progress",
        startedAt: now,
        tool: { callId: call.callId, name: call.name, status: "running" },
      },
    });
  }

  /** The call's one output: stored, shown as far as the tool allows, and its id for the model. */
  toolOutput(call: StoredCall, outcome: ToolOutcome): string {
    const id = this.#newId("item");
    const now = this.#clock.now();
    const display = outcome.display === undefined ? {} : { display: outcome.display };
    this.#store.insert({
      id,
      position: this.#nextPosition++,
      kind: "tool_output",
      role: "assistant",
      text: outcome.output,
      status: outcome.ok ? "completed" : "failed",
      startedAt: now,
      endedAt: now,
      callId: call.callId,
      toolName: call.name,
      ...display,
    });
    const status = outcome.ok ? "done" : "failed";
    this.#audience.broadcast({ type: "tool", callId: call.callId, name: call.name, status, ...display });
    this.#audience.broadcast({
      type: "item",
      item: {
        id: call.itemId,
        role: "assistant",
        kind: "tool",
        text: outcome.display ?? "",
        status: outcome.ok ? "completed" : "failed",
        startedAt: call.startedAt,
        endedAt: now,
        tool: { callId: call.callId, name: call.name, status, ...display },
      },
    });
    return id;
  }

  // ----------------------------------------------------------------------------------------------- the session

  /**
   * The session is over. Speech without a commit was never a turn; turns without words are returned, oldest first, for
   * they may be heard again; an answer that was not finished is settled by its cut.
   */
  sessionOver(keepId?: string): string[] {
    this.dropSpoken(keepId);
    return [...this.#open.values()]
      .filter((open) => open.shown.role === "user" && open.stored)
      .map((open) => open.shown.id);
  }

  /** Nobody will hear this turn again: what is known of it stands. */
  giveUp(id: string): void {
    const open = this.#open.get(id);
    if (open !== undefined) {
      this.#finish(open, open.words.text, open.words.text === "" ? "failed" : "completed");
    }
  }

  /** The words of an open item as they come. */
  words(id: string): HeardText | undefined {
    return this.#open.get(id)?.words;
  }

  isOpen(id: string): boolean {
    return this.#open.has(id);
  }

  /** A turn that a crash left without words stays open, for it may be heard again. */
  reopen(id: string): void {
    const shown: Item = {
      id,
      role: "user",
      kind: "message",
      text: "",
      status: "in_progress",
      startedAt: this.#clock.now(),
    };
    this.#open.set(id, { shown, position: -1, stored: true, words: new HeardText(this.#pace) });
  }

  #begin(id: string, role: "user" | "assistant"): OpenItem {
    const shown: Item = {
      id,
      role,
      kind: "message",
      text: "",
      status: "in_progress",
      startedAt: this.#clock.now(),
    };
    const open: OpenItem = {
      shown,
      position: this.#nextPosition++,
      stored: false,
      words: new HeardText(this.#pace),
    };
    this.#open.set(id, open);
    this.#audience.broadcast({ type: "item", item: shown });
    return open;
  }

  #finish(open: OpenItem, text: string, status: "completed" | "interrupted" | "failed"): void {
    open.shown.text = text;
    open.shown.status = status;
    open.shown.endedAt = this.#clock.now();
    this.#write(open, text);
    this.#open.delete(open.shown.id);
    this.#audience.broadcast({ type: "item", item: open.shown });
  }

  #write(open: OpenItem, text: string): void {
    const { shown } = open;
    if (open.stored) {
      this.#store.finish(shown.id, text, shown.status, shown.endedAt ?? this.#clock.now(), shown.heardMs);
      return;
    }
    open.stored = true;
    this.#store.insert({
      id: shown.id,
      position: open.position,
      kind: "message",
      role: shown.role,
      text,
      status: shown.status,
      startedAt: shown.startedAt,
      ...(shown.endedAt === undefined ? {} : { endedAt: shown.endedAt }),
      ...(shown.heardMs === undefined ? {} : { heardMs: shown.heardMs }),
      ...(open.audioMs === undefined ? {} : { audioMs: open.audioMs }),
    });
  }

  #remove(open: OpenItem): void {
    const { id } = open.shown;
    this.#open.delete(id);
    if (open.stored) this.#store.remove(id);
    this.#audience.broadcast({ type: "item_removed", id });
  }

  #withWords(open: OpenItem): Item {
    return open.shown.text === "" ? { ...open.shown, text: open.words.text } : open.shown;
  }
}
