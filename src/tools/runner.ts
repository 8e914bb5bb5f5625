// Runs one call: arguments checked, time limited, failure turned into an output. A model always gets an answer to
// its call, and it never learns more of a fault than that there was one.

import type { Tool, ToolContext } from "../define.ts";
import { errorName } from "../log.ts";
import type { Log } from "../log.ts";
import type { Clock } from "../conversation/ports.ts";

/** An output is read by the model as text; more than this is a page dumped into its context. */
export const MAX_OUTPUT_CHARS = 16_000;
/** One line on the page. */
export const MAX_DISPLAY_CHARS = 200;

export interface ToolOutcome {
  ok: boolean;
  /** For the model: JSON. */
  output: string;
  /** For the page, if the tool chose to show something. */
  display?: string;
}

/** An outcome that says why there is no other. */
export function failedOutcome(error: string): ToolOutcome {
  return { ok: false, output: JSON.stringify({ error }) };
}

/**
 * Runs `tool` with the model's arguments. Never throws; `signal` of the context aborts on time-out and when
 * `ended` aborts.
 */
export async function runTool(
  tool: Tool | undefined,
  argumentsJson: string,
  context: Omit<ToolContext, "signal">,
  ended: AbortSignal,
  log: Log,
  clock: Clock,
): Promise<ToolOutcome> {
  if (tool === undefined) return failedOutcome("There is no such tool.");
  const deadline = new AbortController();
  const callOff = clock.after(tool.timeoutMs, () => deadline.abort());
  const signal = AbortSignal.any([deadline.signal, ended]);
  try {
    const parsed = tool.parameters.safeParse(parseArguments(argumentsJson));
    if (!parsed.success) {
      // Paths and messages of our own schema, so that the model can correct itself.
      const problems = parsed.error.issues.map(
        (issue) => `${issue.path.join(".") || "arguments"}: ${issue.message}`,
      );
      return failedOutcome(`The arguments are not valid. ${problems.join("; ")}`.slice(0, 500));
    }
    const answer = await Promise.race([tool.run(parsed.data, { ...context, signal }), aborted(signal)]);
    const output = JSON.stringify(answer.output ?? null);
    if (output.length > MAX_OUTPUT_CHARS) return failedOutcome("The tool's output was too long.");
    return {
      ok: true,
      output,
      ...(answer.display === undefined ? {} : { display: answer.display.slice(0, MAX_DISPLAY_CHARS) }),
    };
  } catch (thrown) {
    if (deadline.signal.aborted) return failedOutcome("The tool took too long.");
    log.warn("tool_failed", { tool: tool.name, callId: context.callId, thrown: errorName(thrown) });
    return failedOutcome("The tool failed.");
  } finally {
    callOff();
  }
}

/** An empty string means no arguments; what is not JSON fails validation like any other wrong value. */
function parseArguments(json: string): unknown {
  if (json.trim() === "") return {};
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Rejects when `signal` aborts: a tool that ignores its signal must not hold the turn. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = () => reject(new Error("aborted"));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
