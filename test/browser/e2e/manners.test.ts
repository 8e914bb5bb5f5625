// The manner of taking turns is chosen on the page, and people talk in it: with a button, a finger or a key, and into a
// microphone that waits.

import type { Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runDev } from "../run-dev.ts";
import type { TestDevServer } from "../run-dev.ts";
import { silence, speechAt } from "../wav.ts";
import { TalkingPage } from "./talking-page.ts";
import { TcpProxy } from "./tcp-proxy.ts";
import { WatchedSockets } from "./watched-sockets.ts";

/** For a sentence that is spoken, heard and answered. */
const LATER_MS = 30_000;
/** For what happens at once, but for a busy machine. */
const SOON_MS = 10_000;
/** From the moment the microphone opens, which the first press does. */
const QUESTION_AT_S = 0.7;
const QUESTION = speechAt([[QUESTION_AT_S, "What time is it in Tokyo?"]], "slt");
/** All of it, and some more: the file ends with a second of silence. */
const QUESTION_MS = QUESTION.length / 24 - 500;

let server: TestDevServer;
let network: TcpProxy;
let url: string;
beforeAll(async () => {
  server = await runDev();
  network = await TcpProxy.to(Number(new URL(server.url).port));
  url = `http://127.0.0.1:${network.port}`;
});
afterAll(async () => {
  network.close();
  await server.stop();
});

/** Someone in the middle of a conversation with this manner, who has not spoken yet. */
async function open(speech: Int16Array, policy: string) {
  const someone = await TalkingPage.open(url, speech, { plain: true });
  const sockets = new WatchedSockets(someone.page);
  // The first typed words begin a conversation; the socket then says which manners there are.
  await someone.type("Hello.");
  await someone.isIn("speaking");
  await someone.isIn("listening");
  await someone.byTestId("policy").selectOption(policy);
  await vi.waitUntil(() => sockets.heard("settings").length === 1, SOON_MS);
  return { someone, sockets, talk: someone.byTestId("talk") };
}

function presses({ toConversation }: WatchedSockets): string[] {
  return toConversation.flatMap(({ message }) => (message?.type === "turn" ? [message.action] : []));
}

/** Frames that went out since the press was said to begin. */
function pressedMs({ toConversation }: WatchedSockets): number {
  const from = toConversation.findLastIndex(
    ({ message }) => message?.type === "turn" && message.action === "begin",
  );
  return from === -1 ? 0 : toConversation.slice(from).reduce((sum, { audioMs }) => sum + audioMs, 0);
}

async function isPressed(talk: Locator, is: boolean): Promise<void> {
  await vi.waitUntil(
    async () => (await talk.getAttribute("data-push")) === (is ? "pressed" : "waits"),
    SOON_MS,
  );
}

async function pointAt(someone: TalkingPage, talk: Locator): Promise<void> {
  const { x, y, width, height } = (await talk.boundingBox())!;
  await someone.page.mouse.move(x + width / 2, y + height / 2);
}

/** A finger that rests on the button and is then taken by the system: a gesture, a phone call. */
async function holdsWithAFinger(someone: TalkingPage, talk: Locator, sockets: WatchedSockets): Promise<void> {
  const { x, y, width, height } = (await talk.boundingBox())!;
  const touch = await someone.page.context().newCDPSession(someone.page);
  await touch.send("Emulation.setTouchEmulationEnabled", { enabled: true });
  const touchPoints = [{ x: x + width / 2, y: y + height / 2 }];
  for (const last of ["touchEnd", "touchCancel"] as const) {
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
    await isPressed(talk, true);
    await vi.waitUntil(() => pressedMs(sockets) > 600, SOON_MS);
    await touch.send("Input.dispatchTouchEvent", { type: last, touchPoints: [] });
    await isPressed(talk, false);
    await vi.waitUntil(() => presses(sockets).at(-1) === "end", SOON_MS);
  }
}

