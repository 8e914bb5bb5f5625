// A conversation with a scripted model, callers that record, a manual clock and a real database: the object of a
// fresh id lends its SQLite for the length of `play`.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Conversation } from "../../src/conversation/conversation.ts";
import type { Caller } from "../../src/conversation/ports.ts";
import type { AgentDefinition, Policy, Tool } from "../../src/define.ts";
import type { ConversationMessage } from "../../src/protocol/messages.ts";
import { ItemStore } from "../../src/store/item-store.ts";
import { NoteStore } from "../../src/store/note-store.ts";
import { migrate } from "../../src/store/schema.ts";
import { SpeechStore } from "../../src/store/speech-store.ts";
import { TurnStore } from "../../src/store/turn-store.ts";
import { UsageStore } from "../../src/store/usage-store.ts";
import { ToolRegistry } from "../../src/tools/registry.ts";
import { ManualClock } from "./manual-clock.ts";
import { ScriptedModel } from "./scripted-model.ts";
import { silentLog } from "./silent-log.ts";
import { PLAIN } from "./policies.ts";

export class RecordingCaller implements Caller {
  readonly id: string;
  pageId: string | undefined;
  streamId: string | undefined;
  started = false;
  holdsFloor = false;
  readonly messages: ConversationMessage[] = [];
  audioBytes = 0;
  closed: { code: number; reason: string } | undefined;

  constructor(id: string) {
    this.id = id;
  }
  send(message: ConversationMessage): void {
    // As on the wire: what changes later must not change what was sent.
    this.messages.push(JSON.parse(JSON.stringify(message)) as ConversationMessage);
  }
  sendAudio(pcm: Uint8Array): void {
    this.audioBytes += pcm.byteLength;
  }
  remember(): void {}
  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }
  types(): string[] {
    return this.messages.map((message) => message.type);
  }
  last<Type extends ConversationMessage["type"]>(
    type: Type,
  ): Extract<ConversationMessage, { type: Type }> | undefined {
    return this.messages.findLast((message) => message.type === type) as never;
  }
  states(): string[] {
    return this.messages.flatMap((message) => (message.type === "state" ? [message.state] : []));
  }
}

export interface Scene {
  conversation: Conversation;
  clock: ManualClock;
  items: ItemStore;
  usage: UsageStore;
  turns: TurnStore;
  sql: SqlStorage;
  models: ScriptedModel[];
  /** The newest session. */
  model(): ScriptedModel;
  page(id?: string): RecordingCaller;
  says(caller: RecordingCaller, message: object): void;
}

/** The scene's agent falls asleep after this long. */
export const QUIET_MS = 60_000;

const AGENT: AgentDefinition = {
  name: "test",
  instructions: "Be brief.",
  voice: "marin",
  policies: { normal: PLAIN },
  tools: [],
  limits: {
    replayItems: 50,
    contextTokens: 2_000,
    maxOutputTokens: 100,
    quietMs: QUIET_MS,
    retentionDays: 30,
  },
};

/** Builds a scene and plays it inside an object, whose database it uses. */
export async function play(
  options: {
    policies?: Record<string, Policy>;
    checkIn?: AgentDefinition["checkIn"];
    tools?: Tool[];
    greeting?: string;
    quietMs?: number;
    before?: (items: ItemStore) => void;
  },
  scene: (it: Scene) => void | Promise<void>,
): Promise<void> {
  const stub = env.CONVERSATION.get(env.CONVERSATION.newUniqueId());
  await runInDurableObject(stub, async (_instance, state) => {
    migrate(state.storage);
    const { sql } = state.storage;
    const clock = new ManualClock();
    const items = new ItemStore(sql);
    items.create("hash", Object.keys(options.policies ?? AGENT.policies)[0]!, clock.now());
    options.before?.(items);
    const usage = new UsageStore(sql);
    const turns = new TurnStore(sql);
    const models: ScriptedModel[] = [];
    let ids = 0;
    const agent: AgentDefinition = {
      ...AGENT,
      tools: options.tools ?? [],
      policies: options.policies ?? AGENT.policies,
      ...(options.checkIn === undefined ? {} : { checkIn: options.checkIn }),
      limits: { ...AGENT.limits, quietMs: options.quietMs ?? QUIET_MS },
      ...(options.greeting === undefined ? {} : { greeting: options.greeting }),
    };
    const conversation = new Conversation({
      conversationId: "conversation",
      agent,
      registry: new ToolRegistry(agent.tools),
      items,
      usage,
      turns,
      notes: new NoteStore(sql, () => clock.now()),
      speech: new SpeechStore(sql),
      openModel: (setup, listener) => {
        const model = new ScriptedModel(setup, listener);
        models.push(model);
        return model;
      },
      clock,
      newId: (prefix) => `${prefix}_${++ids}`,
      random: () => 1,
      busy: () => undefined,
      log: silentLog,
    });
    await scene({
      conversation,
      clock,
      items,
      usage,
      turns,
      sql,
      models,
      model: () => models.at(-1)!,
      page(id = "page") {
        const caller = new RecordingCaller(id);
        conversation.reception.attach(caller);
        return caller;
      },
      says: (caller, message) => conversation.reception.text(caller, JSON.stringify(message)),
    });
  });
}

/** A page that has started and a session that is live. */
export function talking(it: Scene): RecordingCaller {
  const page = it.page();
  it.says(page, { type: "start" });
  it.model().ready();
  return page;
}

/** As loud as somebody who speaks into a microphone. */
const VOICE = 4000;

/** The microphone of `page` for `ms` of audio and of time: a voice, or silence. */
export function sound(it: Scene, page: RecordingCaller, ms: number, voice = true): void {
  for (let sentMs = 0; sentMs < ms; sentMs += 40) {
    const frame = new Int16Array((Math.min(40, ms - sentMs) * 48) / 2);
    if (voice) frame.fill(VOICE);
    it.clock.advance(Math.min(40, ms - sentMs));
    it.conversation.reception.frame(page, new Uint8Array(frame.buffer));
  }
}

/** Lets what is due to run, run: the promises of a tool's run and what hangs on them. */
export async function settled(): Promise<void> {
  await scheduler.wait(0);
}
