import { expect, it } from "vitest";
import { countTests, summaryOf, type VitestReport } from "../../src/dev/test-counts.ts";

const clean: VitestReport = {
  numPassedTests: 7,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: "passed", assertionResults: [{ status: "passed" }] }],
};

it("DV10 the last line counts what passed and failed", () => {
  expect(summaryOf(countTests(clean, 0))).toBe("7 passed, 0 failed");
  expect(summaryOf(countTests({ ...clean, numFailedTests: 2 }, 1))).toBe("7 passed, 2 failed");
});

it("DV10 skipped tests are counted, the ones still to be written too", () => {
  expect(summaryOf(countTests({ ...clean, numPendingTests: 2, numTodoTests: 1 }, 0))).toBe(
    "7 passed, 0 failed, 3 skipped",
  );
});

it("DV10 a file that could not be loaded is a failure", () => {
  const testResults = [...clean.testResults, { status: "failed", assertionResults: [] }];
  expect(countTests({ ...clean, testResults }, 1).failed).toBe(1);
});

it("DV10 an exit code without a failed test is a failure, and so is a missing report", () => {
  expect(countTests(clean, 1).failed).toBe(1);
  expect(countTests(null, null)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
