// The test's hand on a running server: plans faults for sessions to come, puts them into live ones, and tells what
// each session was sent. The same methods serve the HTTP control.

import { FaultError, FAULTS, parseFault } from "./fault.ts";
import type { Fault } from "./fault.ts";
import { ReceivedAudio } from "./received-audio.ts";
import type { SessionFaults } from "./session-faults.ts";

export interface SessionReport {
  readonly id: string;
  readonly isOpen: boolean;
  /** What the socket was closed with; null while it is open. */
  readonly closeCode: number | null;
  /** Samples in all appends, and their number. */
  readonly receivedSamples: number;
  readonly appends: number;
  /** Events that went out to the client. */
  readonly sentEvents: number;
  /** Faults that have not happened yet. */
  readonly waitingFaults: number;
}

export interface Plan {
  /** How many connections it meets; 1 unless told or unless there is `forMs`. */
  readonly times?: number;
  /** Meets every connection within so many milliseconds from now. */
  readonly forMs?: number;
}

/** What the server knows of one connection's session. */
export interface ObservedSession {
  readonly id: string;
  readonly faults: SessionFaults;
  readonly audio: ReceivedAudio;
  closeCode: number | null;
  /** The way to the client while it lasts; then only what it counted. */
  line: { readonly sent: number };
}

interface Planned {
  readonly fault: Fault;
  left: number;
  readonly until: number;
}

/** Reports (and kept audio) of ended sessions remembered; the oldest is forgotten first. */
const MAX_REPORTS = 256;

export class FaultControl {
  readonly #keepAudioMs: number;
  readonly #sessions = new Map<string, ObservedSession>();
  #planned: Planned[] = [];
  #awaiting: ((id: string) => void)[] = [];

  constructor(keepAudioMs = 0) {
    this.#keepAudioMs = keepAudioMs;
  }

  /** Plans a fault for the next connection, or as `plan` says. Throws a `FaultError` when it is not well written. */
  next(text: string, plan: Plan = {}): void {
    const until = plan.forMs === undefined ? Infinity : performance.now() + plan.forMs;
    const left = plan.times ?? (plan.forMs === undefined ? 1 : Infinity);
    this.#planned.push({ fault: parseFault(text), left, until });
  }

  /** Puts a fault into a live session. Throws a `FaultError` when there is none of that id. */
  inject(sessionId: string, text: string): void {
    const fault = inSession(parseFault(text));
    const session = this.#sessions.get(sessionId);
    if (!session || session.closeCode !== null) throw new FaultError(`no session "${sessionId}" is open`);
    session.faults.add(fault);
  }

  /** Puts a fault into every live session and returns their number. */
  injectAll(text: string): number {
    const fault = inSession(parseFault(text));
    const open = [...this.#sessions.values()].filter(({ closeCode }) => closeCode === null);
    for (const { faults } of open) faults.add(fault);
    return open.length;
  }

  /** The id of the session that begins next. */
  nextSession(): Promise<string> {
    return new Promise((resolve) => this.#awaiting.push(resolve));
  }

  /** Forgets what is planned and what waits in live sessions. */
  clear(): void {
    this.#planned = [];
    for (const { faults } of this.#sessions.values()) faults.clear();
  }

  /** Oldest first, ended ones too. */
  get sessions(): readonly SessionReport[] {
    return [...this.#sessions.values()].map((session) => ({
      id: session.id,
      isOpen: session.closeCode === null,
      closeCode: session.closeCode,
      receivedSamples: session.audio.samples,
      appends: session.audio.appends,
      sentEvents: session.line.sent,
      waitingFaults: session.faults.waiting,
    }));
  }

  get plannedFaults(): number {
    return this.#current().length;
  }

  /** Every sample a session was sent, as far as the server was told to keep them. */
  audioOf(sessionId: string): Int16Array | undefined {
    return this.#sessions.get(sessionId)?.audio.read();
  }

  /** For the server: the faults that meet the connection that is arriving. */
  arriving(): readonly Fault[] {
    const faults: Fault[] = [];
    for (const planned of this.#current()) {
      planned.left--;
      faults.push(planned.fault);
    }
    return faults;
  }

  /** For the server: a session begins. */
  observe(id: string, faults: SessionFaults, line: ObservedSession["line"]): ObservedSession {
    const session = { id, faults, audio: new ReceivedAudio(this.#keepAudioMs), closeCode: null, line };
    this.#sessions.set(id, session);
    for (const resolve of this.#awaiting.splice(0)) resolve(id);
    if (this.#sessions.size > MAX_REPORTS) {
      const ended = [...this.#sessions.values()].find(({ closeCode }) => closeCode !== null);
      if (ended) this.#sessions.delete(ended.id);
    }
    return session;
  }

  #current(): readonly Planned[] {
    const now = performance.now();
    this.#planned = this.#planned.filter(({ left, until }) => left > 0 && until >= now);
    return this.#planned;
  }
}

function inSession(fault: Fault): Fault {
  if (FAULTS[fault.name].scope === "arrival") {
    throw new FaultError(
      `"${fault.name}" meets a connection before it is a session: plan it for the next one`,
    );
  }
  return fault;
}
