// A page loses its conversation and comes back: the network breaks, the browser sleeps, the page is loaded again. A
// proxy stands for the network: what it cuts is a real connection, and nobody is told.

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PLAYBACK_REPORT_MS } from "../../../src/protocol/messages.ts";
import type { TurnPlayback } from "../../../src/protocol/messages.ts";
import { runDev } from "../run-dev.ts";
import type { TestDevServer } from "../run-dev.ts";
import { silence, speechAt } from "../wav.ts";
import { audioOf, find, sessionsOf } from "./model-ear.ts";
import { TalkingPage } from "./talking-page.ts";
import { TcpProxy } from "./tcp-proxy.ts";
import { WatchedSockets } from "./watched-sockets.ts";

/** Reports are whole milliseconds and take a while on a busy machine. */
const TOLERANCE_MS = 60;
/** The player's slopes at a pause, and digital silence in the answer itself. */
const SOUND_TOLERANCE_MS = 100;
/** For what happens at once, but for a busy machine. */
const SOON_MS = 10_000;
/** For a sentence that is played or dials that fail. */
const LATER_MS = 20_000;
/** Far more than a reserve holds. */
const STALL_MS = 1_200;
/** A hole or a jump of a single frame makes a piece of the sentence unlike itself. */
const ALIKE = 0.9;

let server: TestDevServer;
let network: TcpProxy;
let url: string;
beforeAll(async () => {
  server = await runDev({}, { limits: {}, faults: true });
  network = await TcpProxy.to(Number(new URL(server.url).port));
  url = `http://127.0.0.1:${network.port}`;
});
afterAll(async () => {
  network.close();
  await server.stop();
});

