// One chaos run: a page talks through the script while things break at the moments its plan says, and at the end rows,
// page and model are asked what became of it.

import type { Item } from "../../src/protocol/messages.ts";
import { FAULTS } from "./faults.ts";
import type { Fault, FaultName, Met } from "./faults.ts";
import type { Lane } from "./lane.ts";
import { generator, pick } from "./random.ts";
import { Recoveries } from "./recoveries.ts";
import type { Felt } from "./recoveries.ts";
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
  readonly broke: readonly Broken[];
  /** What was planned and met nobody, for its moment never came or the session was gone before. */
  readonly missed: readonly Break[];
}

/** A break that happened. */
export interface Broken extends Felt {
  readonly fault: FaultName;
  readonly moment: Moment;
  readonly turn: number;
  /** The answer to its turn had begun. */
  readonly isInAnswer: boolean;
}

/** Two minutes without a session put the conversation to sleep; nothing here takes nearly as long. */
const TURN_TIMEOUT_MS = 60_000;
/** The chaos agent falls asleep after 4 s of quiet. */
const UNTIL_ASLEEP_MS = 20_000;
/** An answer that was cut by the loss of its session is asked for again; what a page has of one is played on. */
const UNTIL_WHOLE_MS = 6_000;
const UNTIL_MOMENT_MS = 8_000;
const MOMENT_POLL_MS = 10;
/** Time enough to break something while a session is being made ready. */
const SLOW_DIAL = "delay:1500@session.updated";
const ROTATES_EVERY = 3;

/** Whether this seed's sessions are exchanged in every quiet moment. */
export function isRotating(seed: number): boolean {
  return seed % ROTATES_EVERY === 0;
}

/** What breaks in this run follows from its seed. */
export function planOf(seed: number, faults: readonly FaultName[]): Plan {
  const random = generator(seed);
  const turns = SCRIPT.length;
  const rotating = isRotating(seed);
  const moments = MOMENTS.filter((moment) =>
    moment === "rotating" ? rotating : !rotating || random() < 0.5,
  );
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
  const happened: { planned: Break; record: Broken; isMet: Met }[] = [];
  const recoveries = new Recoveries();
  page.onState = (state) => recoveries.is(state);
  const spoken: Int16Array[] = [];
  /** The answer that was heard when the turn after it began. */
  const interrupted = new Map<number, string>();
  let isStuck = false;

  const breakNow = async (planned: Break): Promise<void> => {
    const { fault, moment, turn } = planned;
    const isInAnswer = (answersTo(page.transcript.items, turn) ?? []).length > 0;
    const record: Broken = { fault, moment, turn, isInAnswer, feltMs: undefined };
    page.trace.push(`${new Date().toISOString().slice(14, 23)} ---- ${fault} (${moment})`);
    recoveries.broke(record);
    happened.push({ planned, record, isMet: await faultOf(fault).break(lane, page.conversationId) });
  };
  const reach = async (turn: number, moment: Moment): Promise<void> => {
    const due = plan.breaks.filter((one) => one.turn === turn && one.moment === moment);
    await Promise.all(
      due.map(async (planned) => {
        await sleep(planned.afterMs);
        await breakNow(planned);
      }),
    );
  };
  const sessions = (): number =>
    lane.model.faults.sessions.filter(({ id, isOpen }) => isOpen && !sessionsBefore.has(id)).length;

  try {
    await dial(lane, page, plan, breakNow, sessions);
    for (let turn = 0; turn < plan.turns && !isStuck; turn++) {
      const scripted = SCRIPT[turn]!;
      const breaking: Promise<void>[] = [];
      const at = (moment: Moment): void => void breaking.push(reach(turn, moment));
      if (plan.breaks.some((one) => one.turn === turn && one.moment === "asleep")) {
        await page.until(() => page.state === "asleep", UNTIL_ASLEEP_MS);
        at("asleep");
        await Promise.all(breaking);
      }
      at("listening");
      if (plan.breaks.some((one) => one.turn === turn && one.moment === "rotating")) {
        // A second session is being made ready beside the first.
        const isSeen = comes(() => sessions() > 1);
        breaking.push(isSeen.then(async (did) => (did ? await reach(turn, "rotating") : undefined)));
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
      if (isNextInterrupting) {
        const answering = (answersTo(page.transcript.items, turn) ?? []).at(-1);
        if (answering !== undefined) interrupted.set(turn, answering.id);
      } else {
        isStuck ||= !(await page.until(isDone, TURN_TIMEOUT_MS));
        if (!isStuck) await page.until(() => isHeardOut(page, turn), UNTIL_WHOLE_MS);
      }
      page.onMessage = () => undefined;
      recoveries.turnEnded();
    }
    await page.until(() => recoveries.areOver, TURN_TIMEOUT_MS);
    const met = happened.filter(({ isMet }) => isMet());
    const broke = met.map(({ record }) => record);
    const missed = plan.breaks.filter((one) => !met.some(({ planned }) => planned === one));
    const verdict = await judge({ lane, page, plan, spoken, sessionsBefore, isStuck, broke, interrupted });
    const trace = [...page.trace, ...lane.takeLog()].toSorted();
    return { seed: plan.seed, broke, missed, trace, ...verdict };
  } finally {
    page.close();
  }
}

/** The user presses the button for the first time, and the first dial meets what is planned for it. */
async function dial(
  lane: Lane,
  page: SpokenPage,
  plan: Plan,
  breakNow: (planned: Break) => Promise<void>,
  sessions: () => number,
): Promise<void> {
  const due = plan.breaks.filter(({ moment }) => moment === "connecting");
  const [early, late] = ["session", "conversation"].map((meets) =>
    due.filter(({ fault }) => faultOf(fault).meets === meets),
  ) as [Break[], Break[]];
  for (const planned of early) await breakNow(planned);
  if (late.length > 0) lane.model.faults.next(SLOW_DIAL);
  await page.call.toggleTalk();
  if (late.length === 0 || !(await comes(() => page.state === "connecting" && sessions() > 0))) return;
  await Promise.all(
    late.map(async (planned) => {
      await sleep(planned.afterMs);
      // Too late is not met.
      if (!isAtRest(page.state)) await breakNow(planned);
    }),
  );
}

function faultOf(name: FaultName): Fault {
  return FAULTS[name];
}

async function comes(holds: () => boolean): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < UNTIL_MOMENT_MS; waitedMs += MOMENT_POLL_MS) {
    if (holds()) return true;
    await sleep(MOMENT_POLL_MS);
  }
  return false;
}

function isAtRest(state: string): boolean {
  return state === "listening" || state === "asleep";
}

/** The messages that follow user turn `turn`, up to the next one. */
export function answersTo(items: readonly Item[], turn: number): Item[] | undefined {
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

/** After a crash the conversation is at rest before the page has played out what it has. */
function isHeardOut({ heard, transcript }: SpokenPage, turn: number): boolean {
  const last = answersTo(transcript.items, turn)?.at(-1);
  return last?.status === "completed" && heard.isWhole(last.id);
}

function isAnswering(items: readonly Item[], turn: number): boolean {
  return (answersTo(items, turn) ?? []).some(({ text }) => text.length > 10);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
