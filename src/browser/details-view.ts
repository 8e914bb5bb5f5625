// What stands below the controls: the manner of taking turns, the test for echo, and numbers for whoever wants them.

import { isAnswering, type CallStatus } from "./call-status.ts";
import { find, setText } from "./page-elements.ts";
import { echoWords, policyName, turnWords } from "./words.ts";
import type { PlaybackCounters } from "./worklets/port-messages.ts";

export interface DetailsActions {
  /** False when the conversation could not be told. */
  onPolicy(policy: string): boolean;
  onEchoTest(): void;
}

export class DetailsView {
  readonly #details = find("details", HTMLDetailsElement);
  readonly #manner = find("manner", HTMLElement);
  readonly #policy = find("policy", HTMLSelectElement);
  readonly #test = find("echo-test", HTMLButtonElement);
  readonly #switch = find("echo-switch", HTMLButtonElement);
  readonly #result = find("echo-result", HTMLElement);
  readonly #metrics = find("metrics", HTMLElement);
  /** Those the list offers now. */
  #policies = "";
  /** Chosen here, and the conversation has not said yet that it is in force. */
  #chosenPolicy: string | null = null;
  #policyInForce = "";
  #halfDuplexPolicy: string | undefined;

  constructor(actions: DetailsActions) {
    this.#policy.addEventListener("change", () => {
      const { value } = this.#policy;
      this.#chosenPolicy = actions.onPolicy(value) ? value : null;
      this.#showPolicy();
    });
    // What was chosen and refused is not shown for ever.
    this.#policy.addEventListener("blur", () => (this.#chosenPolicy = null));
    this.#test.addEventListener("click", () => actions.onEchoTest());
    this.#switch.addEventListener("click", () => {
      if (this.#halfDuplexPolicy !== undefined) actions.onPolicy(this.#halfDuplexPolicy);
      this.#test.focus();
    });
  }

  /** Somebody was led here. */
  open(): void {
    this.#details.open = true;
  }

  render(status: CallStatus): void {
    this.#renderPolicies(status);
    this.#renderEcho(status);
    const { settings, turn } = status;
    this.#renderMetrics({
      settings: settings === null ? "–" : `${policyName(settings.policy)}, ${settings.voice}`,
      "dropped-frames": status.droppedFrames,
      turn: turn === null ? "–" : turnWords(turn),
    });
    this.#metrics.dataset["outcome"] = turn?.outcome ?? "";
  }

  renderCounters({ underruns, gapMs, droppedSamples, lateFrames }: PlaybackCounters): void {
    this.#renderMetrics({
      underruns,
      "gap-ms": gapMs,
      "dropped-samples": droppedSamples,
      "late-frames": lateFrames,
    });
  }

  #renderPolicies({ settings, state }: CallStatus): void {
    const policies = settings?.policies ?? [];
    this.#manner.hidden = policies.length < 2;
    this.#policy.disabled = state.phase !== "live";
    const key = policies.join("\n");
    if (key !== this.#policies) {
      this.#policies = key;
      this.#policy.replaceChildren(...policies.map((policy) => new Option(policyName(policy), policy)));
    }
    if (settings === null) return;
    this.#policyInForce = settings.policy;
    if (state.phase !== "live" || settings.policy === this.#chosenPolicy) this.#chosenPolicy = null;
    this.#showPolicy();
  }

  /** Not what is in force while another choice is on its way: the next arrow key goes on from that one. */
  #showPolicy(): void {
    const shown = this.#chosenPolicy ?? this.#policyInForce;
    if (this.#policy.value !== shown) this.#policy.value = shown;
  }

  #renderEcho({ echoTest, settings, state, microphone, isPressed }: CallStatus): void {
    this.#test.disabled =
      isAnswering(state) || isPressed || echoTest.is === "running" || microphone.is === "opening";
    setText(this.#result, echoWords(echoTest));
    this.#result.dataset["verdict"] = echoTest.is === "done" ? echoTest.verdict.is : echoTest.is;
    const hasEcho = echoTest.is === "done" && echoTest.verdict.is === "echo";
    const isCured = settings?.halfDuplex === true || settings?.halfDuplexPolicy === undefined;
    this.#halfDuplexPolicy = settings?.halfDuplexPolicy;
    this.#switch.hidden = !hasEcho || isCured || state.phase !== "live";
  }

  /** Each number is shown, and stands as `data-…` on the list for whoever measures. */
  #renderMetrics(values: Record<string, number | string>): void {
    for (const [name, value] of Object.entries(values)) {
      setText(find(`metric-${name}`, HTMLElement), String(value));
      this.#metrics.setAttribute(`data-${name}`, String(value));
    }
  }
}
