// The agent: what it says, what it can do, how it takes turns. This is the file you edit.

import { defineAgent } from "./define.ts";
import type { Policy } from "./define.ts";
import { currentTime } from "./tools/current-time.ts";
import { recallNotes, rememberNote } from "./tools/notes.ts";
import { staySilent } from "./tools/stay-silent.ts";
import { weather } from "./tools/weather.ts";

const normal: Policy = {
  turnDetection: { type: "server_vad", threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500 },
  halfDuplex: false,
  interruptAfterMs: 500,
  backchannels: [
    "mm-hm",
    "mhm",
    "mm",
    "hmm",
    "uh-huh",
    "yeah",
    "yes",
    "yep",
    "okay",
    "ok",
    "right",
    "sure",
    "oh",
  ],
  protectGreetingMs: 800,
  typingInterrupts: true,
};

export const agent = defineAgent({
  name: "Parley",
  instructions: [
    "You are Parley, a friendly voice agent. Your answers are spoken: keep them to one or two short sentences.",
    "Use your tools for the time, the weather and for notes. Never guess what a tool can tell you.",
    "When a tool fails, say so in a few words and go on.",
  ].join(" "),
  greeting: "Hi, I am Parley. How can I help you?",
  voice: "marin",
  policies: {
    normal,
    // Lets people think: a finished sentence is answered soon, an unfinished one is waited for.
    patient: {
      ...normal,
      turnDetection: { type: "semantic_vad", eagerness: "low" },
      interruptAfterMs: 800,
    },
    snappy: {
      ...normal,
      turnDetection: { type: "server_vad", threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 250 },
      interruptAfterMs: 200,
      protectGreetingMs: 0,
    },
    "push-to-talk": { ...normal, turnDetection: null, interruptAfterMs: 0, protectGreetingMs: 0 },
    // For rooms where the microphone hears the speaker: neither voice nor echo stops the agent, typing does.
    "half-duplex": { ...normal, halfDuplex: true },
  },
  tools: [currentTime, rememberNote, recallNotes, weather, staySilent],
  limits: {
    replayItems: 200,
    contextTokens: 16_000,
    maxOutputTokens: 4096,
    quietMs: 60_000,
    retentionDays: 30,
  },
});
