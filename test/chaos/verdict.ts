// What a chaos run must leave behind, counted: everything but the seconds has to be zero.

import { RUN_NOTE } from "../support/chaos-rows.ts";
import type { Rows } from "../support/chaos-rows.ts";
import type { Lane } from "./lane.ts";
import type { Plan } from "./run.ts";
import { SCRIPT, words } from "./script.ts";
import type { SpokenPage } from "./spoken-page.ts";

export interface Verdict {
  /** Turns of the user that are not in the rows, or there twice. */
  readonly turnsLost: number;
  readonly turnsTwice: number;
  /** Turns nobody answered. */
  readonly unanswered: number;
  /** Turns that lost words of what was said. The ear mishears one now and then; that is not counted. */
  readonly wordsWrong: number;
  /** Turns whose tool ran not exactly once, crashes of an idempotent one aside. */
  readonly toolRunsWrong: number;
  /** Calls that have not exactly one output, and outputs without a call. */
  readonly outputsWrong: number;
  /** Samples said that no session of the model got as part of the whole sentence. */
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
  "wordsWrong",
  "toolRunsWrong",
  "outputsWrong",
  "samplesLost",
  "itemsOpen",
  "pageDiffers",
  "stuck",
] as const satisfies readonly Exclude<keyof Verdict, "rows">[];

const IDEMPOTENT = new Set(["current_time", "recall_notes"]);
/** One more for each fault of a run that can be a crash. */
const MOST_RUNS = 4;

export async function judge(
  lane: Lane,
  page: SpokenPage,
  plan: Plan,
  spoken: readonly Int16Array[],
  sessionsBefore: ReadonlySet<string>,
  isStuck: boolean,
): Promise<Verdict> {
  const rows = await lane.rows(page.conversationId);
  const script = SCRIPT.slice(0, plan.turns);
  const turns = rows.items.filter(({ kind, role }) => kind === "message" && role === "user");
  const samplesLost = lostSamples(lane, spoken, sessionsBefore);
  return {
    turnsLost: Math.max(0, script.length - turns.length),
    turnsTwice: Math.max(0, turns.length - script.length),
    unanswered: script.filter((_turn, index) => !isAnswered(rows, index, plan)).length,
    wordsWrong: script.filter(
      ({ says }, index) => turns[index]?.status !== "failed" && !isSaid(turns[index]?.text ?? "", says),
    ).length,
    ...toolCounts(
      rows,
      script.map(({ tool }) => tool),
    ),
    samplesLost,
    itemsOpen: rows.items.filter(({ status }) => status === "in_progress").length,
    pageDiffers: await differences(lane, page),
    stuck: Number(isStuck),
    rows: rows.items.map(({ kind, role, status, tool_name, text }) =>
      [kind, role, status, tool_name ?? "", text].join(" "),
    ),
  };
}

/** All words but one, in order. */
function isSaid(heard: string, said: string): boolean {
  const got = words(heard);
  let at = 0;
  let missing = 0;
  for (const word of words(said)) {
    const found = got.indexOf(word, at);
    if (found === -1) missing++;
    else at = found + 1;
  }
  return missing <= 1;
}

/** Up to the next turn somebody spoke; one that was interrupted before a word was heard has left nothing. */
function isAnswered({ items }: Rows, turn: number, plan: Plan): boolean {
  if (plan.interrupting.has(turn + 1)) return true;
  const at = items.flatMap(({ kind, role }, index) => (kind === "message" && role === "user" ? [index] : []));
  if (at[turn] === undefined) return false;
  return items
    .slice(at[turn] + 1, at[turn + 1] ?? items.length)
    .some(({ kind, role }) => kind === "message" && role === "assistant");
}

function toolCounts(
  { items, notes }: Rows,
  wanted: readonly string[],
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
    const most = tool_name === null || !IDEMPOTENT.has(tool_name) ? 1 : MOST_RUNS;
    if (times > most || (output?.status === "completed" && times === 0)) toolRunsWrong++;
  }
  const outputsWrong =
    calls.filter(({ call_id }) => outputs.filter((one) => one.call_id === call_id).length !== 1).length +
    outputs.filter(({ call_id }) => !calls.some((one) => one.call_id === call_id)).length;
  return { toolRunsWrong, outputsWrong };
}

/** Each sentence must have reached one session whole: every sample, in order, without a hole. */
function lostSamples(lane: Lane, spoken: readonly Int16Array[], before: ReadonlySet<string>): number {
  const heard = lane.model.faults.sessions
    .filter(({ id }) => !before.has(id))
    .map(({ id }) => bytesOf(lane.model.faults.audioOf(id) ?? new Int16Array()));
  let lost = 0;
  for (const samples of spoken) {
    const said = bytesOf(samples);
    if (heard.some((audio) => audio.includes(said))) continue;
    lost += samples.length - longestStart(said, heard) / 2;
  }
  return lost;
}

/** How many bytes of the sentence's beginning one session got without a hole. */
function longestStart(said: Buffer, heard: readonly Buffer[]): number {
  let longest = 0;
  for (const audio of heard) {
    const at = audio.indexOf(said.subarray(0, 960));
    if (at === -1) continue;
    let length = 0;
    while (length < said.length && audio[at + length] === said[length]) length++;
    longest = Math.max(longest, length);
  }
  return longest;
}

function bytesOf(samples: Int16Array): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}

/** Items that the page shows otherwise than the conversation tells. */
async function differences(lane: Lane, page: SpokenPage): Promise<number> {
  const { items } = await lane.snapshot(page.conversationId, page.token);
  const told = items.map(({ id, text, status }) => `${id} ${status} ${text}`);
  const shown = page.transcript.items.map(({ id, text, status }) => `${id} ${status} ${text}`);
  return (
    told.filter((one) => !shown.includes(one)).length + shown.filter((one) => !told.includes(one)).length
  );
}
