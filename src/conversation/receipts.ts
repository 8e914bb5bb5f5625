// One receipt per turn: how it came out, and how long each step of it took. Written down when the turn is over, after
// everything that waits for it has left; on the way there are only numbers in memory.

import type {
  PlaybackReport,
  TurnLatency,
  TurnOutcome,
  TurnPlayback,
  TurnReceipt,
} from "../protocol/messages.ts";
import type { TurnStore } from "../store/turn-store.ts";
import type { Audience } from "./audience.ts";
import type { Heard } from "./playback-ledger.ts";
import type { Clock } from "./ports.ts";
import type { TurnState } from "./turn.ts";

export interface ReceiptsWorld {
  audience: Audience;
  turns: TurnStore;
  clock: Clock;
}

interface OpenTurn {
  itemId: string;
  /** When the user fell silent, where that is known. */
  spokenMs: number | undefined;
  typed: boolean;
  /** Undefined for a turn of a life before this one: nobody measured it. */
  committedMs: number | undefined;
  /** An answer has been asked for. */
  asked: boolean;
  /** Another answer belongs to it: outputs of its tools, or its session was lost. */
  goesOn: boolean;
  /** Calls whose outputs it waits for; and whether one that came wants an answer. */
  outputs: number;
  isWanted: boolean;
  /** The next answer belongs to another turn; this one ends when its own has been heard. */
  closing: boolean;
  /** It was put to sleep in the middle of its answer: what is not heard whole was cut. */
  isStopped: boolean;
  /** A tool was called for it, though it may not run. */
  hasCalled: boolean;
  items: Set<string>;
  /** Items whose heard part is not settled. */
  unsettled: Set<string>;
  /** Its first item that sounded, and when. */
  sounding: { itemId: string; firstMs: number } | undefined;
  heardFirstMs: number | undefined;
  /** The page's last word on each item that was heard, if it counts how often its speaker ran dry. */
  reports: Map<string, PlaybackReport>;
  heardMs: number;
  cut: boolean;
  tool: boolean;
  silent: boolean;
  failed: boolean;
}

export class Receipts {
  readonly #world: ReceiptsWorld;
  #open: OpenTurn[] = [];
  #done: TurnReceipt[] = [];
  #isCutting = false;
  #wasAwake = false;
  /** An answer runs, or is owed. */
  #isAnswering = false;

  constructor(world: ReceiptsWorld) {
    this.#world = world;
  }

