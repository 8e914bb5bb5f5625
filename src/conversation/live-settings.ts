// What a page may change while the talk goes on: which of the agent's policies is in force. The name is a row, the
// record is what everything else reads.

import type { AgentDefinition, Policy } from "../define.ts";
import type { LiveSettings as ShownSettings } from "../protocol/messages.ts";
import type { ItemStore } from "../store/item-store.ts";

export class LiveSettings {
  readonly #agent: AgentDefinition;
  readonly #items: ItemStore;
  #name: string;

  constructor(agent: AgentDefinition, items: ItemStore) {
    this.#agent = agent;
    this.#items = items;
    const stored = items.conversation().policy;
    // It may be one that an older agent file had: then the first is in force.
    this.#name = Object.hasOwn(agent.policies, stored) ? stored : Object.keys(agent.policies)[0]!;
  }

  get policy(): Policy {
    return this.#agent.policies[this.#name]!;
  }

  /** `unknown`: the agent has no such policy. */
  choose(name: string): "unknown" | "same" | "another" {
    if (!Object.hasOwn(this.#agent.policies, name)) return "unknown";
    if (name === this.#name) return "same";
    this.#items.setPolicy(name);
    this.#name = name;
    return "another";
  }

  shown(): ShownSettings {
    const { policies, voice } = this.#agent;
    const halfDuplexPolicy = Object.keys(policies).find((name) => policies[name]!.halfDuplex);
    return {
      policy: this.#name,
      policies: Object.keys(policies),
      voice,
      voices: [voice],
      muted: false,
      pushToTalk: this.policy.turnDetection === null,
      halfDuplex: this.policy.halfDuplex,
      typingInterrupts: this.policy.typingInterrupts,
      ...(halfDuplexPolicy === undefined ? {} : { halfDuplexPolicy }),
    };
  }
}
