// The network between two parts of a test: it carries bytes, and it can break, stay away, or be slow.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export interface Network {
  /** There and back, for every byte. */
  roundTripMs?: number;
  /** On its one way each piece takes up to so much longer, by chance; none overtakes another. */
  jitterMs?: number;
  /** That chance: numbers from 0 to 1. */
  random?: () => number;
}

export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Near ends whose far ends have not been told that they are gone. */
  readonly #vanished = new Set<Socket>();
  readonly #near = new Set<Socket>();
  readonly #network: Network;
  #isAway = false;
  /** Until then nothing arrives, by `performance.now()`. */
  #standsUntilMs = 0;
  /** Connections that were let through so far. */
  connections = 0;

  private constructor(toPort: number, network: Network) {
    this.#network = network;
    const { roundTripMs = 0 } = network;
    this.#server = createServer((near) => {
      if (this.#isAway) {
        near.resetAndDestroy();
        return;
      }
      this.connections += 1;
      const far = connect(toPort, "127.0.0.1");
      // The handshake would have taken a round trip before the first byte.
      const openAtMs = performance.now() + roundTripMs;
      this.#near.add(near);
      near.on("close", () => this.#near.delete(near));
      this.#carry(near, far, openAtMs);
      this.#carry(far, near, openAtMs);
    });
  }

  static async to(port: number, network: Network = {}): Promise<TcpProxy> {
    const proxy = new TcpProxy(port, network);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Breaks every connection, as a router that restarts does. New ones are let through. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Breaks the near end of every connection; the far end stays open and learns nothing, as behind a lost radio. */
  vanish(): void {
    for (const socket of this.#near) {
      this.#vanished.add(socket);
      socket.resetAndDestroy();
    }
  }

  /** Breaks every connection and lets none through, until `comeBack`. */
  goAway(): void {
    this.#isAway = true;
    this.cut();
  }

  comeBack(): void {
    this.#isAway = false;
  }

  /** Nothing arrives for a while, either way; then all of it does, as after a lost packet. */
  stall(ms: number): void {
    this.#standsUntilMs = performance.now() + ms;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #carry(from: Socket, to: Socket, openAtMs: number): void {
    from.setNoDelay();
    this.#sockets.add(from);
    const pass = this.#line(openAtMs);
    from.on("data", (bytes) => pass(() => void (to.writable && to.write(bytes))));
    from.on("end", () => pass(() => to.end()));
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.#sockets.delete(from);
      if (!this.#vanished.has(from)) pass(() => to.destroy());
    });
  }

  /** One way of one connection: what is handed to it happens later, in order. */
  #line(openAtMs: number): (deliver: () => void) => void {
    const { roundTripMs = 0, jitterMs = 0, random = Math.random } = this.#network;
    const waiting: { atMs: number; deliver: () => void }[] = [];
    let isRunning = false;
    const run = (): void => {
      isRunning = false;
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        const restMs = Math.max(next.atMs, this.#standsUntilMs) - performance.now();
        if (restMs > 0) {
          isRunning = true;
          setTimeout(run, restMs);
          return;
        }
        waiting.shift();
        next.deliver();
      }
    };
    return (deliver) => {
      const sentMs = roundTripMs === 0 ? performance.now() : Math.max(openAtMs, performance.now());
      waiting.push({ atMs: sentMs + roundTripMs / 2 + random() * jitterMs, deliver });
      if (!isRunning) run();
    };
  }
}
