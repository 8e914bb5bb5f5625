// The way of a session's events to its client, with the faults of the wire: events that come late, twice or never, a
// connection that breaks, and one that goes silent.

import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { Fault } from "./fault.ts";
import type { SessionFaults } from "./session-faults.ts";

const LONGEST_REASON_BYTES = 123;

export class Line {
  readonly #client: WebSocket;
  /** The connection under the WebSocket, to break it without a close frame. */
  readonly #socket: Socket;
  readonly #faults: SessionFaults;
  /** What waits for its time, in order; used only while there is lag, jitter, or something waiting already. */
  readonly #queue: { readonly at: number; readonly go: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #silent = false;
  #sent = 0;

  constructor(client: WebSocket, socket: Socket, faults: SessionFaults) {
    this.#client = client;
    this.#socket = socket;
    this.#faults = faults;
  }

  get isSilent(): boolean {
    return this.#silent;
  }

  /** Events that went out. */
  get sent(): number {
    return this.#sent;
  }

  send(type: string, frame: string): void {
    const due = this.#faults.due(type);
    const copies = due.some(({ name }) => name === "withhold")
      ? 0
      : due.some(({ name }) => name === "duplicate")
        ? 2
        : 1;
    const delay = due.find(({ name }) => name === "delay");
    // The others overtake a delayed event, as with a slow path through the service.
    if (delay) setTimeout(() => this.#put(frame, copies), Number(delay.value)).unref();
    else if (copies > 0) this.#inOrder(() => this.#put(frame, copies));
    for (const fault of due) {
      if (!CHANGES_THE_EVENT.has(fault.name)) this.#inOrder(() => this.#faults.onStrike(fault));
    }
  }

  /** Breaks the connection: the client sees 1006. `end` closes TCP in order, otherwise it is reset. */
  drop(how: unknown): void {
    if (how === "end") this.#client.terminate();
    else breakOff(this.#socket);
  }

  /** `4001` or `4001,a reason`. */
  close(value: string): void {
    const [code = "", ...reason] = value.split(",");
    const text = Buffer.from(reason.join(",").trim()).subarray(0, LONGEST_REASON_BYTES).toString();
    this.#client.close(isSendable(Number(code)) ? Number(code) : 1011, text);
  }

  /** From now on nothing is sent or read; TCP stays open, as when a network path dies. */
  silence(): void {
    this.#silent = true;
    this.#client.pause();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
  }

  #put(frame: string, copies: number): void {
    if (this.#silent || this.#client.readyState !== this.#client.OPEN) return;
    for (let copy = 0; copy < copies; copy++) this.#client.send(frame);
    this.#sent += copies;
  }

  #inOrder(go: () => void): void {
    const lag = this.#faults.lasting("lag") ?? 0;
    const jitter = this.#faults.lasting("jitter") ?? 0;
    if (lag + jitter === 0 && this.#queue.length === 0) return go();
    const at = performance.now() + lag + Math.random() * jitter;
    this.#queue.push({ at: Math.max(at, this.#queue.at(-1)?.at ?? 0), go });
    if (this.#queue.length === 1) this.#wait();
  }

  #wait(): void {
    const [first] = this.#queue;
    if (!first) return;
    this.#timer = setTimeout(
      () => {
        const now = performance.now();
        while (this.#queue[0] && this.#queue[0].at <= now) this.#queue.shift()!.go();
        this.#wait();
      },
      Math.max(0, first.at - performance.now()),
    );
  }
}

/** Resets a connection. Under TLS there is no resetting: it ends without a close frame all the same. */
export function breakOff(socket: Socket): void {
  if ("encrypted" in socket) socket.destroy();
  else socket.resetAndDestroy();
}

const CHANGES_THE_EVENT: ReadonlySet<Fault["name"]> = new Set(["delay", "withhold", "duplicate"]);

/** Codes that may stand in a close frame: others would throw. */
function isSendable(code: number): boolean {
  return (
    (code >= 3000 && code <= 4999) || (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code))
  );
}
