// One sentence of the measurement: what is said, and what it must lead to.

import type { BrainTool } from "../../src/local-model/brain.ts";

export interface Case {
  readonly say: string;
  /** Every call it must make, in this order; none for a sentence that must run nothing. */
  readonly calls: readonly { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> }[];
}

/** Sentences over one set of tools. */
export interface Suite {
  readonly name: string;
  readonly tools: readonly BrainTool[];
  readonly cases: readonly Case[];
}

export function asks(say: string, name: string, args: Readonly<Record<string, unknown>> = {}): Case {
  return { say, calls: [{ name, arguments: args }] };
}

export function object(
  properties: Readonly<Record<string, unknown>>,
  required: readonly string[] = [],
): BrainTool["parameters"] {
  return { type: "object", properties, required };
}
