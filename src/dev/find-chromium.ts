// Which browser the tests drive: `CHROMIUM_PATH`, else one that is installed, else the one that came through npm.

import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { unpackChromium } from "./unpack-chromium.ts";

export interface Chromium {
  executablePath: string;
  /** Laid over the environment it is started with. */
  env: Readonly<Record<string, string>>;
  source: "CHROMIUM_PATH" | "system" | "npm";
}

/** No browser. The message is one line that says what to install. */
export class NoChromiumError extends Error {}

/** Where to look, so that a test can look elsewhere. */
export interface ChromiumPlaces {
  chromiumPath: string | undefined;
  system: readonly string[];
  fromNpm: () => Promise<Chromium>;
}

/** Printing its version takes a browser well under a second; one that hangs does not work. */
const VERSION_TIMEOUT_MS = 20_000;

export async function findChromium(places: ChromiumPlaces = usualPlaces()): Promise<Chromium> {
  if (places.chromiumPath !== undefined && places.chromiumPath !== "") {
    const named: Chromium = { executablePath: places.chromiumPath, env: {}, source: "CHROMIUM_PATH" };
    if (starts(named)) return named;
    throw new NoChromiumError(`CHROMIUM_PATH is ${places.chromiumPath}, which does not start.`);
  }
  for (const executablePath of places.system) {
    const installed: Chromium = { executablePath, env: {}, source: "system" };
    if (isExecutable(executablePath) && starts(installed)) return installed;
  }
  try {
    const packaged = await places.fromNpm();
    if (starts(packaged)) return packaged;
  } catch {
    // Left out of the installation, or not for this kind of machine: the sentence below helps with both.
  }
  throw new NoChromiumError(
    "No browser for the tests: install Chromium or Chrome, or set CHROMIUM_PATH to one.",
  );
}

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];
const APPLICATIONS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

function usualPlaces(): ChromiumPlaces {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return {
    chromiumPath: process.env["CHROMIUM_PATH"],
    system: [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...APPLICATIONS],
    fromNpm: unpackChromium,
  };
}

/** Some distributions install a launcher that only tells people to install something else. */
function starts(chromium: Chromium): boolean {
  const result = spawnSync(chromium.executablePath, ["--version"], {
    env: { ...process.env, ...chromium.env },
    timeout: VERSION_TIMEOUT_MS,
    stdio: "ignore",
  });
  return result.status === 0;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