describe("a page loses its conversation", () => {
  it.each([
    ["breaks", () => network.cut()],
    ["vanishes, and nobody behind it notices,", () => network.vanish()],
  ])("RE2 its socket %s while the agent speaks: the answer goes on by the next one", async (_how, lose) => {
    // At the pace of speech: most of the answer is still to come.
    await fetch(`${server.localModelUrl}/faults`, { method: "POST", body: '{"fault":"pace:1"}' });
    const someone = await TalkingPage.open(url, silence());
    const sockets = new WatchedSockets(someone.page);
    try {
      await someone.type("Remember that my car is on level three near the stairs.");
      await hasPlayed(sockets, 500);
      const goneAtMs = performance.now();
      lose();
      await vi.waitUntil(() => sockets.heard("welcome").length === 2, SOON_MS);
      const awayMs = sockets.heard("welcome")[1]!.atMs - goneAtMs;
      await vi.waitUntil(() => sockets.said("playback").some(isDone), LATER_MS);
      await someone.isIn("listening");

      const { items } = await someone.snapshot();
      expect(items.map(({ status }) => status)).toEqual(["completed", "completed", "completed"]);
      const { totalMs } = sockets.heard("audio_end")[0]!.message;
      const soundMs = await someone.soundMs();
      process.stdout.write(
        `away for ${Math.round(awayMs)} ms; ${Math.round(soundMs)} ms of sound left the player, of an answer of ${totalMs} ms\n`,
      );
      expect(Math.abs(soundMs - totalMs)).toBeLessThan(SOUND_TOLERANCE_MS);
      expect([sockets.open, sockets.opened]).toEqual([1, 2]);
      expect(sockets.floor).toBe(true);
      expect(sockets.heard("state").map(({ message }) => message.state)).not.toContain("asleep");
    } finally {
      await someone.close();
    }
  });

  it("RE3 its socket breaks while the user speaks: the sentence is heard whole, and answered once", async () => {
    const speech = speechAt([[1, "Can you tell me what time it is in Tokyo?"]], "slt");
    const someone = await TalkingPage.open(url, speech, { plain: true });
    const sockets = new WatchedSockets(someone.page);
    try {
      await someone.type("Hello");
      await someone.isIn("speaking");
      await someone.isIn("listening");
      await someone.byTestId("talk").click();
      await someone.items("user").nth(1).waitFor();
      network.cut();
      await someone.items("assistant", "tool").waitFor();
      await someone.isIn("speaking");
      await someone.isIn("listening");

      const { items } = await someone.snapshot();
      expect(items.map(({ role, kind }) => `${role} ${kind}`)).toEqual([
        "user message",
        "assistant message",
        "user message",
        "assistant tool",
        "assistant message",
      ]);
      expect(items[2]!.text).toMatch(/can you tell me what time it is in tokyo/i);
      const session = (await sessionsOf(server.localModelUrl!)).at(-1)!;
      const { likeness } = find(speech, await audioOf(server.localModelUrl!, session.id));
      process.stdout.write(
        `the sentence as the model got it is ${likeness.toFixed(3)} like the one spoken\n`,
      );
      expect(likeness).toBeGreaterThan(ALIKE);
      expect([sockets.open, sockets.opened]).toEqual([1, 2]);
    } finally {
      await someone.close();
    }
  });

  it("RE6 its socket breaks while a typed question is thought about: it is answered all the same, once", async () => {
    await fetch(`${server.localModelUrl}/faults`, { method: "POST", body: '{"fault":"lag:1000"}' });
    const someone = await TalkingPage.open(url, silence());
    const sockets = new WatchedSockets(someone.page);
    try {
      await someone.type("What time is it in Tokyo?");
      await someone.isIn("thinking");
      network.cut();
      await someone.byTestId("state").filter({ hasText: "The connection was lost." }).waitFor();
      await someone.isIn("speaking");
      await someone.isIn("listening");
      const { items } = await someone.snapshot();
      expect(items.map(({ role, kind }) => `${role} ${kind}`)).toEqual([
        "user message",
        "assistant tool",
        "assistant message",
      ]);
      expect(await someone.items("assistant").innerText()).toMatch(/It is .* in Tokyo/);
      expect([sockets.open, sockets.opened]).toEqual([1, 2]);
    } finally {
      await someone.close();
    }
  });

  it("RE4 whatever tells it that the network is back, it comes back at once, by one socket", async () => {
    const someone = await TalkingPage.open(url, silence());
    const sockets = new WatchedSockets(someone.page);
    try {
      await someone.type("Hello");
      await someone.isIn("speaking");
      await someone.isIn("listening");
      const context = someone.page.context();

      // Offline so long that the next try by itself would be seconds away; then the browser says it is online.
      network.goAway();
      await context.setOffline(true);
      await someone.byTestId("state").filter({ hasText: "The connection was lost." }).waitFor();
      const failed = sockets.opened;
      await vi.waitUntil(() => sockets.opened > failed + 2, LATER_MS);
      const welcomes = sockets.heard("welcome").length;
      network.comeBack();
      const backMs = performance.now();
      await context.setOffline(false);
      await someone.page.evaluate(() => {
        dispatchEvent(new PageTransitionEvent("pageshow"));
        document.dispatchEvent(new Event("visibilitychange"));
      });
      await vi.waitUntil(() => sockets.heard("welcome").length > welcomes, SOON_MS);
      process.stdout.write(
        `back ${Math.round(sockets.heard("welcome").at(-1)!.atMs - backMs)} ms after the network\n`,
      );
      expect(sockets.heard("welcome").at(-1)!.atMs - backMs).toBeLessThan(1000);
      expect(sockets.open).toBe(1);

      // With a living socket the same events only ask whether it lives.
      const before = sockets.opened;
      const pongs = sockets.heard("pong").length;
      await someone.page.evaluate(() => {
        dispatchEvent(new Event("online"));
        dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
        document.dispatchEvent(new Event("visibilitychange"));
      });
      await vi.waitUntil(() => sockets.heard("pong").length > pongs, SOON_MS);
      expect(sockets.opened).toBe(before);

      // Away to another page and back: out of the browser's cache or loaded again, it attaches once.
      await someone.page.goto("about:blank");
      expect(sockets.open).toBe(0);
      await someone.page.goBack();
      await someone.items("user").waitFor();
      await vi.waitUntil(() => sockets.open === 1, SOON_MS);
      await someone.type("Thank you");
      await someone.isIn("speaking");
      expect(await someone.items("user").count()).toBe(2);
      expect(sockets.open).toBe(1);
    } finally {
      await someone.close();
    }
  });

  it("RE5 it is loaded again in the middle of an answer, beside a second tab: both show it all, one has the floor", async () => {
    const first = await TalkingPage.open(url, silence());
    const firstSockets = new WatchedSockets(first.page);
    try {
      await first.type("What can you do?");
      await first.isIn("speaking");
      const second = await first.anotherTab();
      const secondSockets = new WatchedSockets(second.page);
      // It was there before it was watched; from here on all it is told is seen.
      await second.page.reload();
      await second.isIn("speaking");
      await second.items("assistant").waitFor();
      await vi.waitUntil(() => secondSockets.heard("welcome").length > 0, SOON_MS);
      expect([firstSockets.floor, secondSockets.floor]).toEqual([true, false]);

      await hasPlayed(firstSockets, 1500);
      const recordedMs = performance.now();
      const heardMs = await first.heardMs();
      await first.page.reload({ waitUntil: "commit" });
      const playedOnMs = performance.now() - recordedMs;
      await first.items("assistant").waitFor();
      await second.page.locator('[data-testid="item"][data-status="interrupted"]').waitFor();
      await second.isIn("listening");
      await first.isIn("listening");
      expect(await first.byTestId("transcript").innerText()).toBe(
        await second.byTestId("transcript").innerText(),
      );
      expect([firstSockets.floor, secondSockets.floor]).toEqual([false, false]);

      const { items } = await first.snapshot();
      const leftPlayerMs = heardMs + first.sent(items[1]!.id).leadMs;
      process.stdout.write(
        `heard ${items[1]!.heardMs} ms as stored, ${Math.round(leftPlayerMs)} ms at most ${Math.round(playedOnMs)} ms before the reload\n`,
      );
      expect(items[1]!.status).toBe("interrupted");
      expect(items[1]!.heardMs).toBeGreaterThan(leftPlayerMs - PLAYBACK_REPORT_MS - TOLERANCE_MS);
      expect(items[1]!.heardMs).toBeLessThan(leftPlayerMs + playedOnMs + TOLERANCE_MS);

      // The talk that runs is taken up by whoever speaks next.
      await second.type("What time is it in Tokyo?");
      await second.isIn("speaking");
      expect([firstSockets.floor, secondSockets.floor]).toEqual([false, true]);
      await second.isIn("listening");
      await first.byTestId("talk").click();
      await first.isMicrophone("on");
      await vi.waitUntil(() => firstSockets.floor && !secondSockets.floor, SOON_MS);
      expect(await first.items("assistant").last().innerText()).toMatch(/It is .* in Tokyo/);
      expect([firstSockets.open, secondSockets.open]).toEqual([1, 1]);
      expect([...first.complaints, ...second.complaints]).toEqual([]);
    } finally {
      await first.close();
    }
  });
});

