// A worker thread that answers requests one after the other. Heavy work (hearing, speaking) runs in one of these, so
// that no session's audio, detector or pings wait for it. If the thread dies, its requests fail and the next request
// starts it again.

import { Worker } from "node:worker_threads";

/** Requests waiting in one thread; beyond it the engine is hopelessly behind and new ones fail at once. */
const MAX_WAITING = 64;

export interface ThreadRequest<Request> {
  readonly id: number;
  readonly request: Request;
}

export type ThreadReply<Reply> =
  | { readonly id: number; readonly reply: Reply }
  | { readonly id: number; readonly failure: string };

interface Waiting<Reply> {
  resolve(reply: Reply): void;
  reject(reason: Error): void;
}

export class Thread<Request, Reply> {
  readonly #entry: URL;
  readonly #waiting = new Map<number, Waiting<Reply>>();
  #worker: Worker | undefined;
  #lastId = 0;
  #closed = false;

  constructor(entry: URL) {
    this.#entry = entry;
  }

  /** Rejects when the thread fails, is overloaded, or is closed before the answer. */
  ask(request: Request): Promise<Reply> {
    if (this.#closed) return Promise.reject(new Error("the engine is closed"));
    if (this.#waiting.size >= MAX_WAITING) return Promise.reject(new Error("the engine is overloaded"));
    const id = ++this.#lastId;
    const message: ThreadRequest<Request> = { id, request };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // A thread has no origin to check.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      (this.#worker ??= this.#start()).postMessage(message);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
    this.#failAll("the engine is closed");
  }

  #start(): Worker {
    // Without its own flags a thread inherits those of the test runner or a debugger.
    const worker = new Worker(this.#entry, { execArgv: ["--disable-warning=ExperimentalWarning"] });
    worker.on("message", (answer: ThreadReply<Reply>) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ("failure" in answer) waiting?.reject(new Error(answer.failure));
      else waiting?.resolve(answer.reply);
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
    for (const waiting of this.#waiting.values()) waiting.reject(new Error(reason));
    this.#waiting.clear();
  }
}
