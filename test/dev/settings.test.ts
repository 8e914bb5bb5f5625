import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import {
  parseVars,
  readSources,
  settingOf,
  WORKER_SETTINGS,
  withoutSettings,
} from "../../src/dev/settings.ts";

it("DV3 each source counts only where the ones before it are silent or empty", () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-settings-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, ".dev.vars"), 'PORT=2\nREALTIME_MODEL="of file"\nREALTIME_URL=\n');
  writeFileSync(
    join(folder, "wrangler.toml"),
    '[vars]\nREALTIME_MODEL = "of vars"\nREALTIME_URL = "https://vars.example"\n',
  );
  const sources = readSources(folder, { PORT: "1", REALTIME_MODEL: "", UNRELATED: "x" });
  expect(settingOf(sources, "PORT")).toBe("1");
  expect(settingOf(sources, "REALTIME_MODEL")).toBe("of file");
  expect(settingOf(sources, "REALTIME_URL")).toBe("https://vars.example");
  expect(settingOf(sources, "OPENAI_API_KEY")).toBeUndefined();
  expect(settingOf(sources, "UNRELATED")).toBeUndefined();
});

it("DV3 of wrangler.toml only the [vars] table is read", () => {
  const toml =
    'name = "a"\n[vars]\nONE = "1" # said so\nTWO = 2\n  THREE = \'3\'\n# FOUR = "4"\n[env.other.vars]\nONE = "9"\n';
  expect(parseVars(toml)).toEqual({ ONE: "1", TWO: "2", THREE: "3" });
});

it("DV3 every setting that the Worker reads is known to the scripts", () => {
  const worker = readFileSync(new URL("../../src/env.ts", import.meta.url), "utf8");
  const bindings = /export interface Env \{([\s\S]*?)\n\}/.exec(worker)![1]!;
  const names = Array.from(bindings.matchAll(/^\s+([A-Z_]+)\?: string;/gm), (match) => match[1]!);
  expect(names.length).toBeGreaterThan(0);
  expect(WORKER_SETTINGS.toSorted()).toEqual(names.toSorted());
});

it("DV4 children that have no business with the settings do not inherit them", () => {
  expect(withoutSettings({ OPENAI_API_KEY: "sk", PORT: "1", PATH: "/bin" })).toEqual({ PATH: "/bin" });
});
