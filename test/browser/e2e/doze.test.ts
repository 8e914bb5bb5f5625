// Nobody talks: the conversation lets go of its session and then of its memory, with the page attached and its
// microphone open. Then somebody speaks. The quiet time is short here; all else is as it is deployed.

import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { SAMPLES_PER_MS } from "../../../src/audio/format.ts";
import { PING, PONG } from "../../../src/protocol/messages.ts";
import { runDev } from "../run-dev.ts";
import type { TestDevServer } from "../run-dev.ts";
import { speechAt } from "../wav.ts";
import { audioOf, find, sessionsOf, voiceIn } from "./model-ear.ts";
import { TalkingPage } from "./talking-page.ts";
import { WatchedSockets } from "./watched-sockets.ts";

const QUIET_MS = 1_500;
/** The runtime evicts an object after 10 s without an event. */
const EVICTION_TIMEOUT_MS = 20_000;
/** For what happens at once, but for a busy machine. */
const SOON_MS = 10_000;
/** What the wake-up keeps of the time before the voice (rule PG9). */
const PRE_ROLL_MS = 500;
/** A hole or a jump of a single frame makes a piece of the sentence unlike itself. */
const ALIKE = 0.9;

let server: TestDevServer;
beforeAll(async () => {
  server = await runDev({}, { limits: { quietMs: QUIET_MS }, faults: true });
});
afterAll(async () => {
  await server.stop();
});

describe("a conversation nobody talks to", () => {
  it("SL3 sleeps, is sent nothing, and the first word wakes it and is heard from its beginning", async () => {
    const speech = speechAt([[8, "What time is it in Tokyo?"]], "slt");
    const someone = await TalkingPage.open(server.url, speech, { plain: true });
    const sockets = new WatchedSockets(someone.page);
    try {
      await someone.byTestId("talk").click();
      await someone.isIn("speaking");
      await someone.isIn("asleep");
      await someone.isMicrophone("on");
      await vi.waitUntil(async () => (await mySessions()).every(({ isOpen }) => !isOpen), SOON_MS);
      expect(await mySessions()).toHaveLength(1);

      await someone.items("user").waitFor();
      const sleep = sockets.heard("state").find(({ message }) => message.state === "asleep")!;
      const wake = sockets.said("start").find(({ atMs }) => atMs > sleep.atMs)!;
      const asleep = sockets.toConversation.filter(({ atMs }) => atMs > sleep.atMs && atMs < wake.atMs);
      expect(wake.atMs - sleep.atMs).toBeGreaterThan(1000);
      expect(asleep.filter(({ audioMs }) => audioMs > 0)).toEqual([]);

      await someone.items("assistant", "tool").waitFor();
      await someone.isIn("speaking");
      await someone.isIn("listening");
      expect(await someone.items("user").innerText()).toMatch(/what time is it in tokyo/i);
      expect(await someone.items("assistant").last().innerText()).toMatch(/It is .* in Tokyo/);

      const sessions = await mySessions();
      expect(sessions).toHaveLength(2);
      const { onsetMs, likeness } = find(speech, await audioOf(server.localModelUrl!, sessions[1]!.id));
      const { firstWordMs, answerMs } = times(sockets, onsetMs, wake.atMs);
      const { first, last } = voiceIn(speech);
      const afterLastMs = answerMs - firstWordMs - (last - first) / SAMPLES_PER_MS;
      process.stdout.write(
        `asleep for ${ms(wake.atMs - sleep.atMs)}; woken ${ms(wake.atMs - firstWordMs)} after the voice began; the ` +
          `session heard ${ms(onsetMs)} before it and the sentence ${likeness.toFixed(3)} alike; the answer's first ` +
          `sound came ${ms(answerMs - firstWordMs)} after the voice began, ${ms(afterLastMs)} after it ended\n`,
      );
      expect(onsetMs).toBeGreaterThanOrEqual(PRE_ROLL_MS);
      expect(likeness).toBeGreaterThan(ALIKE);
      expect(sockets.opened).toBe(1);
      expect(someone.complaints).toEqual([]);
    } finally {
      await someone.close();
    }
  });

  it("SL4 leaves memory with its pages attached, pings do not bring it back, and a word does, with all that was said", async () => {
    const speech = speechAt([[20, "What is my name?"]], "slt");
    const someone = await TalkingPage.open(server.url, speech, { plain: true });
    const sockets = new WatchedSockets(someone.page);
    try {
      await someone.type("My name is Ada.");
      await someone.isIn("speaking");
      await someone.byTestId("talk").click();
      await someone.isIn("asleep");
      const peer = await anotherPeer(someone);

      // The runtime closes the database of an object it evicts, and then there is no log beside it.
      expect(isInMemory(peer.conversationId)).toBe(true);
      await vi.waitUntil(() => !isInMemory(peer.conversationId), EVICTION_TIMEOUT_MS);
      for (let count = 0; count < 3; count++) expect(await peer.ping()).toBe(PONG);
      expect(isInMemory(peer.conversationId)).toBe(false);
      expect(constructions(peer.conversationId)).toEqual([]);

      await someone.items("user").nth(1).waitFor();
      await someone.isIn("speaking");
      await someone.isIn("listening");
      expect(isInMemory(peer.conversationId)).toBe(true);
      expect(constructions(peer.conversationId)).toEqual([expect.stringContaining("pages: 2")]);
      expect(await someone.items("user").last().innerText()).toMatch(/what is my name/i);
      expect(await someone.items("assistant").last().innerText()).toContain("Ada");
      expect(sockets.opened).toBe(1);
      expect(peer.isOpen()).toBe(true);
      expect(someone.complaints).toEqual([]);
    } finally {
      await someone.close();
    }
  });
});

