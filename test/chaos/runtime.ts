// A workerd of our own, on rows that outlive it: it can be killed without a word and started again.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Miniflare } from "miniflare";

const EXIT_POLL_MS = 10;
const MAX_STARTS = 10;
const START_AGAIN_MS = 300;
/** One starts at a time, for which process is new must be clear. */
let starting: Promise<unknown> = Promise.resolve();

export class Runtime {
  readonly #script: string;
  readonly #modelUrl: string;
  readonly #storage = mkdtempSync(join(tmpdir(), "parley-chaos-"));
  /** What the Worker printed. */
  readonly log: string[] = [];
  #worker: Miniflare | undefined;
  #pids: number[] = [];
  #port = 0;

  private constructor(script: string, modelUrl: string) {
    this.#script = script;
    this.#modelUrl = modelUrl;
  }

  static async start(script: string, modelUrl: string): Promise<Runtime> {
    const runtime = new Runtime(script, modelUrl);
    await runtime.#start();
    return runtime;
  }

  get port(): number {
    return this.#port;
  }

  /** Another kill while it starts again is the same one. */
  async kill(): Promise<void> {
    if (this.#pids.length === 0) return;
    const killed = this.#worker;
    const pids = this.#pids.splice(0);
    for (const pid of pids) endNow(pid);
    // Its locks on the rows end with it.
    while (runtimes().some((pid) => pids.includes(pid))) {
      await new Promise((resolve) => setTimeout(resolve, EXIT_POLL_MS));
    }
    await this.#start();
    await killed?.dispose().catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#worker?.dispose();
    rmSync(this.#storage, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const turn = this.#startAfter(starting);
    starting = turn.catch(() => undefined);
    await turn;
  }

  async #startAfter(others: Promise<unknown>): Promise<void> {
    await others;
    for (let attempt = 1; ; attempt++) {
      const before = new Set(runtimes());
      const worker = this.#make();
      try {
        this.#port = Number((await worker.ready).port);
        this.#worker = worker;
        this.#pids = runtimes().filter((pid) => !before.has(pid));
        return;
      } catch (thrown) {
        // SQLite may still be busy with what the killed one left; whoever restarts a server tries again.
        await worker.dispose().catch(() => undefined);
        if (attempt === MAX_STARTS) throw thrown;
        await new Promise((resolve) => setTimeout(resolve, START_AGAIN_MS));
      }
    }
  }

  #make(): Miniflare {
    return new Miniflare({
      modules: true,
      script: this.#script,
      compatibilityDate: "2026-07-30",
      port: 0,
      durableObjects: {
        CONVERSATION: { className: "ConversationObject", useSQLite: true },
        DAILY_CAP: { className: "DailyCapObject", useSQLite: true },
      },
      durableObjectsPersist: this.#storage,
      ratelimits: { CREATE_LIMIT: { namespace_id: "1001", simple: { limit: 1_000_000, period: 60 } } },
      bindings: {
        OPENAI_API_KEY: "chaos",
        REALTIME_URL: this.#modelUrl.replace("ws:", "http:"),
        MAX_CONVERSATIONS_PER_DAY: "1000000",
      },
      // A line per lifecycle change and run would drown the seeds; they are kept for a run that goes wrong.
      handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
        for (const stream of [stdout, stderr]) {
          createInterface(stream).on("line", (line) => {
            this.log.push(`${new Date().toISOString().slice(14, 23)} ${line}`);
          });
        }
      },
    });
  }
}

function endNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

/** The workerd processes this process started. Linux only: elsewhere none is found and none killed. */
function runtimes(): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
        return stat.includes("(workerd") && parent === process.pid;
      } catch {
        // It ended while we looked.
        return false;
      }
    });
}
