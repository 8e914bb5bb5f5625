// A conversation with the rules alone: what is typed, what is called, what the tools return, in a list of memories.

import type { BrainTool, Decision, Memory } from "../../../src/local-model/brain.ts";
import { RuleBrain } from "../../../src/local-model/brain/rule-brain.ts";

/** A Wednesday. */
const TODAY = "2026-03-04T12:00:00";

export function tool(
  name: string,
  description: string,
  properties: Readonly<Record<string, unknown>> = {},
  required: readonly string[] = Object.keys(properties),
): BrainTool {
  return { name, description, parameters: { type: "object", properties, required } };
}

const place = { place: { type: "string", description: "The city" } };

export const TOOLS: readonly BrainTool[] = [
  tool("current_time", 'For example "what time is it in Tokyo".', place),
  tool("get_weather", 'For example "what is the weather in Paris".', place),
  tool("remember_note", 'For example "remember that my car is on level three".', {
    note: { type: "string" },
  }),
  tool("book_table", "Books a table.", {
    guests: { type: "integer" },
    date: { type: "string", format: "date" },
  }),
];

export class Dialogue {
  readonly brain = new RuleBrain(() => new Date(TODAY));
  readonly memories: Memory[];
  readonly #tools: readonly BrainTool[];

  constructor(memories: readonly Memory[] = [], tools: readonly BrainTool[] = TOOLS) {
    this.memories = [...memories];
    this.#tools = tools;
  }

  /** What the brain does about this; what it says is remembered, and calls wait for `returns`. */
  asks(text: string): Decision {
    this.memories.push({ kind: "said", by: "user", text });
    return this.#decide();
  }

  /** The sentence it answers, or its calls as `name(value, ...)`. */
  answers(text: string): string {
    const decision = this.asks(text);
    if (decision.kind === "say") return decision.text;
    return decision.calls
      .map((call) => `${call.name}(${Object.values(call.arguments).map(String).join(", ")})`)
      .join(" ");
  }

  /** Every call that waits gets an output, in order; what is said about all of them. */
  returns(...outputs: readonly string[]): string {
    const waiting = this.memories.filter((memory) => memory.kind === "call").slice(-outputs.length);
    for (const [index, call] of waiting.entries()) {
      if (call.kind !== "call") continue;
      this.memories.push({ kind: "output", callId: call.callId, output: outputs[index] ?? "" });
    }
    const decision = this.#decide();
    return decision.kind === "say" ? decision.text : "";
  }

  #decide(): Decision {
    const { memories } = this;
    const decision = this.brain.decide({
      tools: this.#tools,
      toolChoice: "auto",
      responseInstructions: undefined,
      memories,
    });
    if (decision.kind === "say") memories.push({ kind: "said", by: "assistant", text: decision.text });
    else {
      for (const call of decision.calls) {
        const callId = `call_${memories.length}`;
        memories.push({ kind: "call", callId, name: call.name, arguments: JSON.stringify(call.arguments) });
      }
    }
    return decision;
  }
}
