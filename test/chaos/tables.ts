// The chaos runs as tables for people.

import { FAULTS } from "./faults.ts";
import type { FaultName } from "./faults.ts";
import { MOMENTS } from "./run.ts";
import type { Outcome } from "./run.ts";
import { COUNTS } from "./verdict.ts";

export function isClean(outcome: Outcome): boolean {
  return COUNTS.every((count) => outcome[count] === 0);
}

/** The counts that are not zero. */
export function wrong(outcome: Outcome): string {
  return COUNTS.filter((count) => outcome[count] !== 0)
    .map((count) => `${count} ${outcome[count]}`)
    .join(", ");
}

/**
 * One row per fault: how often and at which moments it happened, what was lost in these runs, how often the page showed
 * it and for how long.
 */
export function faultTable(outcomes: readonly Outcome[]): string {
  const rows = (Object.keys(FAULTS) as FaultName[]).flatMap((fault) => {
    const met = outcomes.flatMap((outcome) =>
      outcome.broke.filter((one) => one.fault === fault).map((one) => ({ outcome, ...one })),
    );
    if (met.length === 0) return [];
    const sum = (...counts: (typeof COUNTS)[number][]): number =>
      new Set(met.map(({ outcome }) => outcome))
        .values()
        .reduce((all, outcome) => all + counts.reduce((some, count) => some + outcome[count], 0), 0);
    const times = met.flatMap(({ feltMs }) => feltMs ?? []).toSorted((a, b) => a - b);
    const moments = [...new Set(met.map(({ moment }) => moment))].toSorted();
    return [
      `| ${FAULTS[fault].says} | ${met.length} | ${moments.join(", ")} | ${sum("turnsLost", "turnsTwice", "unanswered", "answerLost", "itemsOpen")} | ${sum("toolRunsWrong", "outputsWrong")} | ${sum("samplesLost")} | ${times.length} | ${times[times.length >> 1] ?? "-"} | ${times.at(-1) ?? "-"} |`,
    ];
  });
  return [
    "| what broke | times | when | items lost or twice | tool runs wrong | samples lost | felt | well again, median ms | longest ms |",
    "|---|---|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

/** In how many runs each fault was met at each moment. With what was lost there, where anything was. */
export function momentTable(outcomes: readonly Outcome[]): string {
  const rows = (Object.keys(FAULTS) as FaultName[]).map((fault) => {
    const cells = MOMENTS.map((moment) => {
      const met = outcomes.filter(({ broke }) =>
        broke.some((one) => one.fault === fault && one.moment === moment),
      );
      const unclean = met.filter((outcome) => !isClean(outcome)).length;
      return unclean === 0 ? String(met.length) : `${met.length}, ${unclean} not clean`;
    });
    return `| \`${fault}\` | ${cells.join(" | ")} |`;
  });
  return [`| fault | ${MOMENTS.join(" | ")} |`, `|---|${MOMENTS.map(() => "---").join("|")}|`, ...rows].join(
    "\n",
  );
}

export function totals(outcomes: readonly Outcome[]): string {
  const counts = COUNTS.map(
    (count) => `${count} ${outcomes.reduce((sum, outcome) => sum + outcome[count], 0)}`,
  );
  const broke = outcomes.reduce((sum, outcome) => sum + outcome.broke.length, 0);
  const missed = outcomes.reduce((sum, outcome) => sum + outcome.missed.length, 0);
  return `${outcomes.length} runs, ${outcomes.filter(isClean).length} clean, ${broke} faults (${missed} planned met nobody); ${counts.join(", ")}`;
}
