// One lane of chaos runs: a real Worker under workerd with its rows on disk, a local model of its own that fails on
// demand and keeps what it heard, and a network between page and Worker that can be torn.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { startLocalModel } from "../../src/local-model/server.ts";
import type { LocalModel } from "../../src/local-model/server.ts";
import type { ConversationSnapshot } from "../../src/protocol/messages.ts";
import type { Rows } from "../support/chaos-rows.ts";
import { Network } from "./network.ts";
import { Runtime } from "./runtime.ts";

/** Longer than any run. */
const KEEP_AUDIO_MS = 180_000;
/** Rotation is due from five minutes before the end: with such a session every quiet moment is one. */
const ROTATING_LIFETIME_MS = 302_000;
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LOOPBACK = "http://127.0.0.1";

export interface LaneOptions {
  /** Whether sessions end so soon that every quiet moment is one to rotate in. */
  readonly rotating: boolean;
}

export class Lane {
  readonly model: LocalModel;
  readonly network: Network;
  readonly #runtime: Runtime;

  private constructor(model: LocalModel, runtime: Runtime, network: Network) {
    this.model = model;
    this.network = network;
    this.#runtime = runtime;
  }

  static async start({ rotating }: LaneOptions = { rotating: false }): Promise<Lane> {
    const lifetime = rotating ? { sessionLifetimeMs: ROTATING_LIFETIME_MS } : {};
    const [script, model] = await Promise.all([
      bundle(),
      startLocalModel({ port: 0, faults: true, keepAudioMs: KEEP_AUDIO_MS, ...lifetime }),
    ]);
    const runtime = await Runtime.start(script, model.url);
    return new Lane(model, runtime, await Network.start(() => runtime.port));
  }

  /** What the Worker printed since this was asked last. */
  takeLog(): string[] {
    return this.#runtime.log.splice(0);
  }

  /** As the page reaches it. */
  get url(): string {
    return `${LOOPBACK}:${this.network.port}`;
  }

  /** The object loses its memory. False when nothing answered. */
  async crash(conversationId: string): Promise<boolean> {
    if (conversationId === "") return false;
    try {
      const answer = await fetch(`${LOOPBACK}:${this.#runtime.port}/crash/${conversationId}`);
      return answer.ok;
    } catch {
      // The runtime is being killed: there is no memory to lose.
      return false;
    }
  }

  async rows(conversationId: string): Promise<Rows> {
    const answer = await fetch(`${LOOPBACK}:${this.#runtime.port}/rows/${conversationId}`);
    return (await answer.json()) as Rows;
  }

  /** What the conversation tells of itself. */
  async snapshot(conversationId: string, token: string): Promise<ConversationSnapshot> {
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(`${LOOPBACK}:${this.#runtime.port}/api/conversations/${conversationId}`, {
      headers,
    });
    return (await answer.json()) as ConversationSnapshot;
  }

  /** `kill -9` of the whole runtime, and a new one on the same rows. */
  async killRuntime(): Promise<void> {
    await this.#runtime.kill();
  }

  async close(): Promise<void> {
    this.network.close();
    await this.#runtime.close();
    await this.model.close();
  }
}

async function bundle(): Promise<string> {
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: ["test/support/crashing-worker.ts"],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*"],
    logLevel: "silent",
    plugins: [
      {
        name: "chaos-agent",
        setup: ({ onResolve }) =>
          onResolve({ filter: /\/agent\.ts$/ }, ({ importer }) =>
            importer.includes("/src/") ? { path: join(ROOT, "test/support/chaos-agent.ts") } : null,
          ),
      },
    ],
  });
  return result.outputFiles[0]!.text;
}
