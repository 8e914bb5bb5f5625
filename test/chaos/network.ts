// The network between page and Worker: a TCP proxy whose connections can be torn, and which can be out of reach.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

export class Network {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  /** Nobody is let through before. */
  #outUntilMs = 0;

  private constructor(server: Server, sockets: Set<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.port = (server.address() as AddressInfo).port;
  }

  /** `to` is asked for each connection: the Worker may have moved. */
  static async start(to: () => number): Promise<Network> {
    const sockets = new Set<Socket>();
    const server = createServer((near) => {
      if (performance.now() < network.#outUntilMs) return void near.resetAndDestroy();
      const far = connect(to(), "127.0.0.1");
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(socket);
        socket.setNoDelay(true);
        socket.on("error", () => other.destroy());
        socket.on("close", () => {
          sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const network = new Network(server, sockets);
    return network;
  }

  /** Tears every connection, and lets none through for so long. Whether there was one. */
  cut(outMs: number): boolean {
    const isMet = this.#sockets.size > 0;
    this.#outUntilMs = performance.now() + outMs;
    for (const socket of this.#sockets) socket.resetAndDestroy();
    return isMet;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
