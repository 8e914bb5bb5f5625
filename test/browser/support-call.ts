// A call without a browser: the page's state machine between fakes that record what it did to them, and time
// that moves when told.

import type { BrowserMessage, ConversationMessage } from "../../src/protocol/messages.ts";
import { Call } from "../../src/browser/call.ts";
import type { Created, Presence } from "../../src/browser/conversation-api.ts";
import type { StoredConversation } from "../../src/browser/conversation-memory.ts";
import type { MicrophoneProblem } from "../../src/browser/microphone.ts";
import type { SocketListener } from "../../src/browser/socket.ts";
import { Transcript } from "../../src/browser/transcript.ts";
import { FRAME_SAMPLES } from "../../src/audio/format.ts";
import { manualClock } from "./support-clock.ts";
import { Listener } from "./support-listener.ts";

export const STORED: StoredConversation = { conversationId: "c1", token: "t1" };

export const WELCOME: ConversationMessage & { type: "welcome" } = {
  type: "welcome",
  protocol: 1,
  conversationId: "c1",
  state: "asleep",
  items: [],
  hasEarlier: false,
  floor: false,
  floorTaken: false,
  settings: {
    policy: "normal",
    policies: ["normal"],
    voice: "marin",
    voices: ["marin"],
    muted: false,
    pushToTalk: false,
    halfDuplex: false,
    typingInterrupts: true,
  },
  usage: {
    audioInMs: 0,
    audioOutMs: 0,
    inputTextTokens: 0,
    inputAudioTokens: 0,
    cachedTokens: 0,
    outputTextTokens: 0,
    outputAudioTokens: 0,
  },
  limits: { maxFrameBytes: 4800, maxTextChars: 4000 },
};

export type CallFixture = ReturnType<typeof startCall>;

export function startCall(stored: StoredConversation | null = null) {
  const sent: BrowserMessage[] = [];
  const done: string[] = [];
  /** What went out, in order: messages by type, with the action of a `turn`, and frames. */
  const outgoing: string[] = [];
  const returned: string[] = [];
  const world = {
    stored,
    isOpen: false,
    framesSent: 0,
    /** How many frames the uplink takes before it is full. */
    room: Infinity,
    /** What was captured while the microphone was open and not muted, frame by frame. */
    captured: [] as Int16Array[],
    opened: [] as StoredConversation[],
    created: { ok: true, conversation: STORED } as Created,
    presence: "there" as Presence,
    asked: 0,
    problem: null as MicrophoneProblem | null,
    isMicrophoneOpen: false,
    /** An erasure takes until this is settled. */
    erasing: Promise.resolve() as Promise<void>,
    erased: (): void => {},
  };
  let listener!: SocketListener;
  const clock = manualClock();
  const ear = new Listener((message) => listener.onMessage(message));
  let ids = 0;
  const transcript = new Transcript(() => {});
  const call = new Call({
    api: {
      create: async () => world.created,
      ask: async () => (world.asked++, world.presence),
      earlier: async () => null,
      erase: async () => {
        await world.erasing;
        done.push("erase");
        return true;
      },
    },
    memory: {
      load: () => world.stored,
      save: (conversation) => void (world.stored = conversation),
      forget: ({ conversationId }) => {
        if (world.stored?.conversationId === conversationId) world.stored = null;
      },
    },
    microphone: {
      open: async () => {
        world.isMicrophoneOpen = world.problem === null;
        return world.problem;
      },
      close: () => void (world.isMicrophoneOpen = false),
      recycle: () => {},
    },
    speaker: {
      prepare: () => void done.push("prepare"),
      begin: (itemId, fromMs) => void done.push(`begin ${itemId} ${fromMs}`),
      push: () => void done.push("push"),
      end: (itemId, totalMs) => void done.push(`end ${itemId} ${totalMs}`),
      flush: () => void done.push("flush"),
      hold: () => void done.push("hold"),
      resume: () => void done.push("resume"),
    },
    transcript,
    socket: (its) => {
      listener = its;
      return {
        open: (conversation) => void world.opened.push(conversation),
        close: () => {
          world.isOpen = false;
          done.push("close");
        },
        send: (message) => {
          if (!world.isOpen) return false;
          sent.push(message);
          outgoing.push(message.type === "turn" ? message.action : message.type);
          ear.message(message);
          return true;
        },
        get hasAudioRoom() {
          return world.isOpen && world.room > 0;
        },
        sendAudio: (samples) => {
          if (!world.isOpen || world.room <= 0) return false;
          world.room--;
          world.framesSent++;
          outgoing.push("frame");
          ear.audio(new Int16Array(samples));
          return true;
        },
        nudge: () => {},
      };
    },
    clock,
    streamId: "stream",
    newId: () => `id${++ids}`,
    onChange: () => {},
    onTextReturned: (text) => void returned.push(text),
  });
  return {
    call,
    world,
    clock,
    ear,
    sent,
    outgoing,
    done,
    returned,
    transcript,
    receive: (message: ConversationMessage): void => listener.onMessage(message),
    receiveFrame: (): void => listener.onFrame(new ArrayBuffer(1920)),
    /** The socket opens and the conversation says its welcome. */
    attach: (welcome: Partial<typeof WELCOME> = {}): void => {
      world.isOpen = true;
      listener.onMessage({ ...WELCOME, ...welcome });
    },
    drop: (refused = false): void => {
      world.isOpen = false;
      listener.onDown(refused);
    },
    /** So many frames from the microphone, each sample of the stream another one: a quiet room, or a voice in it. */
    hear: (frames: number, { voice = false, loudness = 100 } = {}): void => {
      for (let count = 0; count < frames; count++) {
        const first = world.captured.length * FRAME_SAMPLES;
        const frame = Int16Array.from({ length: FRAME_SAMPLES }, (_, at) =>
          sampleAt(first + at, voice ? loudness : 1),
        );
        if (world.isMicrophoneOpen && !call.status.muted) world.captured.push(frame.slice());
        call.onMicrophoneFrame(frame.buffer);
      }
    },
    types: (): string[] => sent.map(({ type }) => type),
    /** Lets every promise that can settle do so. */
    settle: async (): Promise<void> => {
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    },
  };
}

/** Noise that does not repeat within a test, -58 dBFS or so; a voice is 40 dB louder. */
function sampleAt(position: number, loudness: number): number {
  const noise = (Math.imul(position + 1, 0x9e3779b1) >>> 16) % 129;
  return (noise - 64) * loudness;
}

/** A call in the middle of talking: attached, microphone on, floor held, listening. */
export async function startTalking(): Promise<CallFixture> {
  const fixture = startCall(STORED);
  fixture.call.resume();
  fixture.attach();
  await fixture.call.toggleTalk();
  fixture.ear.answer();
  return fixture;
}
