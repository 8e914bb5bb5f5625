// The inside of a worker thread: takes requests in order and answers each.

import { parentPort } from "node:worker_threads";
import type { ThreadReply, ThreadRequest } from "./thread.ts";

/** Answers every request with `handle`; a throw becomes the failure of that request only. */
export function serveThread<Request, Reply>(handle: (request: Request) => Reply | Promise<Reply>): void {
  if (!parentPort) throw new Error("this file is the entry of a worker thread");
  const port = parentPort;
  const answer = async ({ id, request }: ThreadRequest<Request>): Promise<void> => {
    let message: ThreadReply<Reply>;
    try {
      message = { id, reply: await handle(request) };
    } catch (error) {
      message = { id, failure: error instanceof Error ? error.message : String(error) };
    }
    // A thread has no origin to check.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    port.postMessage(message);
  };
  // One after the other, also when the first has to load the engine.
  let last = Promise.resolve();
  port.on("message", (request: ThreadRequest<Request>) => {
    last = last.then(() => answer(request));
  });
}
