// The Chromium that comes through npm (`@sparticuz/chromium`, Linux on x64) is an archive for a cloud function.
// It is unpacked once per version, into node_modules, together with the libraries and the font that a bare machine
// does not have.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Chromium } from "./find-chromium.ts";

const CACHE = fileURLToPath(new URL("../../node_modules/.cache/chromium", import.meta.url));

export async function unpackChromium(cache = CACHE): Promise<Chromium> {
  const folder = join(cache, packageVersion());
  mkdirSync(cache, { recursive: true });
  removeLeftovers(folder);
  if (!existsSync(folder)) await unpackInto(folder);
  return {
    executablePath: join(folder, "chromium"),
    env: {
      LD_LIBRARY_PATH: join(folder, "al2023", "lib"),
      FONTCONFIG_FILE: join(folder, "fonts.conf"),
    },
    source: "npm",
  };
}

/** Unpacks beside `folder` and moves it there when it is complete, so that half of one is never found. */
async function unpackInto(folder: string): Promise<void> {
  const staging = mkdtempSync(`${folder}-${process.pid}-`);
  try {
    await inflateAll(archives(), staging);
    writeFileSync(join(staging, "fonts.conf"), fontsConf(join(folder, "fonts")));
    moveUnlessThere(staging, folder);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** The last part of a staging folder's name, as `unpackInto` makes it. */
const STAGED_BY = /-(\d+)-[A-Za-z0-9]{6}$/;

/** An unpack that was killed leaves its staging folder, an update the version before. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(dirname(folder))) {
    const stagedBy = STAGED_BY.exec(name)?.[1];
    const isStaging = stagedBy !== undefined && isRunning(Number(stagedBy));
    if (name === basename(folder) || isStaging) continue;
    rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process runs as well.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The folder of `@sparticuz/chromium`; its `package.json` cannot be asked for by name. */
function packageFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "..");
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageFolder(), "package.json"), "utf8")) as {
    version: string;
  };
  return version;
}

function archives(): string[] {
  const bin = join(packageFolder(), "bin");
  // The second one holds NSS and its friends; the package itself unpacks it in its cloud only.
  return ["chromium.br", "al2023.tar.br", "fonts.tar.br", "swiftshader.tar.br"].map((file) =>
    join(bin, file),
  );
}

/** The package always unpacks into the temporary directory, so that is where `folder` has to be meanwhile. */
async function inflateAll(files: readonly string[], folder: string): Promise<void> {
  const { inflate } = await import("@sparticuz/chromium");
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  try {
    await Promise.all(files.map((file) => inflate(file)));
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}

function moveUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    // Another run was faster.
    if (!existsSync(to)) throw error;
  }
}

function fontsConf(fonts: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${fonts}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${fonts}-cache</cachedir>
</fontconfig>
`;
}
