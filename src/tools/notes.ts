// Two tools around the conversation's own notes: remember one, recall them.

import * as z from "zod";
import { defineTool } from "../define.ts";

/** How many notes are read out; more than this nobody listens to. The model gets no more either. */
const RECALLED_NOTES = 10;

export const rememberNote = defineTool({
  name: "remember_note",
  description:
    'Remembers something for the user. For example "remember that my car is on level three" or "please remember the code is four two".',
  parameters: z.object({
    note: z.string().min(1).max(1_000).describe("What to remember, in the user's words"),
  }),
  timeoutMs: 2_000,
  run({ note }, { notes }) {
    notes.add(note);
    return { output: { remembered: note, say: `I will remember: ${note}.` }, display: `Remembered: ${note}` };
  },
});

export const recallNotes = defineTool({
  name: "recall_notes",
  description:
    'Recalls what the user asked to remember. For example "what did I ask you to remember" or "what are my notes".',
  parameters: z.object({}),
  timeoutMs: 2_000,
  idempotent: true,
  run(_args, { notes }) {
    const all = notes.all().map((note) => note.text);
    if (all.length === 0) {
      return { output: { notes: [], say: "You have not asked me to remember anything yet." } };
    }
    const recalled = all.slice(-RECALLED_NOTES);
    return {
      output: { notes: recalled, say: `You asked me to remember: ${recalled.join("; ")}.` },
      display: `${all.length} ${all.length === 1 ? "note" : "notes"}`,
    };
  },
});
