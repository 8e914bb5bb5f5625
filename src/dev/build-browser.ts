// Bundles the page and its two worklets into `public/build`. Each worklet is a file of its own, since a page
// with a strict policy may not load one from a blob. `--dev` adds source maps, which a deploy must not upload.

import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, type BuildFailure } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));
const isDev = process.argv.includes("--dev");

try {
  const result = await build({
    absWorkingDir: root,
    entryPoints: {
      main: "src/browser/main.ts",
      capture: "src/browser/worklets/capture.worklet.ts",
      playback: "src/browser/worklets/playback.worklet.ts",
    },
    outdir: "public/build",
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: !isDev,
    sourcemap: isDev,
    legalComments: "none",
    logLevel: "silent",
    metafile: true,
  });
  if (!isDev) await removeOldMaps(Object.keys(result.metafile.outputs));
} catch (error) {
  const [first] = (error as Partial<BuildFailure>).errors ?? [];
  const place = first?.location ? `${first.location.file}:${first.location.line}: ` : "";
  console.error(`build-browser: ${place}${first?.text ?? String(error)}`);
  process.exitCode = 1;
}

/** Maps left by an earlier `--dev` build would be uploaded with the rest. */
async function removeOldMaps(outputs: string[]): Promise<void> {
  await Promise.all(outputs.map((output) => rm(`${root}/${output}.map`, { force: true })));
}
