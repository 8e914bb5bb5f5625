// A worker thread that answers requests one after the other, those of several askers in turn. Heavy work (hearing, speaking) runs in one of these, so
// that no session's audio, detector or pings wait for it. If the thread dies, its requests fail and the next request
// starts it again.

import { Worker } from "node:worker_threads";

/** Requests of one asker that wait; beyond it the engine is hopelessly behind them and new ones fail at once. */
const MAX_WAITING = 64;

export interface ThreadRequest<Request> {
  readonly id: number;
  readonly request: Request;
}

export type ThreadReply<Reply> =
  | { readonly id: number; readonly reply: Reply }
  | { readonly id: number; readonly failure: string };

interface Waiting<Request, Reply> {
  readonly request: Request;
  resolve(reply: Reply): void;
  reject(reason: Error): void;
}

export class Thread<Request, Reply> {
  readonly #entry: URL;
  /** By who asked, in the order of their turns. */
  readonly #waiting = new Map<unknown, Waiting<Request, Reply>[]>();
  #current: Waiting<Request, Reply> | undefined;
  #worker: Worker | undefined;
  #lastId = 0;
  #closed = false;

  constructor(entry: URL) {
    this.#entry = entry;
  }

  /**
   * `asker` is whose request it is: askers take turns, so that none waits for all requests of another. Rejects when
   * the thread fails, is overloaded, or is closed before the answer.
   */
  ask(request: Request, asker?: unknown): Promise<Reply> {
    if (this.#closed) return Promise.reject(new Error("the engine is closed"));
    const own = this.#waiting.get(asker) ?? [];
    if (own.length >= MAX_WAITING) return Promise.reject(new Error("the engine is overloaded"));
    return new Promise((resolve, reject) => {
      own.push({ request, resolve, reject });
      this.#waiting.set(asker, own);
      if (!this.#current) this.#sendNext();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
    this.#failAll("the engine is closed");
  }

  #sendNext(): void {
    this.#current = undefined;
    const [turn] = this.#waiting;
    if (!turn) return;
    const [asker, own] = turn;
    this.#waiting.delete(asker);
    const next = own.shift()!;
    if (own.length > 0) this.#waiting.set(asker, own);
    this.#current = next;
    const message: ThreadRequest<Request> = { id: ++this.#lastId, request: next.request };
    // A thread has no origin to check.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    (this.#worker ??= this.#start()).postMessage(message);
  }

  #start(): Worker {
    // Without its own flags a thread inherits those of the test runner or a debugger.
    const worker = new Worker(this.#entry, { execArgv: ["--disable-warning=ExperimentalWarning"] });
    worker.on("message", (answer: ThreadReply<Reply>) => {
      if (answer.id !== this.#lastId) return;
      const asked = this.#current;
      this.#sendNext();
      if ("failure" in answer) asked?.reject(new Error(answer.failure));
      else asked?.resolve(answer.reply);
    });
    worker.on("error", (error) => this.#ended(worker, `the engine failed: ${error.message}`));
    worker.on("exit", (code) => this.#ended(worker, `the engine ended with code ${code}`));
    return worker;
  }

  #ended(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#failAll(reason);
  }

  #failAll(reason: string): void {
    const failed = [...(this.#current ? [this.#current] : []), ...[...this.#waiting.values()].flat()];
    this.#current = undefined;
    this.#waiting.clear();
    for (const { reject } of failed) reject(new Error(reason));
  }
}
