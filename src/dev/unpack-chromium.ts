// The Chromium that comes through npm (`@sparticuz/chromium`, Linux on x64) is an archive for a cloud function.
// It is unpacked once per installation, into node_modules, together with the libraries and the font that a bare
// machine does not have.

import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Chromium } from "./find-chromium.ts";

const CACHE = fileURLToPath(new URL("../../node_modules/.cache/chromium", import.meta.url));

export async function unpackChromium(cache = CACHE): Promise<Chromium> {
  const folder = join(cache, "unpacked");
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
  mkdirSync(dirname(folder), { recursive: true });
  const staging = mkdtempSync(`${folder}-`);
  try {
    await inflateAll(archives(), staging);
    writeFileSync(join(staging, "fonts.conf"), fontsConf(join(folder, "fonts")));
    moveUnlessThere(staging, folder);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function archives(): string[] {
  const entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const bin = join(dirname(entry), "..", "bin");
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
