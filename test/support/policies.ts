// The policy of a test that is about something else: any speech stops the agent at once.

import type { Policy } from "../../src/define.ts";

export const PLAIN: Policy = {
  turnDetection: { type: "semantic_vad", eagerness: "auto" },
  halfDuplex: false,
  interruptAfterMs: 0,
  backchannels: [],
  protectGreetingMs: 0,
  typingInterrupts: true,
};
