// What a chaos run must leave behind, counted: everything but the seconds has to be zero.

import type { Item } from "../../src/protocol/messages.ts";
import { RUN_NOTE } from "../support/chaos-rows.ts";
import type { Rows } from "../support/chaos-rows.ts";
import type { Lane } from "./lane.ts";
import { answersTo } from "./run.ts";
import type { Broken, Plan } from "./run.ts";
import { SCRIPT, words } from "./script.ts";
import { REPORT_EVERY_MS, SPEAKER_SPEED } from "./spoken-page.ts";
import type { SpokenPage } from "./spoken-page.ts";
import { lostSamples } from "./lost-samples.ts";

export interface Verdict {
  /** Turns of the user that are not in the rows, or there twice. */
  readonly turnsLost: number;
  readonly turnsTwice: number;
  /** Turns nobody answered. */
  readonly unanswered: number;
  /** Answers that nobody interrupted and that did not come to their end, where nothing broke that may cut one. */
  readonly answerLost: number;
  /** Answers whose rows say otherwise than the speaker what was heard of them. */
  readonly heardWrong: number;
  /** Turns that lost words of what was said. The ear mishears one now and then; that is not counted. */
  readonly wordsWrong: number;
  /** Turns whose tool ran not exactly once, crashes of an idempotent one aside. */
  readonly toolRunsWrong: number;
  /** Calls that have not exactly one output, and outputs without a call. */
  readonly outputsWrong: number;
  /** Samples missing from sentences that the last session which heard of them did not get whole. */
  readonly samplesLost: number;
  /** Items that never came to an end, or differ between the page and the rows. */
  readonly itemsOpen: number;
  readonly pageDiffers: number;
  /** The conversation did not go on. */
  readonly stuck: number;
  /** What the rows say, for a run that went wrong. */
  readonly rows: readonly string[];
}

export const COUNTS = [
  "turnsLost",
  "turnsTwice",
  "unanswered",
  "answerLost",
  "heardWrong",
  "wordsWrong",
  "toolRunsWrong",
  "outputsWrong",
  "samplesLost",
  "itemsOpen",
  "pageDiffers",
  "stuck",
] as const satisfies readonly Exclude<keyof Verdict, "rows">[];

const IDEMPOTENT = new Set(["current_time", "recall_notes"]);
/** How far a report may be behind the speaker that a fault kept from saying more. */
const REPORT_TOLERANCE_MS = REPORT_EVERY_MS * SPEAKER_SPEED;

export interface Evidence {
  readonly lane: Lane;
  readonly page: SpokenPage;
  readonly plan: Plan;
  readonly spoken: readonly Int16Array[];
  readonly sessionsBefore: ReadonlySet<string>;
  readonly isStuck: boolean;
  readonly broke: readonly Broken[];
  /** By turn: the answer that was heard when somebody spoke over it. */
  readonly interrupted: ReadonlyMap<number, string>;
}

export async function judge(evidence: Evidence): Promise<Verdict> {
  const { lane, page, plan, spoken, sessionsBefore, isStuck, broke } = evidence;
  const rows = await lane.rows(page.conversationId);
  const { items } = await lane.snapshot(page.conversationId, page.token);
  const script = SCRIPT.slice(0, plan.turns);
  const mayFail = broke.some(({ fault }) => fault === "lost_words");
  const turns = rows.items.filter(({ kind, role }) => kind === "message" && role === "user");
  const stored = turns.filter(({ status }) => status !== "failed" || mayFail);
  const crashes = broke.filter(isCrash).length;
  const answers = items.filter(({ role, kind }) => role === "assistant" && kind === "message");
  const indices = [...script.keys()];
  return {
    turnsLost: Math.max(0, script.length - stored.length),
    turnsTwice: Math.max(0, turns.length - script.length),
    unanswered: indices.filter((turn) => !isAnswered(items, turn, evidence)).length,
    answerLost: indices.filter((turn) => isAnswerLost(items, turn, evidence)).length,
    heardWrong: heardWrong(answers, evidence),
    wordsWrong: script.filter(
      ({ says }, index) => turns[index]?.status !== "failed" && !isSaid(turns[index]?.text ?? "", says),
    ).length,
    ...toolCounts(
      rows,
      script.map(({ tool }) => tool),
      crashes,
    ),
    samplesLost: lostSamples(lane, spoken, sessionsBefore),
    itemsOpen: rows.items.filter(({ status }) => status === "in_progress").length,
    pageDiffers: differences(items, page),
    stuck: Number(isStuck),
    rows: [
      ...rows.items.map(({ kind, role, status, tool_name, text }) =>
        [kind, role, status, tool_name ?? "", text].join(" "),
      ),
      ...answers.map(({ id, status, heardMs }) => `${id} ${status} ${heardMs ?? ""}: ${page.heard.says(id)}`),
      ...page.heard.itemIds
        .filter((id) => !answers.some((answer) => answer.id === id))
        .map((id) => `${id} is no more: ${page.heard.says(id)}`),
    ],
  };
}

