// One spoken conversation in Chromium in which somebody asks for a story again and again, each time in the middle of
// the one before, over a network as bad as asked for. What came of it is judged at the player's output.

import { setTimeout as wait } from "node:timers/promises";
import { SAMPLE_RATE_HZ } from "../../src/audio/format.ts";
import { synthesise } from "../../src/local-model/voice/synthesise.ts";
import { PING } from "../../src/protocol/messages.ts";
import { TalkingPage } from "../../test/browser/e2e/talking-page.ts";
import { TcpProxy } from "../../test/browser/e2e/tcp-proxy.ts";
import { WatchedSockets } from "../../test/browser/e2e/watched-sockets.ts";
import { silence, speechAt } from "../../test/browser/wav.ts";
import { generator } from "../../test/chaos/random.ts";
import { COMPARED_MS, endPosition, SLOPE_MS } from "../../test/browser/e2e/audible.ts";
import { lastSound, pageEvents, watchPage } from "./page-watch.ts";
import type { PageEvent } from "./page-watch.ts";
import { STORIES } from "./story-tool.ts";
import { wordCount, wordsSpoken } from "./true-words.ts";

export interface Condition {
  name: string;
  jitterMs: number;
  /** Around each interruption the network stands still once for so long. */
  stallMs: number;
  /** How much faster than speech the model sends its audio. */
  pace: number;
  /** The agent is interrupted in writing. */
  isTyped?: boolean;
}

/** Milliseconds from the onset of the speech in the microphone, or from what was typed, where nothing else is said. */
export interface Interruption {
  itemId: string;
  /** The position in the answer of the last sound that was heard. */
  audibleMs: number;
  heardMs: number;
  wordsSpoken: number;
  wordsStored: number;
  silentMs: number;
  /** The page fell silent by itself; undefined where it waited for the conversation. */
  holdMs: number | undefined;
  /** From what the player was told to the last sound. */
  playerMs: number;
  /** The turn of the user appears: the model heard speech, and said so. */
  speechMs: number | undefined;
  flushMs: number;
}

export interface CallResult {
  interruptions: Interruption[];
  /** Cuts of which it could not be found where in the answer the last sound was. */
  unknown: string[];
  underruns: number;
  /** Ways there and back, ms. */
  wireMs: number[];
  latencyMs: number;
}

const SENTENCES = ["Please tell me another story.", "Tell me a story."];
/** The user's; the agent has another. */
const VOICE = "slt";
const FIRST_AT_S = 1;
/** From the end of a sentence to the first sound of the answer: the silence that ends a turn, recognition, the tool. */
const ANSWER_S = 1.1;
/** Where in an answer it is interrupted, from its beginning. */
const EARLIEST_S = 0.4;
const LATEST_S = 8;
/** In writing nobody interrupts what has not been heard yet, however late the network brings it. */
const EARLIEST_TYPED_S = 1;
/** After the onset of the speech: when the network stands still. The conversation decides in the middle of it. */
const STALL_WITHIN_MS = 900;
const PING_EVERY_MS = 500;
/** After a flush the player is silent within this. */
const FLUSHED_S = 0.05;
/** Beyond the length of what is said, for a busy machine. */
const PATIENCE_MS = 15_000;
/** After the last sentence: its turn, and a cut. */
const LAST_TURN_MS = 4_000;

/** `count` interruptions if all goes well. */
export async function interruptedCall(
  serverUrl: string,
  { jitterMs, stallMs, isTyped = false }: Condition,
  count: number,
  seed: number,
): Promise<CallResult> {
  const random = generator(seed);
  const speech = isTyped ? silence() : schedule(count, random);
  const network = await TcpProxy.to(Number(new URL(serverUrl).port), {
    jitterMs,
    random: generator(seed + 1),
  });
  const someone = await TalkingPage.open(`http://127.0.0.1:${network.port}`, speech, { plain: true });
  const sockets = new WatchedSockets(someone.page);
  try {
    let onsets = 0;
    const allSaid = new AbortController();
    await someone.page.exposeFunction("onset", () => {
      onsets += 1;
      if (onsets > count) allSaid.abort();
      if (stallMs > 0) setTimeout(() => network.stall(stallMs), random() * STALL_WITHIN_MS);
    });
    await someone.type("Hello");
    await someone.isIn("speaking");
    await someone.page.waitForFunction(() => "context" in (globalThis as unknown as { tap: object }).tap);
    await someone.isIn("listening");
    await someone.page.evaluate(watchPage, { ping: PING, pingEveryMs: PING_EVERY_MS });
    if (isTyped) {
      await typeOver(someone, count, random);
    } else {
      await someone.byTestId("talk").click();
      const patienceMs = (speech.length / SAMPLE_RATE_HZ) * 1_000 + PATIENCE_MS;
      await wait(patienceMs, undefined, { signal: allSaid.signal }).catch(() => undefined);
    }
    await wait(LAST_TURN_MS);
    return await judge(someone, sockets);
  } finally {
    await someone.close();
    network.close();
  }
}

