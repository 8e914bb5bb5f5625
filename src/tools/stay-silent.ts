// The way to end a turn without an answer. List it in the agent's `tools` to offer it.

import * as z from "zod";
import { defineTool } from "../define.ts";

export const staySilent = defineTool({
  name: "stay_silent",
  description:
    'Says nothing to what was said last: the user talks to somebody else, thinks aloud, or wants quiet. For example "please be quiet" or "do not answer" or "just listen".',
  parameters: z.object({}),
  timeoutMs: 1_000,
  idempotent: true,
  endsTurn: true,
  run: () => ({ output: { silent: true } }),
});
