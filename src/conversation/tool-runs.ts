// The calls of answers while they run: approval where a tool asks for it, one outcome each, aborted when the
// conversation ends. A call runs at most once; what it returned is the conversation's business.

import type { Notes } from "../define.ts";
import { errorName } from "../log.ts";
import type { Log } from "../log.ts";
import type { ToolStatus } from "../protocol/messages.ts";
import type { ToolRegistry } from "../tools/registry.ts";
import { failedOutcome, runTool } from "../tools/runner.ts";
import type { ToolOutcome } from "../tools/runner.ts";
import type { Clock } from "./ports.ts";
import type { StoredCall } from "./transcript.ts";

/** Someone who has not allowed a call by then is not looking: the answer must not hang on it. */
export const APPROVAL_TIMEOUT_MS = 60_000;

export interface ToolRunsWorld {
  conversationId: string;
  registry: ToolRegistry;
  notes: Notes;
  clock: Clock;
  log: Log;
  status(call: StoredCall, status: ToolStatus): void;
  done(call: StoredCall, outcome: ToolOutcome, awaited: boolean): void;
}

export class ToolRuns {
  readonly #world: ToolRunsWorld;
  readonly #ended = new AbortController();
  /** Running calls, and whether the next answer waits for them. */
  readonly #running = new Map<string, boolean>();
  /** Calls that wait for the page's word. */
  readonly #waiting = new Set<string>();
  readonly #approvals = new Map<string, (approved: boolean) => void>();

  constructor(world: ToolRunsWorld) {
    this.#world = world;
  }

  get running(): boolean {
    return this.#running.size > 0;
  }

  isWaiting(callId: string): boolean {
    return this.#waiting.has(callId);
  }

  isRunning(callId: string): boolean {
    return this.#running.has(callId);
  }

  /** How many of the running calls the next answer waits for. */
  get awaited(): number {
    return [...this.#running.values()].filter(Boolean).length;
  }

  /** Starts a stored call. True when the next answer has to wait for it. */
  start(call: StoredCall): boolean {
    const tool = this.#world.registry.get(call.name);
    const awaited = tool?.slow !== true;
    this.#running.set(call.callId, awaited);
    void this.#finish(call, awaited);
    return awaited;
  }

  /** The page's word on a call that waits for it; about any other call it is late and changes nothing. */
  approve(callId: string, approved: boolean): void {
    this.#approvals.get(callId)?.(approved);
  }

  /** Aborts what runs; no outcome is reported any more. */
  end(): void {
    this.#ended.abort();
    for (const settle of this.#approvals.values()) settle(false);
  }

  /** Whatever happens, the call stops running and gets its one outcome. */
  async #finish(call: StoredCall, awaited: boolean): Promise<void> {
    const { clock, log } = this.#world;
    const startedMs = clock.now();
    let outcome: ToolOutcome;
    try {
      outcome = await this.#run(call);
    } catch (thrown) {
      log.error("tool_run_failed", { callId: call.callId, thrown: errorName(thrown) });
      outcome = failedOutcome("The tool failed.");
    }
    this.#running.delete(call.callId);
    if (this.#ended.signal.aborted) return;
    log.info("tool_done", { callId: call.callId, ok: outcome.ok, ms: clock.now() - startedMs });
    this.#world.done(call, outcome, awaited);
  }

  async #run(call: StoredCall): Promise<ToolOutcome> {
    const { registry, conversationId, notes, clock, log } = this.#world;
    const tool = registry.get(call.name);
    const allowed = tool?.needsApproval === true ? await this.#approved(call) : true;
    if (!allowed) return failedOutcome("The user did not allow this.");
    this.#status(call, "running");
    return runTool(
      tool,
      call.argumentsJson,
      { conversationId, callId: call.callId, notes, now: () => clock.now() },
      this.#ended.signal,
      log,
      clock,
    );
  }

  #approved(call: StoredCall): Promise<boolean> {
    this.#status(call, "waiting_approval");
    return new Promise((resolve) => {
      const settle = (approved: boolean) => {
        callOff();
        this.#approvals.delete(call.callId);
        resolve(approved);
      };
      const callOff = this.#world.clock.after(APPROVAL_TIMEOUT_MS, () => settle(false));
      this.#approvals.set(call.callId, settle);
    });
  }

  #status(call: StoredCall, status: ToolStatus): void {
    this.#waiting[status === "waiting_approval" ? "add" : "delete"](call.callId);
    this.#world.status(call, status);
  }
}
