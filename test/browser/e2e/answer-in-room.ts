// A long answer in a room that gives it back to the microphone: what the page does about its own voice, and what the
// conversation makes of it.

import type { Item } from "../../../src/protocol/messages.ts";
import type { Room } from "./room.ts";
import { TalkingPage } from "./talking-page.ts";
import { WatchedSockets } from "./watched-sockets.ts";

/** Some ten seconds of answer, made of sentences that would be questions if a user said them. */
export const LONG_QUESTION = "What can you do?";

const POLL_MS = 20;

interface World {
  told: string[];
}

/** Runs in the page before anything is played: notes when the player is told to be silent, and to go on. */
function watchPlayer(): void {
  const world = globalThis as unknown as World;
  world.told = [];
  // oxlint-disable-next-line typescript/unbound-method -- called with its port below
  const post = MessagePort.prototype.postMessage as (this: MessagePort, ...message: unknown[]) => void;
  MessagePort.prototype.postMessage = function (this: MessagePort, ...message: unknown[]) {
    const { type } = message[0] as { type?: string };
    if (type === "hold" || type === "resume" || type === "flush") world.told.push(type);
    post.call(this, ...message);
  } as never;
}

export class AnswerInRoom {
  readonly someone: TalkingPage;
  readonly sockets: WatchedSockets;

  private constructor(someone: TalkingPage) {
    this.someone = someone;
    this.sockets = new WatchedSockets(someone.page);
  }

  /** Someone who has turned the microphone on, from where on it says `speech`, and has been greeted. */
  static async open(url: string, speech: Int16Array, room: Room): Promise<AnswerInRoom> {
    const answer = new AnswerInRoom(await TalkingPage.open(url, speech, { room }));
    const { someone } = answer;
    await someone.page.evaluate(watchPlayer);
    await someone.byTestId("talk").click();
    await someone.isIn("speaking");
    await someone.isIn("listening");
    return answer;
  }

  /** Someone who has chosen this policy before turning the microphone on; that takes typing, so nobody is greeted. */
  static async openUnder(policy: string, url: string, speech: Int16Array, room: Room): Promise<AnswerInRoom> {
    const answer = new AnswerInRoom(await TalkingPage.open(url, speech, { room }));
    const { someone, sockets } = answer;
    await someone.page.evaluate(watchPlayer);
    await someone.type("Hello.");
    await someone.isIn("speaking");
    await someone.isIn("listening");
    if ((await someone.byTestId("policy").inputValue()) !== policy) {
      await someone.byTestId("policy").selectOption(policy);
      // Shown is the choice while it is on its way.
      while (sockets.heard("settings").length === 0) await someone.page.waitForTimeout(POLL_MS);
    }
    await someone.byTestId("talk").click();
    await someone.isMicrophone("on");
    return answer;
  }

  async ask(question = LONG_QUESTION): Promise<void> {
    await this.someone.type(question);
    await this.someone.isIn("speaking");
  }

  /** Waits for this in the page; what there is instead is told. */
  async shows(selector: string): Promise<void> {
    try {
      await this.someone.page.locator(selector).waitFor();
    } catch (error) {
      const { items } = await this.someone.snapshot();
      const told = items.map(({ role, status, text }) => `${role} ${status}: ${text}`).join("\n");
      throw new Error(`there is instead:\n${told}`, { cause: error });
    }
  }

  /** How often the player was told so. */
  async told(what: "hold" | "resume" | "flush"): Promise<number> {
    return await this.someone.page.evaluate(
      (type) => (globalThis as unknown as World).told.filter((told) => told === type).length,
      what,
    );
  }

  get notices(): number {
    return this.sockets.heard("error").filter(({ message }) => message.code === "echo_heard").length;
  }

  /** Turns that were begun and taken away again. */
  get dropped(): number {
    return this.sockets.heard("item_removed").length;
  }

  /** How often the page said that it had heard nothing but the agent. */
  get takenBack(): number {
    return this.sockets
      .said("activity")
      .filter(({ message }) => message?.type === "activity" && message.echoFrom !== undefined).length;
  }

  /** What is stored of the user and was not typed. */
  async spokenTurns(): Promise<Item[]> {
    const typed = this.sockets.said("text").length;
    const { items } = await this.someone.snapshot();
    return items.filter(({ role, kind }) => role === "user" && kind === "message").slice(typed);
  }
}