describe("a page hears an answer with gaps", () => {
  it("TR6 whether the network stood still or the model was slow: the stored receipts have what Details show", async () => {
    const someone = await TalkingPage.open(url, silence());
    const sockets = new WatchedSockets(someone.page);
    const shown = async () => ({
      underruns: await someone.underruns(),
      gapMs: Number((await someone.byTestId("metrics").getAttribute("data-gap-ms")) ?? 0),
    });
    try {
      // At the pace of speech: no more than the reserve is ahead.
      await fetch(`${server.localModelUrl}/faults`, { method: "POST", body: '{"fault":"pace:1"}' });
      await someone.type("What time is it in Tokyo?");
      await hasPlayed(sockets, 500);
      network.stall(STALL_MS);
      await vi.waitUntil(() => sockets.heard("turn").length === 1, LATER_MS);
      const stalled = await receiptsOf(someone, 1);
      const afterStall = await shown();
      // Slower than it is spoken.
      const body = '{"fault":"pace:0.7","session":"all"}';
      await fetch(`${server.localModelUrl}/faults`, { method: "POST", body });
      await someone.type("Hello");
      await vi.waitUntil(() => sockets.heard("turn").length === 2, LATER_MS);
      const [first, second] = await receiptsOf(someone, 2);

      process.stdout.write(
        `a stall of ${STALL_MS} ms: ${first!.underruns} underruns, ${first!.gapMs} ms; ` +
          `a model at 0.7 of the pace: ${second!.underruns} underruns, ${second!.gapMs} ms\n`,
      );
      expect(stalled).toEqual([first]);
      expect(first!.underruns).toBeGreaterThan(0);
      expect(first!.gapMs).toBeGreaterThan(STALL_MS / 2);
      expect(second!.underruns).toBeGreaterThan(0);
      expect(second!.gapMs).toBeGreaterThan(0);
      // Details are told a moment later than the conversation.
      const underruns = first!.underruns + second!.underruns;
      await vi.waitUntil(async () => (await shown()).underruns === underruns, SOON_MS);
      expect(afterStall.underruns).toBeGreaterThan(0);
      // Each is rounded for itself.
      expect(Math.abs((await shown()).gapMs - first!.gapMs - second!.gapMs)).toBeLessThanOrEqual(2);
    } finally {
      await someone.close();
    }
  });
});

/** How the turns were heard, of so many rows. */
async function receiptsOf(someone: TalkingPage, count: number): Promise<(TurnPlayback | undefined)[]> {
  const { turns } = await someone.snapshot();
  expect(turns).toHaveLength(count);
  return turns.map(({ playback }) => playback);
}

async function hasPlayed(sockets: WatchedSockets, atLeastMs: number): Promise<void> {
  await vi.waitUntil(
    () =>
      sockets
        .said("playback")
        .some(({ message }) => message?.type === "playback" && message.playedMs >= atLeastMs),
    LATER_MS,
  );
}

function isDone({ message }: { message?: { type: string; done?: boolean } }): boolean {
  return message?.done === true;
}
