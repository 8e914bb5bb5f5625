import { expect, it } from "vitest";
import { compareWithSpec, testTitles } from "../../src/dev/spec-rules.ts";

/** Put together here, so that the check does not take these for tests of ours. */
const IT = "it";
const spec = "# Rules\n- **AB1** One.\n- **AB2** Two.\n- **XYZ10** Three.\n";
const file = (...calls: string[]) => [
  { path: "test/a.test.ts", text: calls.map((call) => `${IT}${call}`).join("\n") },
];

it("DV11 nothing is wrong when every rule has a test and every test a rule", () => {
  const tests = file(
    '("AB1 holds", run)',
    '("AB1 holds twice", run)',
    '("AB2: so", run)',
    "(`XYZ10 too`, run)",
  );
  expect(compareWithSpec(spec, tests)).toEqual({ rules: 3, titles: 4, problems: [] });
});

it("DV11 a rule without a test, and a rule that is there twice, are problems", () => {
  const tests = file('("AB1 holds", run)', '("XYZ10 holds", run)');
  expect(compareWithSpec(`${spec}- **AB1** Again.\n`, tests).problems).toEqual([
    "docs/spec.md: AB1 is there more than once",
    "docs/spec.md: AB2 has no test",
  ]);
});

it("DV11 a test without a rule, or with an unknown one, is a problem", () => {
  const tests = file(
    '("AB1 holds", run)',
    '("AB2 holds", run)',
    '("XYZ10 holds", run)',
    '("works", run)',
    '("AB9 holds", run)',
  );
  expect(compareWithSpec(spec, tests).problems).toEqual([
    'test/a.test.ts:4: "works" does not begin with a rule',
    "test/a.test.ts:5: AB9 is not in docs/spec.md",
  ]);
});

it("DV11 titles are found in every form a test is written in, and nowhere else", () => {
  const source = [
    `${IT}.each([["a", f(1)], ["b", 2]])(\n  "AB1 %s", run)`,
    `${IT}.skip('AB2 don\\'t', run)`,
    `${IT}.skipIf(process.platform === "win32")("AB3 x", run)`,
    `/pattern/.${"test"}("no title")`,
    `un${IT}("no title")`,
    `${"test"}.create("no title")`,
  ];
  expect(testTitles(source.join("\n")).map(({ title }) => title)).toEqual(["AB1 %s", "AB2 don\\'t", "AB3 x"]);
});
