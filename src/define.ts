// What `src/agent.ts` is written with: an agent is one value, a tool is one value. Nothing here runs anything;
// the conversation reads these records.

import * as z from "zod";

/** Rows that belong to this conversation and are erased with it. */
export interface Notes {
  add(text: string): void;
  /** Oldest first. `createdAt` is ms since the epoch. */
  all(): { text: string; createdAt: number }[];
}

export interface ToolContext {
  readonly conversationId: string;
  readonly callId: string;
  /** Aborts when the tool's time is up or the conversation ends: hand it to `fetch`. */
  readonly signal: AbortSignal;
  readonly notes: Notes;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** JSON for the model, and optionally one line that the page may show. Nothing else of a tool reaches the page. */
export interface ToolAnswer {
  output: unknown;
  display?: string;
}

export interface ToolDefinition<Parameters extends z.ZodObject> {
  /** `^[A-Za-z0-9_-]{1,64}$`, unique in the agent. */
  name: string;
  /** For the model. Example sentences in double quotes also teach the local model what people say. */
  description: string;
  parameters: Parameters;
  /** After this long the call fails and the model is told so. */
  timeoutMs: number;
  /** The user may go on talking, and is answered, while it runs. */
  slow?: boolean;
  /** Its output ends the turn: no answer is asked for because of it. */
  endsTurn?: boolean;
  /** It may run again after a crash. */
  idempotent?: boolean;
  /** The page has to allow each call before it runs. */
  needsApproval?: boolean;
  run(args: z.output<Parameters>, context: ToolContext): ToolAnswer | Promise<ToolAnswer>;
}

/** A tool whose parameter types the registry need not know: arguments are validated before `run`. */
export type Tool = ToolDefinition<z.ZodObject>;

/** A tool, its `run` typed by its `parameters`. */
export function defineTool<Parameters extends z.ZodObject>(tool: ToolDefinition<Parameters>): Tool {
  return tool as unknown as Tool;
}

/** How turns are taken: numbers and flags, and nothing reads the name of a policy. `docs/turn-taking.md` explains them. */
export interface Policy {
  /** When a turn of the user begins and ends: the API's own detection. Null: the user says so, by holding a button. */
  turnDetection:
    | { type: "server_vad"; threshold: number; prefixPaddingMs: number; silenceDurationMs: number }
    | { type: "semantic_vad"; eagerness: "low" | "medium" | "high" | "auto" }
    | null;
  /** The microphone is closed while the agent speaks. */
  halfDuplex: boolean;
  /** Less voice than this over the agent does not stop it before its words are known. 0: any speech stops it. */
  interruptAfterMs: number;
  /** What a listener says without wanting the floor: a turn over the agent of such words alone is none. */
  backchannels: readonly string[];
  /** So much of the greeting is spoken whatever the microphone hears; what is said meanwhile is heard as a turn. */
  protectGreetingMs: number;
  /** Typed text stops the agent's voice; otherwise its answer follows. */
  typingInterrupts: boolean;
}

export interface AgentDefinition {
  name: string;
  instructions: string;
  /** Spoken once per conversation, when it is opened by voice. */
  greeting?: string;
  voice: string;
  /** By name; the first is in force when a conversation begins. */
  policies: Record<string, Policy>;
  tools: Tool[];
  /** After so long without a word the agent speaks once by itself, as told here, and not again before the user does. */
  checkIn?: { afterMs: number; instructions: string };
  limits: {
    /** How many of the newest items a fresh realtime session is told; what is older stays stored. */
    replayItems: number;
    /** What a session's context may hold, in the model's tokens; older turns leave it, and stay stored. */
    contextTokens: number;
    /** The longest answer, in the model's tokens. */
    maxOutputTokens: number;
    /** After this long without speech, playback, tools or typing the upstream closes and the object may hibernate. */
    quietMs: number;
    /** A conversation nobody came back to for so long is erased. */
    retentionDays: number;
  };
}

/** Checks what a mistyped agent file would otherwise show only in a live talk. Throws at start-up. */
export function defineAgent(agent: AgentDefinition): AgentDefinition {
  const names = new Set<string>();
  for (const tool of agent.tools) {
    if (!/^[\w-]{1,64}$/.test(tool.name)) {
      throw new Error(`tool name "${tool.name}" must match [A-Za-z0-9_-]{1,64}`);
    }
    if (names.has(tool.name)) throw new Error(`two tools are named "${tool.name}"`);
    if (!(tool.timeoutMs > 0)) throw new Error(`tool "${tool.name}" needs a timeoutMs above 0`);
    names.add(tool.name);
    try {
      z.toJSONSchema(tool.parameters, { io: "input" });
    } catch {
      throw new Error(`the parameters of tool "${tool.name}" cannot be told to a model as JSON Schema`);
    }
  }
  if (Object.keys(agent.policies).length === 0) throw new Error("an agent needs at least one policy");
  if (agent.checkIn !== undefined && !(agent.checkIn.afterMs < agent.limits.quietMs)) {
    throw new Error("checkIn.afterMs must be below limits.quietMs: a sleeping agent says nothing");
  }
  return agent;
}
