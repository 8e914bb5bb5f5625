// Turns that more than one session hears: which item of ours a session's turn is, which turns a lost session leaves to
// be heard again, and which a later session hears though their words are stored.

import type { ItemStore } from "../store/item-store.ts";
import type { MicrophoneLine } from "./microphone-line.ts";
import type { Model } from "./ports.ts";
import type { Transcript } from "./transcript.ts";
import type { UserEvent } from "./user-speech.ts";

/** Forgotten speech whose turn may still come, in turns: a commit that is under way comes before the next is begun. */
const MAX_FORGOTTEN_TURNS = 8;

export interface TurnsAgainWorld {
  line: MicrophoneLine;
  items: ItemStore;
  transcript: Transcript;
  model(): Model | undefined;
}

export class TurnsAgain {
  readonly #world: TurnsAgainWorld;
  /** Turns of this session that are items from before it. */
  readonly #earlier = new Map<string, string>();
  /** Heard-again turns whose answer was given before. */
  readonly #answered = new Set<string>();
  /** Turns of this session that are repeats of stored ones. */
  readonly #repeats = new Set<string>();
  /** Speech of this session that was forgotten; its detector may have committed it by then. Oldest first. */
  readonly #forgotten = new Set<string>();

  constructor(world: TurnsAgainWorld) {
    this.#world = world;
  }

  /** The item that a turn of this session is. */
  itemId(turnId: string): string {
    return this.#earlier.get(turnId) ?? turnId;
  }

  /** The turn is this item, which began before the session knew of it. */
  is(turnId: string, itemId: string): void {
    this.#earlier.set(turnId, itemId);
  }

  /** A turn has begun. True when it is one that was heard before and whose words had not come. */
  began(turnId: string): boolean {
    const before = this.#world.line.heardAgain(turnId);
    if (before === undefined) return false;
    this.#earlier.set(turnId, before.itemId);
    if (before.answered) this.#answered.add(before.itemId);
    this.#world.transcript.beginAgain(before.itemId);
    return true;
  }

  /** Whether the item was answered before its turn was heard again; asked once. */
  takeAnswered(itemId: string): boolean {
    return this.#answered.delete(itemId);
  }

  settled(turnId: string): void {
    this.#earlier.delete(turnId);
  }

  /** What is being said is forgotten: should it become a turn all the same, that is none. */
  forgot(turnId: string): void {
    // An item from before this session stands: it may yet get its words.
    if (this.#earlier.has(turnId)) return;
    this.#forgotten.add(turnId);
    const [oldest] = this.#forgotten;
    if (this.#forgotten.size > MAX_FORGOTTEN_TURNS) this.#forgotten.delete(oldest!);
  }

  /**
   * What is no turn, and must not be remembered: one whose words are stored, and which reached a later session once
   * more, or one that was forgotten in mid-speech.
   */
  isNone(event: Exclude<UserEvent, { type: "refused" }>): boolean {
    const { itemId, type } = event;
    if (type === "speech_started" && this.#world.line.isRepeat(event.startMs)) this.#repeats.add(itemId);
    if (!this.#repeats.has(itemId) && !this.#forgotten.has(itemId)) return false;
    if (type === "user_turn") this.#world.model()?.removeItem(itemId);
    if (type === "user_transcript" || type === "user_transcript_failed") {
      this.#repeats.delete(itemId);
      this.#forgotten.delete(itemId);
    }
    return true;
  }

  sessionReady(): void {
    this.#earlier.clear();
    this.#repeats.clear();
    this.#forgotten.clear();
  }

  /**
   * The session is lost: turns without words are heard again where the page can send again. `owed`: the last of them
   * may have no answer yet; `pressed` are taken by hand and see to themselves. True when the owed one will be heard again.
   */
  sessionLost(owed: boolean, pressed: ReadonlySet<string>, heldId: string | undefined): boolean {
    const { items, line, transcript } = this.#world;
    const without = transcript.sessionOver(heldId);
    let isHeardAgain = false;
    for (const [index, itemId] of without.entries()) {
      if (pressed.has(itemId)) isHeardAgain = owed;
      if (pressed.has(itemId) || line.awaits(itemId)) continue;
      const turnId = this.#turnOf(itemId);
      if (line.streamId === undefined || !line.knows(turnId)) transcript.giveUp(itemId);
      else {
        // What called a tool has been understood: its answer is owed to the tool's output, and not to the words.
        const unanswered = owed && index === without.length - 1 && !items.isActedOn(itemId, true);
        line.turnUnheard(itemId, !unanswered, turnId);
        isHeardAgain = unanswered;
      }
    }
    this.#earlier.clear();
    return isHeardAgain;
  }

  /** Turns that a crash left without words may be among what the page sends again. */
  recover(): void {
    const { items, line, transcript } = this.#world;
    const isKnown = (id: string): boolean => transcript.isOpen(id) || line.awaits(id);
    const turns = items.spokenTurnsWithoutWords();
    // Where memory lives, it knows where they began.
    const isMemoryLost = turns.some(({ id, hasWords }) => !hasWords && !isKnown(id));
    for (const { id, hasWords } of isMemoryLost ? turns : []) {
      if (isKnown(id)) continue;
      if (hasWords) line.turnStored(id);
      else {
        transcript.reopen(id);
        line.turnUnheard(id, items.isActedOn(id, false));
      }
    }
  }

  /** Turns that nobody can bring again: all that are expected, or only those. */
  giveUp(itemIds: readonly string[] = this.#world.line.takeUnheard()): void {
    for (const itemId of itemIds) this.#world.transcript.giveUp(itemId);
  }

  /** What the session calls a turn that is an item from before it. */
  #turnOf(itemId: string): string {
    for (const [turnId, earlierId] of this.#earlier) if (earlierId === itemId) return turnId;
    return itemId;
  }
}
