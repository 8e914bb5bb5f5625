// What the last line of `npm test` says, from vitest's JSON report.

/** The part of the report that is read here. */
export interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * A file that could not be loaded counts as one failure, for it holds tests that did not run; so does an error
 * outside of every test, which only the exit code tells of.
 */
export function countTests(report: VitestReport | null, exitCode: number | null): TestCounts {
  const counts = {
    passed: report?.numPassedTests ?? 0,
    failed: (report?.numFailedTests ?? 0) + brokenFiles(report),
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  };
  if (exitCode !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

export function summaryOf({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

function brokenFiles(report: VitestReport | null): number {
  const failedFiles = (report?.testResults ?? []).filter((file) => file.status === "failed");
  return failedFiles.filter((file) => !file.assertionResults.some((test) => test.status === "failed")).length;
}
