// Everything behind the page dies without a word, in the middle of the user's sentence or of the answer: `kill -9` for
// the Worker, its runtime, the local model and the command that started them. The page stays, and keeps what it hears.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findFreePorts } from "../../../src/dev/ports.ts";
import { withoutSettings } from "../../../src/dev/settings.ts";
import { allProcesses } from "../../dev/process-table.ts";
import { makeAgentProject } from "../agent-project.ts";
import { silence, speechAt } from "../wav.ts";
import { audioOf, find, sessionsOf } from "./model-ear.ts";
import { TalkingPage } from "./talking-page.ts";
import { WatchedSockets } from "./watched-sockets.ts";

const QUESTION = "Can you tell me what time it is in Tokyo?";
/** From the press of the button on: a breath, so that the detector meets the beginning of the words. */
const SPEAKS_AT_S = 1;
/** A hole or a jump of a single frame makes a piece of the sentence unlike itself. */
const ALIKE = 0.9;
/** A killed process is gone at once, but for a busy machine. */
const GONE_TIMEOUT_MS = 10_000;

const folder = mkdtempSync(join(tmpdir(), "parley-killed-"));
const lines: string[] = [];
let url: string;
let localModelUrl: string;
let environment: NodeJS.ProcessEnv;
let command: ChildProcess;

/** `npm run dev`; resolves with its ready line. */
async function start(): Promise<void> {
  command = spawn("npm", ["run", "dev"], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  await new Promise<void>((resolve, reject) => {
    command.on("exit", () => reject(new Error(`npm run dev ended:\n${lines.join("\n")}`)));
    for (const stream of [command.stdout!, command.stderr!]) {
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (line.startsWith("Ready: ")) resolve();
      });
    }
  });
}

/** `kill -9` for all of it, the runtime first: nobody is asked, nobody can tidy up. Resolves when all is gone. */
async function kill(): Promise<void> {
  const pids = [command.pid!];
  const all = allProcesses();
  for (const pid of pids) pids.push(...all.filter(({ parent }) => parent === pid).map((child) => child.pid));
  for (const pid of pids.toReversed()) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended with the one before it.
    }
  }
  await vi.waitUntil(() => allProcesses().every(({ pid }) => !pids.includes(pid)), GONE_TIMEOUT_MS);
}

beforeAll(async () => {
  makeAgentProject(folder, {});
  const [port, realtimePort] = await findFreePorts(2);
  url = `http://127.0.0.1:${port}`;
  localModelUrl = `http://127.0.0.1:${realtimePort}`;
  environment = {
    ...withoutSettings(process.env),
    PORT: String(port),
    REALTIME_PORT: String(realtimePort),
    PERSIST_TO: join(folder, "state"),
  };
  delete environment["npm_lifecycle_event"];
  await start();
});
afterAll(async () => {
  await kill();
  rmSync(folder, { recursive: true, force: true });
});

describe("everything behind the page is killed", () => {
  it("RE1 in the middle of a spoken question: it is heard whole, its tool runs once, it is answered once", async () => {
    const speech = speechAt([[SPEAKS_AT_S, QUESTION]], "slt");
    const someone = await TalkingPage.open(url, speech, { plain: true });
    const sockets = new WatchedSockets(someone.page);
    try {
      await someone.type("What time is it in Paris?");
      await someone.isIn("speaking");
      await someone.isIn("listening");
      const before = await texts(someone);
      expect(before).toHaveLength(3);

      await someone.byTestId("talk").click();
      await someone.items("user").nth(1).waitFor();
      const killedMs = performance.now();
      await kill();
      expect(await someone.items("assistant", "tool").count()).toBe(1);
      await someone.byTestId("state").filter({ hasText: "The connection was lost." }).waitFor();
      await start();
      const readyMs = performance.now();

      await someone.items("assistant", "tool").nth(1).waitFor();
      await someone.isIn("speaking");
      const answeredMs = performance.now();
      await someone.isIn("listening");

      const after = await texts(someone);
      expect(after.slice(0, 3)).toEqual(before);
      expect(after.slice(3)).toEqual([
        expect.stringMatching(/can you tell me what time it is in tokyo/i),
        expect.stringContaining("Tokyo"),
        expect.stringMatching(/^It is .* in Tokyo/),
      ]);
      const { items } = await someone.snapshot();
      expect(items.map(({ role, kind }) => `${role} ${kind}`).slice(3)).toEqual([
        "user message",
        "assistant tool",
        "assistant message",
      ]);

      const sessions = await sessionsOf(localModelUrl);
      expect(sessions).toHaveLength(1);
      const { likeness } = find(speech, await audioOf(localModelUrl, sessions[0]!.id));
      process.stdout.write(
        `killed, then ready after ${Math.round(readyMs - killedMs)} ms, speaking ${Math.round(answeredMs - readyMs)} ms ` +
          `later; the sentence as the model got it is ${likeness.toFixed(3)} like the one spoken\n`,
      );
      expect(likeness).toBeGreaterThan(ALIKE);
      expect(sockets.open).toBe(1);
    } catch (error) {
      process.stdout.write(`${lines.join("\n")}\n`);
      throw error;
    } finally {
      await someone.close();
    }
  });

  it("RE7 in the middle of an answer: it is given again, once, and its tool does not run again", async () => {
    // At the pace of speech: the answer is still being given when all of it dies.
    await fetch(`${localModelUrl}/faults`, { method: "POST", body: '{"fault":"pace:1"}' });
    const someone = await TalkingPage.open(url, silence());
    const sockets = new WatchedSockets(someone.page);
    try {
      await someone.type("What time is it in Paris?");
      await someone.isIn("speaking");
      const [question, tool] = await texts(someone);
      await kill();
      await start();
      await someone.isIn("speaking");
      await someone.isIn("listening");

      expect(await texts(someone)).toEqual([question, tool, expect.stringMatching(/^It is .* in Paris/)]);
      const { items } = await someone.snapshot();
      expect(items.map(({ role, kind }) => `${role} ${kind}`)).toEqual([
        "user message",
        "assistant tool",
        "assistant message",
      ]);
      expect(items[2]!.id).not.toBe(sockets.heard("audio")[0]!.message.itemId);
      expect(sockets.open).toBe(1);
    } catch (error) {
      process.stdout.write(`${lines.join("\n")}\n`);
      throw error;
    } finally {
      await someone.close();
    }
  });
});

/** The words of each item, in the order they stand on the screen. */
async function texts(someone: TalkingPage): Promise<string[]> {
  return await someone.page.locator('[data-testid="item"]').locator(".words").allInnerTexts();
}