/** Those of this file's first test: nobody has talked to this server before it. */
async function mySessions() {
  return await sessionsOf(server.localModelUrl!);
}

/** When the voice began, by the page's own frames, and when the first sound of its answer arrived. */
function times(sockets: WatchedSockets, onsetMs: number, fromMs: number) {
  // Frames that were kept went out late and together; the live ones tell the time of each sample.
  let heardMs = 0;
  let firstWordMs = Infinity;
  for (const { atMs, audioMs } of sockets.toConversation) {
    if (atMs < fromMs || audioMs === 0) continue;
    heardMs += audioMs;
    firstWordMs = Math.min(firstWordMs, atMs - (heardMs - onsetMs));
  }
  const answerMs = sockets.toPage.find(({ atMs, audioMs }) => audioMs > 0 && atMs > firstWordMs)!.atMs;
  return { firstWordMs, answerMs };
}

/** Somebody else with the token, without a page: it can tell what the runtime answers. */
async function anotherPeer(someone: TalkingPage) {
  const { conversationId, token } = await someone.stored();
  const address = `${server.url.replace("http", "ws")}/api/conversations/${conversationId}/socket`;
  const socket = new WebSocket(address, ["parley.v1", `token.${token}`]);
  await once(socket, "message");
  return {
    conversationId,
    isOpen: () => socket.readyState === WebSocket.OPEN,
    async ping(): Promise<string> {
      socket.send(PING);
      const [data] = (await once(socket, "message")) as [Buffer];
      return data.toString();
    },
  };
}

function isInMemory(conversationId: string): boolean {
  const database = join(server.storage, "v3/do/parley-ConversationObject", `${conversationId}.sqlite`);
  if (!existsSync(database)) throw new Error(`there is no ${database}`);
  return existsSync(`${database}-wal`);
}

/** What the object's constructor has said since its conversation was made. */
function constructions(conversationId: string): string[] {
  return server.lines.filter((line) => line.includes("back_in_memory") && line.includes(conversationId));
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}
