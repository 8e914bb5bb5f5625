// Compares the numbered rules of the specification with the titles of the tests. A rule is a list entry that
// opens with its number (`- **BI3** ...`), a test's title begins with one (`it("BI3 ...`).

export interface TestSource {
  path: string;
  text: string;
}

export interface Comparison {
  rules: number;
  titles: number;
  /** One line each, for people. */
  problems: string[];
}

const RULE = /^\s*[-*] \*\*([A-Z]{2,3}\d+)\*\*/gm;
const RULE_AT_START = /^([A-Z]{2,3}\d+)\b/;

export function compareWithSpec(spec: string, tests: readonly TestSource[]): Comparison {
  const ids = Array.from(spec.matchAll(RULE), (match) => match[1]!);
  const known = new Set(ids);
  const tested = new Set<string>();
  const problems: string[] = [];
  for (const id of ids.filter((rule, index) => ids.indexOf(rule) !== index)) {
    problems.push(`docs/spec.md: ${id} is there more than once`);
  }
  let titles = 0;
  for (const { path, text } of tests) {
    for (const { title, line } of testTitles(text)) {
      titles += 1;
      const id = RULE_AT_START.exec(title)?.[1];
      if (id !== undefined) tested.add(id);
      if (id === undefined) problems.push(`${path}:${line}: "${title}" does not begin with a rule`);
      else if (!known.has(id)) problems.push(`${path}:${line}: ${id} is not in docs/spec.md`);
    }
  }
  for (const id of known) if (!tested.has(id)) problems.push(`docs/spec.md: ${id} has no test`);
  return { rules: known.size, titles, problems };
}

/** `it(`, `test.only(`, `it.each(table)(` and so on, but not `pattern.test(`, nor a variable's `test.create(`. */
const CALL =
  /(?<![\w.$])(?:it|test)((?:\.(?:only|skip|todo|fails|concurrent|sequential|each|for|skipIf|runIf))*)\(/g;
/** These take an argument of their own before the call with the title. */
const CURRIED = /\.(?:each|for|skipIf|runIf)$/;

export function testTitles(source: string): { title: string; line: number }[] {
  return Array.from(source.matchAll(CALL), (match) => {
    let at = match.index + match[0].length;
    if (CURRIED.test(match[1]!)) at = source.indexOf("(", endOfArguments(source, at)) + 1;
    return { title: literalAt(source, at), line: source.slice(0, match.index).split("\n").length };
  });
}

/** The place behind the bracket that closes what is open at `at`. Brackets in strings come in pairs in practice. */
function endOfArguments(source: string, at: number): number {
  for (let depth = 1; at < source.length; at += 1) {
    if (source[at] === "(") depth += 1;
    if (source[at] === ")") depth -= 1;
    if (depth === 0) return at + 1;
  }
  return at;
}

/** The string literal at `at`, or the code there: a title that is computed cannot be found by its number. */
function literalAt(source: string, at: number): string {
  const rest = source.slice(at).trimStart();
  const literal = /^(["'`])((?:\\.|(?!\1)[\s\S])*)\1/.exec(rest);
  return literal?.[2] ?? rest.split("\n", 1)[0]!;
}