describe("a manner that is chosen on the page", () => {
  it("PG43 PG44 push-to-talk: what is said while the button is held is answered, and nothing else is sent", async () => {
    const { someone, sockets, talk } = await open(QUESTION, "push-to-talk");
    try {
      expect(await someone.byTestId("policy").inputValue()).toBe("push-to-talk");
      await pointAt(someone, talk);
      await someone.page.mouse.down();
      await isPressed(talk, true);
      await vi.waitUntil(() => pressedMs(sockets) > QUESTION_MS, LATER_MS);
      await someone.page.mouse.up();
      await isPressed(talk, false);
      await someone.isIn("speaking");
      await someone.isIn("listening");
      expect(await someone.items("user").last().innerText()).toMatch(/what time is it in tokyo/i);
      expect(await someone.items("assistant").last().innerText()).toMatch(/It is .* in Tokyo/);
      expect(presses(sockets).filter((action, at, all) => action !== all[at - 1])).toEqual(["begin", "end"]);
      const end = sockets.toConversation.findLastIndex(({ message }) => message?.type === "turn");
      expect(sockets.toConversation.slice(end).filter(({ audioMs }) => audioMs > 0)).toEqual([]);
      await someone.isMicrophone("on");
      const { message: turn } = sockets.heard("turn").at(-1)!;
      await someone.page.locator(`[data-testid="metrics"][data-outcome="${turn.outcome}"]`).waitFor({
        state: "attached",
      });
      expect(someone.complaints).toEqual([]);
    } finally {
      await someone.close();
    }
  });

  it("PG45 push-to-talk: a network that breaks in the middle of a press costs no word", async () => {
    const { someone, sockets, talk } = await open(QUESTION, "push-to-talk");
    try {
      await pointAt(someone, talk);
      await someone.page.mouse.down();
      await vi.waitUntil(() => pressedMs(sockets) > 1_300, LATER_MS);
      network.cut();
      await vi.waitUntil(() => sockets.heard("welcome").length === 2, LATER_MS);
      const again = sockets.toConversation.length;
      await vi.waitUntil(() => sockets.toConversation.length > again + 30, LATER_MS);
      await vi.waitUntil(() => micMs(sockets) > QUESTION_MS, LATER_MS);
      await someone.page.mouse.up();
      await someone.isIn("speaking");
      await someone.isIn("listening");
      expect(await someone.items("user").last().innerText()).toMatch(/what time is it in tokyo/i);
      expect(await someone.items("user").count()).toBe(2);
      expect(sockets.opened).toBe(2);
    } finally {
      await someone.close();
    }
  });

  it("PG46 PG47 push-to-talk: the space bar silences the agent, Escape takes it back, and a field keeps its spaces", async () => {
    const { someone, sockets, talk } = await open(silence(), "push-to-talk");
    try {
      // A first press opens the microphone; a tap begins, another one ends.
      await talk.click();
      await vi.waitUntil(() => pressedMs(sockets) > 0, LATER_MS);
      await someone.page.keyboard.press("Escape");
      await isPressed(talk, false);
      await vi.waitUntil(() => presses(sockets).at(-1) === "cancel", SOON_MS);

      await someone.type("What can you do?");
      await someone.isIn("speaking");
      await someone.byTestId("text").press("Space");
      await someone.byTestId("text").press("Space");
      expect(await someone.byTestId("text").inputValue()).toBe("  ");
      expect(presses(sockets).at(-1)).toBe("cancel");
      await someone.byTestId("text").fill("");
      await someone.byTestId("text").blur();

      await someone.page.keyboard.down("Space");
      await isPressed(talk, true);
      await someone.page.locator('[data-testid="item"][data-status="interrupted"]').waitFor();
      // The key repeats while it is held.
      await someone.page.keyboard.down("Space");
      await vi.waitUntil(() => pressedMs(sockets) > 400, LATER_MS);
      await someone.page.keyboard.press("Escape");
      await someone.page.keyboard.up("Space");
      await isPressed(talk, false);
      await vi.waitUntil(() => presses(sockets).at(-1) === "cancel", SOON_MS);
      await someone.isIn("listening");
      // Two were typed, and nothing was said.
      expect(await someone.items("user").count()).toBe(2);

      await holdsWithAFinger(someone, talk, sockets);
      await someone.byTestId("release").click();
      await someone.isMicrophone("off");
      expect(someone.complaints).toEqual([]);
    } finally {
      await someone.close();
    }
  });

  it("PG49 half-duplex: who speaks into the answer is not heard, and the answer is, to its end", async () => {
    const speech = speechAt([[0.5, "What time is it in Paris?"]], "slt");
    const { someone, sockets, talk } = await open(speech, "half-duplex");
    try {
      await someone.type("What can you do?");
      await someone.isIn("speaking");
      await talk.click();
      await someone.page.locator('[data-testid="state"][data-deaf="true"]').waitFor();
      expect(await someone.byTestId("state").innerText()).toContain("microphone waits");
      await someone.isIn("listening");
      await someone.page.locator('[data-testid="state"][data-deaf="false"]').waitFor();
      const heardMs = micMs(sockets);
      expect(heardMs).toBeGreaterThan(speech.length / 24 - 1_000);
      const { items } = await someone.snapshot();
      expect(items.every(({ status }) => status === "completed")).toBe(true);
      expect(items.filter(({ role }) => role === "user")).toHaveLength(2);
      expect(sockets.said("activity")).toEqual([]);
      expect(someone.complaints).toEqual([]);
    } finally {
      await someone.close();
    }
  });
});

/** Where the page's stream stands, in ms, by the frames that went out and the jumps that were said. */
function micMs({ toConversation }: WatchedSockets): number {
  let at = 0;
  let most = 0;
  for (const { message, audioMs } of toConversation) {
    at = message?.type === "resending" ? message.fromSample / 24 : at + audioMs;
    most = Math.max(most, at);
  }
  return most;
}
