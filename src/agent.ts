// The agent: what it says, what it can do, how it takes turns. This is the file you edit.

import { defineAgent } from "./define.ts";
import { currentTime } from "./tools/current-time.ts";
import { recallNotes, rememberNote } from "./tools/notes.ts";
import { weather } from "./tools/weather.ts";

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
    normal: {
      turnDetection: { type: "server_vad", threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500 },
    },
  },
  tools: [currentTime, rememberNote, recallNotes, weather],
  limits: {
    replayItems: 200,
    contextTokens: 16_000,
    maxOutputTokens: 4096,
    quietMs: 60_000,
    retentionDays: 30,
  },
});