  /** The user's turn is complete: typed now, or spoken until `spokenMs`. */
  committed(itemId: string, spokenMs: number | "typed" | undefined): void {
    // One that is heard again begins again.
    this.#open = this.#open.filter((turn) => turn.itemId !== itemId);
    this.#begin(itemId, {
      spokenMs: spokenMs === "typed" ? undefined : spokenMs,
      typed: spokenMs === "typed",
      committedMs: this.#world.clock.now(),
    });
  }

  /** A session is live that owes an answer to this turn, though a crash may have left nobody to know of it. */
  owed(itemId: string): void {
    if (this.#open.length > 0 || this.#world.turns.has(itemId)) return;
    this.#begin(itemId, { spokenMs: undefined, typed: false, committedMs: undefined });
  }

  #begin(itemId: string, times: Pick<OpenTurn, "spokenMs" | "typed" | "committedMs">): void {
    this.#open.push({
      itemId,
      ...times,
      asked: false,
      goesOn: false,
      outputs: 0,
      isWanted: false,
      closing: false,
      isStopped: false,
      hasCalled: false,
      items: new Set(),
      unsettled: new Set(),
      sounding: undefined,
      heardFirstMs: undefined,
      reports: new Map(),
      heardMs: 0,
      cut: false,
      tool: false,
      silent: false,
      failed: false,
    });
  }

  /** It turned out to be none. */
  dropped(itemId: string): void {
    const turn = this.#open.find((other) => other.itemId === itemId);
    if (turn !== undefined) this.#finish(turn, "false_interruption");
    this.tell();
  }

  /** An answer is asked for, to everything that is open. */
  asked(): void {
    // Finishing makes another list: this one stays as it is.
    for (const turn of this.#open) {
      if (turn.closing) continue;
      if (turn.asked && !turn.goesOn) {
        if (turn.unsettled.size === 0) this.#finish(turn, outcomeOf(turn));
        else turn.closing = true;
        continue;
      }
      turn.asked = true;
      turn.goesOn = false;
      turn.isWanted = false;
    }
  }

  /** An item of the answer has begun. */
  began(itemId: string): void {
    for (const turn of this.#asked()) {
      turn.items.add(itemId);
      turn.unsettled.add(itemId);
    }
  }

  /** The first audio of an item has come. */
  sounds(itemId: string): void {
    for (const turn of this.#asked()) {
      if (turn.items.has(itemId)) turn.sounding ??= { itemId, firstMs: this.#world.clock.now() };
    }
  }

  /** The page has played so much of an item by now, as this report of it says. */
  played(itemId: string, playedMs: number, report: PlaybackReport): void {
    const now = this.#world.clock.now();
    for (const turn of this.#open) {
      const { items, reports, sounding } = turn;
      if (playedMs <= 0) continue;
      if (report.underruns !== undefined && items.has(itemId)) reports.set(itemId, report);
      if (sounding?.itemId !== itemId) continue;
      turn.heardFirstMs ??= Math.max(sounding.firstMs, now - playedMs);
    }
  }

  /** What was heard of an item is settled. */
  heard(itemId: string, heard: Heard): void {
    for (const turn of this.#open) {
      if (!turn.items.has(itemId)) continue;
      turn.unsettled.delete(itemId);
      if (heard.part === "some") turn.heardMs += heard.ms;
      if (heard.part === "all") turn.heardMs += heard.totalMs;
      else if (this.#isCutting || turn.isStopped) turn.cut = true;
      // Nobody looks at the state of a conversation that sleeps.
      if (turn.closing && !this.#wasAwake && turn.unsettled.size === 0) this.#finish(turn, outcomeOf(turn));
    }
  }

  /** The model calls a tool. */
  calling(): void {
    for (const turn of this.#asked()) turn.hasCalled = true;
  }

  /** The answer called `calls` tools that another answer waits for. */
  called(calls: number): void {
    if (calls === 0) return;
    for (const turn of this.#asked()) {
      turn.tool = turn.goesOn = true;
      turn.outputs += calls;
    }
  }

  /** One of these has its output. `endsTurn`: there is nothing to say to it; where that is so of all, nothing is said. */
  output(endsTurn: boolean): void {
    for (const turn of this.#asked()) {
      turn.isWanted ||= !endsTurn;
      turn.outputs = Math.max(0, turn.outputs - 1);
      if (turn.outputs > 0 || turn.isWanted) continue;
      turn.silent = true;
      turn.goesOn = false;
    }
  }

  /** Whether what runs is for this turn alone, and has neither sounded nor called a tool. */
  isOnly(itemId: string): boolean {
    const [turn, another] = this.#asked();
    return turn?.itemId === itemId && another === undefined && turn.sounding === undefined && !turn.hasCalled;
  }

  failed(): void {
    for (const turn of this.#asked()) turn.failed = true;
  }

  /** The session is lost; what was asked for is asked for again, or heard again first. An answer that is whole plays on. */
  lost(): void {
    if (!this.#isAnswering) return;
    for (const turn of this.#asked()) turn.goesOn = true;
  }

  /** Looks at the state after every change of it. */
  watch(state: TurnState): void {
    const isAwake = state.phase === "awake";
    const wasAwake = this.#wasAwake;
    this.#wasAwake = isAwake;
    // What is typed to a sleeping conversation wakes it.
    if (!isAwake && !wasAwake) return;
    this.#isCutting = !isAwake || state.cutting;
    this.#isAnswering = isAwake && (state.answering !== false || state.owed || state.toolsRunning > 0);
    const isCancelled = isAwake && state.answering === "cancelled";
    const isOver = !isAwake || !(this.#isAnswering || state.playing || state.cutting);
    for (const turn of this.#open) {
      if (turn.closing && (!isAwake || turn.unsettled.size === 0)) this.#finish(turn, outcomeOf(turn));
    }
    for (const turn of this.#asked()) {
      if (!isAwake && turn.heardFirstMs !== undefined && turn.unsettled.size > 0) {
        // It was put to sleep in the middle of its answer: the page has yet to say how far that was heard.
        turn.closing = turn.isStopped = true;
        continue;
      }
      if (isCancelled) turn.cut = true;
      const isWaiting = isAwake && turn.goesOn;
      if ((isOver && !isWaiting) || turn.failed || (turn.cut && !isCancelled && !this.#isCutting)) {
        // One that falls asleep unanswered failed, whatever the reason.
        if (!isAwake && !turn.cut && turn.items.size === 0 && !turn.silent) turn.failed = true;
        this.#finish(turn, outcomeOf(turn));
      }
    }
    if (isAwake) return;
    for (const turn of this.#open) if (!turn.closing) this.#finish(turn, "failed");
  }

  /** Tells and stores what is over. */
  tell(): void {
    const { audience, clock, turns } = this.#world;
    for (const receipt of this.#done.splice(0)) {
      audience.broadcast(receipt);
      turns.add(receipt, clock.now());
    }
  }

  #asked(): OpenTurn[] {
    return this.#open.filter(({ asked, closing }) => asked && !closing);
  }

  #finish(turn: OpenTurn, outcome: TurnOutcome): void {
    this.#open = this.#open.filter((other) => other !== turn);
    this.#done.push({
      type: "turn",
      outcome,
      itemId: turn.itemId,
      ...(outcome === "interrupted" ? { heardMs: Math.floor(turn.heardMs) } : {}),
      latencyMs: latencyOf(turn),
      ...playbackOf(turn),
    });
  }
}

function outcomeOf(turn: OpenTurn): TurnOutcome {
  if (turn.failed) return "failed";
  if (turn.cut) return "interrupted";
  if (turn.items.size === 0) return "silent";
  return turn.tool ? "tool" : "answered";
}

/** Of a turn that ends before its answer has been heard out (it falls asleep, or fails) what was told until then. */
function playbackOf({ reports }: OpenTurn): { playback?: TurnPlayback } {
  if (reports.size === 0) return {};
  const playback = { underruns: 0, gapMs: 0 };
  for (const { underruns = 0, gapMs = 0 } of reports.values()) {
    playback.underruns += underruns;
    playback.gapMs += Math.round(gapMs);
  }
  return { playback };
}

function latencyOf({ spokenMs, typed, committedMs, sounding, heardFirstMs }: OpenTurn): TurnLatency {
  const latency: TurnLatency = {};
  if (committedMs === undefined) return latency;
  const put = (step: keyof TurnLatency, fromMs: number | undefined, toMs: number | undefined) => {
    if (fromMs !== undefined && toMs !== undefined) latency[step] = Math.max(0, Math.round(toMs - fromMs));
  };
  put("commit", spokenMs, committedMs);
  put("model", committedMs, sounding?.firstMs);
  put("speaker", sounding?.firstMs, heardFirstMs);
  put("total", typed ? committedMs : spokenMs, heardFirstMs);
  return latency;
}
