// The faults that wait in one session. Whoever does a thing asks here whether it should go wrong; who adds a fault
// need not know who will.

import { FAULTS } from "./fault.ts";
import type { Fault, FaultName } from "./fault.ts";

/** Faults waiting in one session; more is a loop that injects without looking. */
export const MAX_WAITING_FAULTS = 256;

interface Armed {
  readonly fault: Fault;
  /** Events still to pass before the one meant. */
  left: number;
}

export class SessionFaults {
  #armed: Armed[] = [];
  #occasions: Fault[] = [];
  readonly #lasting = new Map<FaultName, number>();

  /** Set by the connection: makes a fault of the scope `moment` happen now. */
  onStrike: (fault: Fault) => void = () => {};

  get waiting(): number {
    return this.#armed.length + this.#occasions.length;
  }

  add(fault: Fault): void {
    if (this.waiting >= MAX_WAITING_FAULTS) return;
    const { scope } = FAULTS[fault.name];
    if (fault.at) this.#armed.push({ fault, left: fault.at.nth === "each" ? 0 : fault.at.nth - 1 });
    else if (scope === "lasting") this.#lasting.set(fault.name, Number(fault.value ?? 1));
    else if (scope === "moment") this.onStrike(fault);
    else this.#occasions.push(fault);
  }

  clear(): void {
    this.#armed = [];
    this.#occasions = [];
    this.#lasting.clear();
  }

  /** The value of a lasting fault (1 when it takes none), or undefined. */
  lasting(name: FaultName): number | undefined {
    return this.#lasting.get(name);
  }

  /** Uses up the oldest waiting fault of this name. */
  take(name: FaultName): Fault | undefined {
    const index = this.#occasions.findIndex((fault) => fault.name === name);
    return index < 0 ? undefined : this.#occasions.splice(index, 1)[0];
  }

  /** The faults that belong to this event now that it passes; those that are used up are gone. */
  due(event: string): readonly Fault[] {
    if (this.#armed.length === 0) return [];
    const due: Fault[] = [];
    this.#armed = this.#armed.filter((armed) => {
      if (armed.fault.at?.event !== event) return true;
      if (armed.left > 0) {
        armed.left--;
        return true;
      }
      due.push(armed.fault);
      return armed.fault.at.nth === "each";
    });
    return due;
  }
}
