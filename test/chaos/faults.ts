// What is broken, and how: each fault of the chaos runs by name. A fault happens when `break` is called, or meets what
// comes next (a dial, a response, a transcription), as it says.

import type { Lane } from "./lane.ts";

export interface Fault {
  /** For the table of `docs/reliability.md`. */
  readonly says: string;
  /** What it breaks. What meets a session may be planned before there is one. */
  readonly meets: "session" | "conversation";
  break(lane: Lane, conversationId: string): Met | Promise<Met>;
}

/** Asked at the end of a run: whether the fault has met what it was for. */
export type Met = () => boolean;

/** How long the model cannot be reached: the first tries fail, a later one gets through. */
const DOWN_MS = 2_000;
/** How long a page's network is away. */
const OFFLINE_MS = 1_500;

export const FAULTS = {
  drop: live("the model's connection breaks (1006)", "drop"),
  close_1011: live("the model closes with 1011", "close:1011"),
  close_1001: live("the model closes with 1001", "close:1001"),
  half_open: live("the model falls silent, its connection stays (half open)", "silence"),
  server_error: live("the model says `server_error` and closes", "error:server_error", "close:1011"),
  expired: live("the session expires", "expire:0"),
  down: {
    meets: "session",
    says: `the model's connection breaks and it cannot be reached for ${DOWN_MS / 1000} s`,
    break({ model }) {
      model.faults.next("refuse:503", { forMs: DOWN_MS });
      return injectLive(model, "drop");
    },
  },
  fails_again: {
    meets: "session",
    says: "the model's connection breaks, and again while the next session is told the items",
    break({ model }) {
      model.faults.next("drop@conversation.item.added");
      return injectLive(model, "drop");
    },
  },
  slow_settings: {
    meets: "session",
    says: "the model's connection breaks, and the next session takes 1.5 s to take our settings",
    break({ model }) {
      model.faults.next("delay:1500@session.updated");
      return injectLive(model, "drop");
    },
  },
  failed_answer: live("the next answer fails", "fail:server_error@response.created"),
  lost_words: live(
    "the next transcription fails, and then the connection breaks",
    "failed-transcription",
    "drop@conversation.item.input_audio_transcription.failed",
  ),
  slow_words: live("transcriptions come 2 s late", "slow-transcription:2000"),
  text_answer: live("the next answer is text", "text-answer"),
  twice: live("the next `response.done` comes twice", "duplicate@response.done"),
  page_cut: {
    meets: "conversation",
    says: "the page's connection breaks",
    break: ({ network }) => met(network.cut(0)),
  },
  page_offline: {
    meets: "conversation",
    says: `the page is offline for ${OFFLINE_MS / 1000} s`,
    break: ({ network }) => met(network.cut(OFFLINE_MS)),
  },
  crash: {
    meets: "conversation",
    says: "the object loses its memory (crash, deploy)",
    break: async (lane, conversationId) => met(await lane.crash(conversationId)),
  },
  kill: {
    meets: "conversation",
    says: "the whole runtime is killed (`kill -9`) and started again",
    async break(lane) {
      await lane.killRuntime();
      return met(true);
    },
  },
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;

function met(isMet: boolean): Met {
  return () => isMet;
}

function live(says: string, ...texts: string[]): Fault {
  return {
    says,
    meets: "session",
    break({ model }) {
      const parts = texts.map((text) => injectLive(model, text));
      return () => parts.every((isMet) => isMet());
    },
  };
}

/** Into the newest session that is open; where there is none, into the next. */
function injectLive({ faults }: Lane["model"], text: string): Met {
  const session = faults.sessions.findLast(({ isOpen }) => isOpen);
  if (session === undefined) {
    const before = new Set(faults.sessions.map(({ id }) => id));
    faults.next(text);
    return () => {
      const since = faults.sessions.filter(({ id }) => !before.has(id));
      return since.length > 0 && since.every(({ waitingFaults }) => waitingFaults === 0);
    };
  }
  faults.inject(session.id, text);
  const waiting = (): number => faults.sessions.find(({ id }) => id === session.id)?.waitingFaults ?? 0;
  const waitingAfter = waiting();
  const waits = waitingAfter > session.waitingFaults;
  return () => !waits || waiting() < waitingAfter;
}
