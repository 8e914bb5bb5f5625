import { expect, test } from "vitest";
import { PING_INTERVAL_MS, type ConversationMessage } from "../../src/protocol/messages.ts";
import { MAX_DELAY_MS, backoffMs } from "../../src/browser/backoff.ts";
import {
  ConversationSocket,
  DIAL_TIMEOUT_MS,
  MAX_BACKLOG_BYTES,
  PONG_WAIT_MS,
  STABLE_MS,
  type WebSocketLike,
} from "../../src/browser/socket.ts";
import { manualClock } from "./support-clock.ts";

class FakeSocket implements WebSocketLike {
  binaryType: BinaryType = "blob";
  bufferedAmount = 0;
  closed = false;
  readonly sent: (string | ArrayBuffer)[] = [];
  readonly #listeners = new Map<string, (event: { data: unknown }) => void>();

  readonly url: string;
  readonly protocols: string[];

  constructor(url: string, protocols: string[]) {
    this.url = url;
    this.protocols = protocols;
  }

  send(data: string | ArrayBuffer): void {
    this.sent.push(data);
  }

  close(): void {
    this.closed = true;
  }

  addEventListener(type: string, listener: (event: { data: unknown }) => void): void {
    this.#listeners.set(type, listener);
  }

  emit(type: "open" | "close" | "message", data?: unknown): void {
    this.#listeners.get(type)?.({ data });
  }
}

function startSocket() {
  const clock = manualClock();
  const sockets: FakeSocket[] = [];
  const heard: ConversationMessage[] = [];
  const downs: boolean[] = [];
  const socket = new ConversationSocket(
    {
      dial: (url, protocols) => {
        sockets.push(new FakeSocket(url, protocols));
        return sockets.at(-1)!;
      },
      socketUrl: (id) => `wss://here/api/conversations/${id}/socket`,
      clock,
      random: () => 1,
      hello: { type: "hello", pageId: "p", streamId: "s" },
    },
    {
      onMessage: (message) => heard.push(message),
      onFrame: () => {},
      onDown: (refused) => downs.push(refused),
    },
  );
  socket.open({ conversationId: "c1", token: "secret" });
  return { socket, sockets, clock, heard, downs };
}

test("PG15: the token travels as a subprotocol, and hello is the first message", () => {
  const { sockets } = startSocket();
  expect(sockets[0]).toMatchObject({
    url: "wss://here/api/conversations/c1/socket",
    protocols: ["parley.v1", "token.secret"],
    binaryType: "arraybuffer",
  });
  sockets[0]!.emit("open");
  expect(sockets[0]!.sent).toEqual(['{"type":"hello","pageId":"p","streamId":"s"}']);
});

test("PG15: a ping is exactly the agreed bytes, every 25 s", () => {
  const { sockets, clock } = startSocket();
  sockets[0]!.emit("open");
  clock.pass(PING_INTERVAL_MS);
  sockets[0]!.emit("message", '{"type":"pong"}');
  clock.pass(PING_INTERVAL_MS);
  expect(sockets[0]!.sent.slice(1)).toEqual(['{"type":"ping"}', '{"type":"ping"}']);
});

test("PG16: a socket that does not answer a ping is given up and dialled again", () => {
  const { sockets, clock, downs } = startSocket();
  sockets[0]!.emit("open");
  clock.pass(PING_INTERVAL_MS + PONG_WAIT_MS);
  expect(sockets[0]!.closed).toBe(true);
  expect(downs).toEqual([false]);
  clock.pass(500);
  expect(sockets).toHaveLength(2);
});

test("PG16: there is never more than one socket, and late events of an old one do nothing", () => {
  const { socket, sockets, clock, heard, downs } = startSocket();
  clock.pass(DIAL_TIMEOUT_MS + 500);
  expect(sockets[0]!.closed).toBe(true);
  expect(sockets).toHaveLength(2);
  sockets[0]!.emit("open");
  sockets[0]!.emit("message", '{"type":"pong"}');
  sockets[0]!.emit("close");
  expect(heard).toEqual([]);
  expect(downs).toEqual([true]);
  expect(socket.send({ type: "interrupt" })).toBe(false);
});

test("PG16: waits grow until a socket has lived for a while", () => {
  const { sockets, clock } = startSocket();
  const failAfter = (ms: number): void => {
    const socket = sockets.at(-1)!;
    socket.emit("open");
    clock.pass(ms);
    socket.emit("close");
  };
  for (const expectedMs of [500, 1000, 2000]) {
    failAfter(0);
    const count = sockets.length;
    clock.pass(expectedMs - 1);
    expect(sockets).toHaveLength(count);
    clock.pass(1);
    expect(sockets).toHaveLength(count + 1);
  }
  failAfter(STABLE_MS);
  const count = sockets.length;
  clock.pass(500);
  expect(sockets).toHaveLength(count + 1);
});

test("PG16: coming back to the network dials at once", () => {
  const { socket, sockets } = startSocket();
  sockets[0]!.emit("close");
  socket.nudge();
  expect(sockets).toHaveLength(2);
  socket.nudge();
  expect(sockets).toHaveLength(2);
});

test("PG16: coming back to the page finds out at once whether the socket lives", () => {
  const { socket, sockets, clock } = startSocket();
  sockets[0]!.emit("open");
  socket.nudge();
  expect(sockets[0]!.sent.at(-1)).toBe('{"type":"ping"}');
  clock.pass(PONG_WAIT_MS + 500);
  expect(sockets).toHaveLength(2);
});

test("PG16: a closed conversation is dialled no more", () => {
  const { socket, sockets, clock, downs } = startSocket();
  sockets[0]!.emit("open");
  socket.close();
  sockets[0]!.emit("close");
  clock.pass(10 * MAX_DELAY_MS);
  expect(sockets).toHaveLength(1);
  expect(downs).toEqual([]);
});

test("PG17: a frame the uplink has no room for is refused", () => {
  const { socket, sockets } = startSocket();
  expect(socket.sendAudio(new ArrayBuffer(1920))).toBe(false);
  sockets[0]!.emit("open");
  expect(socket.sendAudio(new ArrayBuffer(1920))).toBe(true);
  sockets[0]!.bufferedAmount = MAX_BACKLOG_BYTES + 1;
  expect(socket.sendAudio(new ArrayBuffer(1920))).toBe(false);
});

test("PG13: what is not a message is ignored", () => {
  const { sockets, heard } = startSocket();
  sockets[0]!.emit("open");
  for (const data of ["{", "null", "3", "{}", new Uint8Array(2)]) sockets[0]!.emit("message", data);
  expect(heard).toEqual([]);
});

test("PG16: half of every wait is chance, and no wait is longer than the cap", () => {
  expect([backoffMs(0, 0), backoffMs(0, 1)]).toEqual([250, 500]);
  expect([backoffMs(100, 0), backoffMs(100, 1)]).toEqual([MAX_DELAY_MS / 2, MAX_DELAY_MS]);
});
