// One chaos run: a page talks through the script while things break at the moments its plan says, and at the end rows,
// page and model are asked what became of it.

import { browserClock } from "../../src/browser/clock.ts";
import type { Item } from "../../src/protocol/messages.ts";
import { FAULTS } from "./faults.ts";
import type { FaultName } from "./faults.ts";
import type { Lane } from "./lane.ts";
import { generator, pick } from "./random.ts";
import { SCRIPT, speechOf } from "./script.ts";
import { SpokenPage } from "./spoken-page.ts";
import { judge } from "./verdict.ts";
import type { Verdict } from "./verdict.ts";

export const MOMENTS = [
  "connecting",
  "listening",
  "mid-sentence",
  "thinking",
  "tool running",
  "speaking",
  "asleep",
  "rotating",
] as const;
export type Moment = (typeof MOMENTS)[number];

/** One thing that breaks: in which turn, at which moment, and how long after it was reached. */
export interface Break {
  readonly turn: number;
  readonly moment: Moment;
  readonly fault: FaultName;
  readonly afterMs: number;
}

export interface Plan {
  readonly seed: number;
  readonly turns: number;
  readonly breaks: readonly Break[];
  /** Turns that begin while the answer before is still heard. */
  readonly interrupting: ReadonlySet<number>;
}

export interface Outcome extends Verdict {
  readonly seed: number;
  /** What the page saw and the Worker printed, by time. */
  readonly trace: readonly string[];
  /** What broke, when it did, and how long until the page was well again. */
  readonly broke: readonly { fault: FaultName; moment: Moment; recoveredMs: number }[];
}

/** Two minutes without a session put the conversation to sleep; nothing here takes nearly as long. */
const TURN_TIMEOUT_MS = 60_000;
/** The chaos agent falls asleep after 4 s of quiet. */
const UNTIL_ASLEEP_MS = 20_000;
const WELL: ReadonlySet<string> = new Set(["listening", "thinking", "speaking", "asleep"]);

/** What breaks in this run follows from its seed. */
export function planOf(seed: number, faults: readonly FaultName[], rotating: boolean): Plan {
  const random = generator(seed);
  const turns = SCRIPT.length;
  const moments = MOMENTS.filter((moment) => (moment === "rotating") === rotating || random() < 0.5);
  const breaks = Array.from({ length: 1 + Math.floor(random() * 3) }, (): Break => {
    const moment = pick(random, moments);
    return {
      turn: moment === "connecting" ? 0 : Math.floor(random() * turns),
      moment,
      fault: pick(random, faults),
      afterMs: Math.floor(random() * 700),
    };
  });
  const interrupting = new Set(SCRIPT.keys().filter((turn) => turn > 0 && random() < 0.2));
  return { seed, turns, breaks, interrupting };
}

