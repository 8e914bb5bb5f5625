// An answer that calls a tool and nothing else, and a tool that is quick.

import * as z from "zod";
import { defineTool } from "../../src/define.ts";
import type { Scene } from "./conversation-scene.ts";

export const now = defineTool({
  name: "now",
  description: "The time.",
  parameters: z.object({}),
  timeoutMs: 1000,
  run: () => ({ output: { say: "noon" } }),
});

export function calls(it: Scene, name: string): void {
  it.model().says({
    type: "tool_call",
    itemId: `call_${name}`,
    callId: `c_${name}`,
    name,
    argumentsJson: "{}",
    complete: true,
  });
  it.model().answerDone();
}
