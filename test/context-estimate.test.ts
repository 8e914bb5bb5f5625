// How far the estimate of a context's size is off, through the real dial: the local model bills audio by its length and
// text by a rough measure, as the API's usage does.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { agent } from "../src/agent.ts";
import { Conversation } from "../src/conversation/conversation.ts";
import type { Clock, NewId } from "../src/conversation/ports.ts";
import { readSettings } from "../src/env.ts";
import type { Log, LogFields } from "../src/log.ts";
import type { ConversationMessage } from "../src/protocol/messages.ts";
import { openRealtime } from "../src/realtime/open.ts";
import { ItemStore } from "../src/store/item-store.ts";
import { NoteStore } from "../src/store/note-store.ts";
import { migrate } from "../src/store/schema.ts";
import { SpeechStore } from "../src/store/speech-store.ts";
import { TurnStore } from "../src/store/turn-store.ts";
import { UsageStore } from "../src/store/usage-store.ts";
import { ToolRegistry } from "../src/tools/registry.ts";
import { RecordingCaller } from "./support/conversation-scene.ts";
import { silentLog } from "./support/silent-log.ts";
import { frames, spoken } from "./support/spoken.ts";

/** Measured: -2 to 7 % over the answers of this talk. A pruning step takes 30 %, so twice that decides nothing wrong. */
const BOUND_PERCENT = 15;
const SPOKEN = ["What time is it in Tokyo?", "What time is it in Paris?"];
const TYPED = [
  "Remember that my car is on level three.",
  "What did I ask you to remember?",
  "Are you a robot?",
];

const clock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
const newId: NewId = (prefix) => `${prefix}_${crypto.randomUUID().replaceAll("-", "").slice(0, 24)}`;

/** Plays all at once, and lets a test wait for what it is told. */
class PlayingCaller extends RecordingCaller {
  told: () => void = () => undefined;
  says: (message: object) => void = () => undefined;

  override send(message: ConversationMessage): void {
    super.send(message);
    queueMicrotask(() => {
      if (message.type === "audio_end") {
        const { itemId, totalMs } = message;
        this.says({ type: "playback", itemId, playedMs: Math.floor(totalMs), done: true });
      }
      this.told();
    });
  }
}

test("CB6 each answer logs one line of the estimate and its error, which stays within a bound, spoken or typed", () =>
  runInDurableObject(env.CONVERSATION.get(env.CONVERSATION.newUniqueId()), async (_instance, state) => {
    migrate(state.storage);
    const { sql } = state.storage;
    const items = new ItemStore(sql);
    items.create("hash", "normal", clock.now());
    const lines: LogFields[] = [];
    const log: Log = {
      ...silentLog,
      info: (event, fields) => void (event === "context" && lines.push(fields!)),
    };
    const conversation = new Conversation({
      conversationId: "conversation",
      agent,
      registry: new ToolRegistry(agent.tools),
      items,
      usage: new UsageStore(sql),
      turns: new TurnStore(sql),
      notes: new NoteStore(sql, clock.now),
      speech: new SpeechStore(sql),
      openModel: (setup, listener) =>
        openRealtime(() => readSettings(env), { setup, listener, clock, newId, log }),
      clock,
      newId,
      random: Math.random,
      busy: () => undefined,
      log,
    });
    const page = new PlayingCaller("page");
    page.says = (message) => conversation.reception.text(page, JSON.stringify(message));
    conversation.reception.attach(page);
    /** Until so many answers have reported, and nothing plays or runs. */
    const answered = (count: number) =>
      new Promise<void>((resolve) => {
        page.told = () => {
          if (lines.length >= count && page.states().at(-1) === "listening") resolve();
        };
        page.told();
      });
    page.says({ type: "start" });
    await answered(1);
    // A question with a tool is two answers.
    for (const words of SPOKEN) {
      const before = lines.length;
      for (const frame of frames(await spoken(words))) conversation.reception.frame(page, frame);
      await answered(before + 2);
    }
    for (const text of TYPED) {
      const before = lines.length;
      page.says({ type: "text", text });
      await answered(before + 1);
    }
    conversation.end();
    const errors = lines.map(({ errorPercent }) => Number(errorPercent));
    console.log(`context estimate, error per answer in %: ${errors.join(", ")}`);
    expect(Object.keys(lines[0]!).toSorted()).toEqual(["errorPercent", "estimatedTokens", "inputTokens"]);
    expect(lines.length).toBeGreaterThanOrEqual(8);
    expect(Math.max(...errors.map(Math.abs))).toBeLessThanOrEqual(BOUND_PERCENT);
  }));
