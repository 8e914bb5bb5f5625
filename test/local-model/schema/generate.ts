// JSON Schemas of every server event, made from the type declarations of the `openai` package: nobody here wrote them.
// Making them takes some seconds, so they are kept until one of the packages changes.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SchemaFile } from "./json-schema.ts";

/** The union of everything a Realtime server may send. */
export const SERVER_EVENT = "RealtimeServerEvent";

const PACKAGES = fileURLToPath(new URL("../../../node_modules", import.meta.url));
const DECLARATIONS = join(PACKAGES, "openai/resources/realtime/realtime.d.ts");
const CACHE = join(PACKAGES, ".cache/realtime-schema");

/** From the cache, or generated now. */
export async function serverEventSchemas(): Promise<SchemaFile> {
  const versions = ["openai", "ts-json-schema-generator"].map((name) => `${name}-${versionOf(name)}`);
  const cached = join(CACHE, `${versions.join("_")}.json`);
  try {
    return JSON.parse(readFileSync(cached, "utf8")) as SchemaFile;
  } catch {
    // Not made yet.
  }
  // Brings a TypeScript of its own along, and is loaded only when there is something to make.
  const { createGenerator } = await import("ts-json-schema-generator");
  const schemas = createGenerator({
    path: DECLARATIONS,
    type: SERVER_EVENT,
    // The declarations as a program sees them: what is not declared is not allowed.
    additionalProperties: false,
    skipTypeCheck: true,
  }).createSchema(SERVER_EVENT);
  mkdirSync(CACHE, { recursive: true });
  // Another run may do the same at the same time: whoever comes last replaces the file as a whole.
  const own = `${cached}.${process.pid}`;
  writeFileSync(own, JSON.stringify(schemas));
  renameSync(own, cached);
  return schemas as SchemaFile;
}

function versionOf(name: string): string {
  const text = readFileSync(join(PACKAGES, name, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
