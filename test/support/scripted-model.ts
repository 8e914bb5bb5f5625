// The model port from a script: records what a conversation asks and lets the test speak for the model.

import type {
  AnswerRequest,
  Model,
  ModelEvent,
  ModelItem,
  ModelListener,
  ModelSetup,
  ModelUsage,
} from "../../src/conversation/ports.ts";
import type { Policy } from "../../src/define.ts";

export const NO_USAGE: ModelUsage = {
  audioInMs: 0,
  audioOutMs: 0,
  inputTextTokens: 0,
  inputAudioTokens: 0,
  cachedTokens: 0,
  outputTextTokens: 0,
  outputAudioTokens: 0,
};

export class ScriptedModel implements Model {
  readonly abilities = { truncates: true, cancels: true, needsCreate: true, replay: "items" } as const;
  readonly setup: ModelSetup;
  readonly #listener: ModelListener;
  /** What was asked, in order and in words: `answer`, `cut a 120`, … */
  readonly asked: string[] = [];
  replayed: ModelItem[] | undefined;
  /** Policies it was told after its beginning. */
  readonly policies: Policy[] = [];
  frames = 0;
  loudFrames = 0;
  onAnswer: () => void = () => undefined;
  closed = false;

  constructor(setup: ModelSetup, listener: ModelListener) {
    this.setup = setup;
    this.#listener = listener;
  }

  says(event: ModelEvent): void {
    this.#listener.event(event);
  }

  /** Audio of an item, in ms. */
  speaks(itemId: string, ms: number): void {
    this.#listener.audio(itemId, new Uint8Array(ms * 48));
  }

  /** Goes live. */
  ready(): void {
    this.says({ type: "configured" });
    this.says({ type: "ready", expiresAtMs: 0 });
  }

  /** A whole spoken item: begun, said, sent, complete. The answer is not done yet. */
  answers(itemId: string, text: string, ms: number): void {
    this.says({ type: "assistant_started", itemId });
    this.says({ type: "assistant_caption", itemId, delta: text });
    this.speaks(itemId, ms);
    this.says({ type: "assistant_audio_ended", itemId });
    this.says({ type: "assistant_done", itemId, text });
  }

  answerDone(outcome: "completed" | "cancelled" | "failed" = "completed"): void {
    this.says({ type: "answer_done", outcome, usage: { ...NO_USAGE, audioOutMs: 100 } });
  }

  /** A spoken turn of the user. */
  hears(itemId: string, text: string): void {
    this.says({ type: "speech_started", itemId, startMs: 0 });
    this.says({ type: "speech_stopped", itemId });
    this.says({ type: "user_turn", itemId, audioMs: 1000 });
    this.says({ type: "user_transcript", itemId, text, usage: NO_USAGE });
  }

  replay(items: ModelItem[]): void {
    this.replayed = items;
  }
  appendAudio(frame: Uint8Array): void {
    this.frames++;
    if (frame.some((byte) => byte !== 0)) this.loudFrames++;
  }
  commitAudio(): void {
    this.asked.push("commit");
  }
  configure(policy: Policy): void {
    this.policies.push(policy);
  }
  clearAudio(): void {
    this.asked.push("clear");
  }
  probe(): void {
    this.asked.push("probe");
  }
  addItem(item: ModelItem): void {
    this.asked.push(`add ${item.kind}`);
  }
  answer(request: AnswerRequest): void {
    this.onAnswer();
    const { instructions, tools } = request;
    if (instructions === undefined) this.asked.push("answer");
    else if (tools === false) this.asked.push("go on");
    else this.asked.push(instructions.includes("broke off") ? "go on with tools" : "greet");
  }
  cancelAnswer(): void {
    this.asked.push("cancel");
  }
  cutItem(id: string, heardMs: number, _text: string): void {
    this.asked.push(`cut ${id} ${heardMs}`);
  }
  removeItem(id: string): void {
    this.asked.push(`remove ${id}`);
  }
  close(): void {
    this.closed = true;
  }
}
