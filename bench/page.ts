// A page without a screen: opens a conversation, starts it, sends frames that carry their time of departure and
// notes when the answer's frames arrived. It reports playback as a page does, so that nothing counts as stalled.

import { WebSocket } from "ws";

export interface BenchPage {
  readonly latenciesMs: number[];
  sendFrame(bytes: number): void;
  close(): void;
}

/** Resolves when the answer has begun to arrive. `index` gives each page an address of its own for the rate limit. */
export async function benchPage(url: string, index: number): Promise<BenchPage> {
  const created = await fetch(new URL("/api/conversations", url), {
    method: "POST",
    headers: { "CF-Connecting-IP": `203.0.113.${index}` },
  });
  if (created.status !== 201) throw new Error(`no conversation: ${created.status} ${await created.text()}`);
  const { token, socketUrl } = (await created.json()) as { token: string; socketUrl: string };
  const socket = new WebSocket(socketUrl, ["parley.v1", `token.${token}`]);
  const latenciesMs: number[] = [];
  await new Promise<void>((resolve, reject) => {
    let report: NodeJS.Timeout | undefined;
    socket.on("error", reject);
    socket.on("close", () => clearInterval(report));
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) return void latenciesMs.push(performance.now() - data.readDoubleLE(0));
      const message = JSON.parse(data.toString()) as { type: string; state?: string };
      if (message.type === "welcome") socket.send('{"type":"start"}');
      if (message.state === "listening" || message.state === "thinking") {
        let playedMs = 0;
        report ??= setInterval(() => {
          playedMs += 250;
          socket.send(JSON.stringify({ type: "playback", itemId: "unknown", playedMs }));
        }, 250);
        resolve();
      }
    });
  });
  return {
    latenciesMs,
    sendFrame(bytes) {
      const frame = Buffer.alloc(bytes);
      frame.writeDoubleLE(performance.now(), 0);
      socket.send(frame);
    },
    close: () => socket.close(),
  };
}
