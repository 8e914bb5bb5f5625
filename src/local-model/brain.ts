// What it takes to think for this server: the words to expect of a session, and what to do when it is the model's
// turn. The built-in brain is a set of rules over the session's tools; another is put in by implementing `Brain`.

import type { Vocabulary } from "./hearing.ts";

/** A function tool as the session describes it; `parameters` is a JSON schema of an object. */
export interface BrainTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: unknown;
}

/** One thing that happened in the conversation, oldest first in a list. */
export type Memory =
  | { readonly kind: "said"; readonly by: "user" | "assistant" | "system"; readonly text: string }
  | { readonly kind: "call"; readonly callId: string; readonly name: string; readonly arguments: string }
  | { readonly kind: "output"; readonly callId: string; readonly output: string };

export interface BrainTurn {
  readonly tools: readonly BrainTool[];
  /** Whether tools may be called, must be called, or one of them must. */
  readonly toolChoice: "auto" | "none" | "required" | { readonly name: string };
  /** Instructions of this one response, when it has its own. */
  readonly responseInstructions: string | undefined;
  readonly memories: readonly Memory[];
}

export interface PlannedCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export type Decision =
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "call"; readonly calls: readonly PlannedCall[] };

export interface Brain {
  /** The words to expect now; equal tools and an equal open question give an equal `key`. */
  vocabulary(tools: readonly BrainTool[], memories: readonly Memory[]): Vocabulary;
  /** Names the recogniser may print in lower case, as they are written; for captions. */
  readonly properNames: readonly string[];
  decide(turn: BrainTurn): Decision | Promise<Decision>;
}