export async function runPlan(lane: Lane, plan: Plan): Promise<Outcome> {
  const random = generator(plan.seed ^ 0x5eed);
  lane.model.faults.clear();
  lane.takeLog();
  const sessionsBefore = new Set(lane.model.faults.sessions.map(({ id }) => id));
  const page = new SpokenPage(lane.url, `198.51.100.${plan.seed % 250}`, random);
  const broke: { fault: FaultName; moment: Moment; recoveredMs: number }[] = [];
  const recoveries: Promise<boolean>[] = [];
  let turnEnded: Promise<unknown> = Promise.resolve();
  const spoken: Int16Array[] = [];
  let isStuck = false;

  const reach = (turn: number, moment: Moment): Promise<void> => {
    const due = plan.breaks.filter((one) => one.turn === turn && one.moment === moment);
    return Promise.all(
      due.map(async ({ fault, afterMs }) => {
        await sleep(afterMs);
        const fromMs = browserClock.now();
        const record = { fault, moment, recoveredMs: 0 };
        broke.push(record);
        page.trace.push(`${new Date().toISOString().slice(14, 23)} ---- ${fault} (${moment})`);
        await FAULTS[fault].break(lane, page.conversationId);
        recoveries.push(
          recovered(page, turnEnded).then((isFelt) => {
            record.recoveredMs = isFelt ? Math.round(browserClock.now() - fromMs) : 0;
            return isFelt;
          }),
        );
      }),
    ).then(() => undefined);
  };

  try {
    // What breaks the first dial is planned before there is one.
    for (const { fault } of plan.breaks.filter((one) => one.moment === "connecting")) {
      broke.push({ fault, moment: "connecting", recoveredMs: 0 });
      await FAULTS[fault].break(lane, page.conversationId || NO_CONVERSATION);
    }
    await page.call.toggleTalk();
    for (let turn = 0; turn < plan.turns && !isStuck; turn++) {
      const scripted = SCRIPT[turn]!;
      const { promise, resolve: endTurn } = Promise.withResolvers<false>();
      turnEnded = promise;
      const breaking: Promise<void>[] = [];
      const at = (moment: Moment): void => void breaking.push(reach(turn, moment));
      if (plan.breaks.some((one) => one.turn === turn && one.moment === "asleep")) {
        await page.until(() => page.state === "asleep", UNTIL_ASLEEP_MS);
        at("asleep");
        await Promise.all(breaking);
      }
      at("listening");
      if (plan.breaks.some((one) => one.turn === turn && one.moment === "rotating")) {
        breaking.push(rotates(lane).then(() => reach(turn, "rotating")));
      }
      await sleep(300 + random() * 900);
      const seen = { thinking: false, speaking: false, tool: false };
      page.onMessage = (message) => {
        if (message.type === "state" && message.state === "thinking" && !seen.thinking) {
          seen.thinking = true;
          at("thinking");
        } else if (message.type === "state" && message.state === "speaking" && !seen.speaking) {
          seen.speaking = true;
          at("speaking");
        } else if (message.type === "tool" && message.status === "running" && !seen.tool) {
          seen.tool = true;
          at("tool running");
        }
      };
      if (scripted.typed) page.call.typeText(scripted.says);
      else {
        at("mid-sentence");
        spoken.push(await page.say(speechOf(scripted)));
      }
      const isNextInterrupting = plan.interrupting.has(turn + 1);
      const isDone = (): boolean =>
        isNextInterrupting
          ? isAnswering(page.transcript.items, turn)
          : isAnswered(page.transcript.items, turn) && isAtRest(page.state);
      isStuck = !(await page.until(isDone, TURN_TIMEOUT_MS));
      await Promise.all(breaking);
      // What broke last may have come after the answer.
      if (!isNextInterrupting) isStuck ||= !(await page.until(isDone, TURN_TIMEOUT_MS));
      page.onMessage = () => undefined;
      endTurn(false);
    }
    await Promise.all(recoveries);
    const verdict = await judge(lane, page, plan, spoken, sessionsBefore, isStuck);
    const trace = [...page.trace, ...lane.takeLog()].toSorted();
    return { seed: plan.seed, broke, trace, ...verdict };
  } finally {
    page.close();
  }
}

/** Any id of the right form: the fault meets nobody. */
const NO_CONVERSATION = "0".repeat(64);

/** Resolves when the page has been unwell and is well again, with true; with false when the turn ended without that. */
async function recovered(page: SpokenPage, turnEnded: Promise<unknown>): Promise<boolean> {
  const unwell = page.until(() => !WELL.has(page.state), TURN_TIMEOUT_MS);
  const isFelt = (await Promise.race([unwell, turnEnded])) === true;
  return isFelt && (await page.until(() => WELL.has(page.state), TURN_TIMEOUT_MS));
}

/** A second session is being made ready beside the first. */
async function rotates(lane: Lane): Promise<void> {
  const isRotating = (): boolean => lane.model.faults.sessions.filter(({ isOpen }) => isOpen).length > 1;
  for (let waitedMs = 0; waitedMs < 8_000 && !isRotating(); waitedMs += 10) await sleep(10);
}

function isAtRest(state: string): boolean {
  return state === "listening" || state === "asleep";
}

/** The messages that follow user turn `turn`, up to the next one. */
function answersTo(items: readonly Item[], turn: number): Item[] | undefined {
  const turns = [...items.entries()].filter(([, { role, kind }]) => role === "user" && kind === "message");
  const from = turns[turn];
  if (from === undefined || from[1].status === "in_progress") return undefined;
  const to = turns[turn + 1]?.[0] ?? items.length;
  return items.slice(from[0] + 1, to).filter(({ role, kind }) => role === "assistant" && kind === "message");
}

function isAnswered(items: readonly Item[], turn: number): boolean {
  const answers = answersTo(items, turn) ?? [];
  return answers.length > 0 && answers.every(({ status }) => status !== "in_progress");
}

function isAnswering(items: readonly Item[], turn: number): boolean {
  return (answersTo(items, turn) ?? []).some(({ text }) => text.length > 10);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