async function typeOver(someone: TalkingPage, count: number, random: () => number): Promise<void> {
  const cut = someone.page.locator('[data-testid="item"][data-status="interrupted"]');
  await someone.type(SENTENCES[1]!);
  for (let index = 0; index < count; index++) {
    await someone.isIn("speaking");
    await wait((EARLIEST_TYPED_S + random() * (LATEST_S - EARLIEST_TYPED_S)) * 1_000);
    await someone.type(SENTENCES[index % SENTENCES.length]!);
    await cut.nth(index).waitFor();
  }
}

function schedule(count: number, random: () => number): Int16Array {
  const sentences: [number, string][] = [];
  let atS = FIRST_AT_S;
  for (let index = 0; index <= count; index++) {
    const sentence = SENTENCES[index % SENTENCES.length]!;
    sentences.push([atS, sentence]);
    atS += synthesise(sentence, VOICE).length / SAMPLE_RATE_HZ;
    atS += ANSWER_S + EARLIEST_S + random() * (LATEST_S - EARLIEST_S);
  }
  return speechAt(sentences, VOICE);
}

async function judge(someone: TalkingPage, sockets: WatchedSockets): Promise<CallResult> {
  const { events, rateHz, latencyMs } = await someone.page.evaluate(pageEvents);
  const { items } = await someone.snapshot();
  const result: CallResult = {
    interruptions: [],
    unknown: [],
    underruns: await someone.underruns(),
    wireMs: events.flatMap(({ ms }) => (ms === undefined ? [] : [ms])),
    latencyMs,
  };
  for (const [index, flush] of events.entries()) {
    if (flush.what !== "flush") continue;
    const before = events.slice(0, index);
    const itemId = before.findLast(({ what }) => what === "begin")?.itemId;
    const item = items.find(({ id, status }) => id === itemId && status === "interrupted");
    const onset = before.findLast(({ what }) => what === "onset");
    if (itemId === undefined || item === undefined || onset === undefined) continue;

    const told = before.findLast(({ what }) => what === "hold" || what === "resume");
    const hold = told?.what === "hold" && told.atS >= onset.atS ? told : undefined;
    const { endFrame, samples } = await someone.page.evaluate(lastSound, {
      untilS: flush.atS + FLUSHED_S,
      lengthS: (COMPARED_MS + SLOPE_MS) / 1_000,
    });
    const found = endPosition(someone.sentSamples(itemId), samples, rateHz);
    if (found === undefined) {
      result.unknown.push(
        `${item.heardMs} ms, silent ${Math.round((flush.atS - endFrame / rateHz) * 1_000)} ms before flush`,
      );
      continue;
    }
    const endS = endFrame / rateHz;
    // What left the player so shortly before that the device had not played it yet was not heard.
    const inDeviceMs = Math.max(0, latencyMs - Math.max(0, flush.atS - endS) * 1_000);
    const audibleMs = found.atMs - inDeviceMs;
    const since = (event: PageEvent | undefined): number | undefined =>
      event && (event.atS - onset.atS) * 1_000;
    result.interruptions.push({
      itemId,
      audibleMs,
      heardMs: item.heardMs!,
      wordsSpoken: wordsSpoken(storyOf(sockets, itemId), audibleMs),
      wordsStored: wordCount(item.text),
      silentMs: (endS - onset.atS) * 1_000,
      holdMs: since(hold),
      playerMs: (endS - (hold ?? flush).atS) * 1_000,
      speechMs: since(events.find(({ what, atS }) => what === "speech" && atS >= onset.atS)),
      flushMs: since(flush)!,
    });
  }
  return result;
}

/** By its captions: the stored words may be none. */
function storyOf(sockets: WatchedSockets, itemId: string): string {
  const captions = sockets.heard("caption").map(({ message }) => message);
  const text = captions.map((caption) => (caption.itemId === itemId ? caption.delta : "")).join("");
  const story = STORIES.find((one) => one.startsWith(text));
  if (text === "" || story === undefined) throw new Error(`No story begins so: ${text}`);
  return story;
}