/** All words in order, but one that was misheard, which is not the last. */
function isSaid(heard: string, said: string): boolean {
  const got = words(heard);
  const wanted = words(said);
  let at = 0;
  let missing = 0;
  for (const word of wanted) {
    const found = got.indexOf(word, at);
    if (found === -1) missing++;
    else at = found + 1;
  }
  return missing <= 1 && got.at(-1) === wanted.at(-1);
}

/** With words, up to the next turn somebody spoke. One that was cut before it was heard has left nothing. */
function isAnswered(items: readonly Item[], turn: number, { plan, page, interrupted }: Evidence): boolean {
  if ((answersTo(items, turn) ?? []).some(({ text }) => text !== "")) return true;
  const cut = interrupted.get(turn);
  if (!plan.interrupting.has(turn + 1) || cut === undefined) return false;
  return page.heard.playedMs(cut) <= REPORT_TOLERANCE_MS;
}

/** What a page's network or the model's breaks is made good; a crash may cut what was being heard. */
function isAnswerLost(items: readonly Item[], turn: number, { plan, broke }: Evidence): boolean {
  if (plan.interrupting.has(turn + 1)) return false;
  const answers = answersTo(items, turn) ?? [];
  const last = answers.at(-1);
  if (last === undefined) return true;
  if (last.status === "completed") return last.text === "";
  // The user is told of it, and asks again.
  if (last.status === "failed" && broke.some(({ fault }) => fault === "failed_answer")) return false;
  const isCut = broke.some((one) => one.turn === turn && one.isInAnswer && isCrash(one));
  return !(isCut && last.text !== "");
}

function isCrash({ fault }: Broken): boolean {
  return fault === "crash" || fault === "kill";
}

function heardWrong(answers: readonly Item[], { page, broke }: Evidence): number {
  const { heard } = page;
  const mayBeText = broke.some(({ fault }) => fault === "text_answer");
  const wrong = answers.filter(({ id, status, heardMs = 0 }) => {
    if (status === "interrupted") return Math.abs(heardMs - heard.playedMs(id)) > REPORT_TOLERANCE_MS;
    if (status !== "completed" || heard.isWhole(id)) return false;
    return !(mayBeText && heard.playedMs(id) === 0);
  });
  // An answer that a crash meets while it still comes has no row: it is given again, and the first one is forgotten.
  if (broke.some(isCrash)) return wrong.length;
  const forgotten = heard.itemIds.filter(
    (id) => heard.playedMs(id) > REPORT_TOLERANCE_MS && !answers.some((answer) => answer.id === id),
  );
  return wrong.length + forgotten.length;
}

function toolCounts(
  { items, notes }: Rows,
  wanted: readonly string[],
  crashes: number,
): { toolRunsWrong: number; outputsWrong: number } {
  const calls = items.filter(({ kind }) => kind === "tool_call");
  const outputs = items.filter(({ kind }) => kind === "tool_output");
  const runs = notes
    .filter(({ text }) => text.startsWith(RUN_NOTE))
    .map(({ text }) => text.slice(RUN_NOTE.length));
  let toolRunsWrong = 0;
  for (const name of new Set(wanted)) {
    const made = calls.filter(({ tool_name }) => tool_name === name).length;
    toolRunsWrong += Math.abs(made - wanted.filter((one) => one === name).length);
  }
  for (const { call_id, tool_name } of calls) {
    const output = outputs.find((one) => one.call_id === call_id);
    const times = runs.filter((id) => id === call_id).length;
    // A call that a crash met in its run is told as failed and not run again, but where running again does no harm.
    const most = tool_name === null || !IDEMPOTENT.has(tool_name) ? 1 : 1 + crashes;
    if (times > most || (output?.status === "completed" && times === 0)) toolRunsWrong++;
  }
  const outputsWrong =
    calls.filter(({ call_id }) => outputs.filter((one) => one.call_id === call_id).length !== 1).length +
    outputs.filter(({ call_id }) => !calls.some((one) => one.call_id === call_id)).length;
  return { toolRunsWrong, outputsWrong };
}

/** Items that the page shows otherwise than the conversation tells. */
function differences(items: readonly Item[], page: SpokenPage): number {
  const told = items.map(({ id, text, status }) => `${id} ${status} ${text}`);
  const shown = page.transcript.items.map(({ id, text, status }) => `${id} ${status} ${text}`);
  return (
    told.filter((one) => !shown.includes(one)).length + shown.filter((one) => !told.includes(one)).length
  );
}
