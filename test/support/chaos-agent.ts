// The agent of the chaos runs: the sample agent's tools, slow enough to be broken in the middle, each run counted in
// the conversation's own database. A short quiet time makes the conversation fall asleep between two turns.

import { defineAgent, defineTool } from "../../src/define.ts";
import type { Notes, Tool } from "../../src/define.ts";
import { currentTime } from "../../src/tools/current-time.ts";
import { recallNotes, rememberNote } from "../../src/tools/notes.ts";
import { RUN_NOTE } from "./chaos-rows.ts";
import { PLAIN } from "./policies.ts";

const TOOL_RUNS_MS = 400;

export const agent = defineAgent({
  name: "chaos",
  instructions: "Answer in one short sentence.",
  voice: "marin",
  policies: {
    normal: {
      ...PLAIN,
      turnDetection: { type: "server_vad", threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500 },
    },
  },
  tools: [currentTime, rememberNote, recallNotes].map(slowly),
  limits: {
    replayItems: 200,
    contextTokens: 16_000,
    maxOutputTokens: 4096,
    quietMs: 4_000,
    retentionDays: 30,
  },
});

function slowly(tool: Tool): Tool {
  return defineTool({
    ...tool,
    async run(args, context) {
      context.notes.add(RUN_NOTE + context.callId);
      await scheduler.wait(TOOL_RUNS_MS);
      return await tool.run(args, { ...context, notes: withoutRuns(context.notes) });
    },
  });
}

function withoutRuns(notes: Notes): Notes {
  return {
    add: (text) => notes.add(text),
    all: () => notes.all().filter(({ text }) => !text.startsWith(RUN_NOTE)),
  };
}
