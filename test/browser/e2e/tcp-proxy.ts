// The network between two parts of a test: it carries bytes, and it can break, stay away, or be slow.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Near ends whose far ends have not been told that they are gone. */
  readonly #vanished = new Set<Socket>();
  readonly #near = new Set<Socket>();
  #isAway = false;
  /** Connections that were let through so far. */
  connections = 0;

  private constructor(toPort: number, roundTripMs: number) {
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
      this.#carry(near, far, openAtMs, roundTripMs / 2);
      this.#carry(far, near, openAtMs, roundTripMs / 2);
    });
  }

  static async to(port: number, { roundTripMs = 0 } = {}): Promise<TcpProxy> {
    const proxy = new TcpProxy(port, roundTripMs);
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

  close(): void {
    this.cut();
    this.#server.close();
  }

  #carry(from: Socket, to: Socket, openAtMs: number, oneWayMs: number): void {
    from.setNoDelay();
    this.#sockets.add(from);
    const pass = (then: () => void): void => {
      if (oneWayMs === 0) return then();
      setTimeout(then, Math.max(0, openAtMs - performance.now()) + oneWayMs);
    };
    from.on("data", (bytes) => pass(() => void (to.writable && to.write(bytes))));
    from.on("end", () => pass(() => to.end()));
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.#sockets.delete(from);
      if (!this.#vanished.has(from)) pass(() => to.destroy());
    });
  }
}
