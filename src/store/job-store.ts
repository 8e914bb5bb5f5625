// Timed work that outlives memory: one row a job, and the object's one alarm set to the earliest of them.

export type JobName =
  /** Keeps a talking object from idle eviction: any event restarts that clock, and an alarm is an event. */
  | "heartbeat"
  /** Erases a conversation nobody came back to. */
  | "retention";

export class JobStore {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  schedule(name: JobName, dueAtMs: number): void {
    this.#storage.sql.exec(
      "INSERT INTO jobs (name, due_at) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET due_at = ?2",
      name,
      Math.round(dueAtMs),
    );
    this.#setAlarm();
  }

  cancel(name: JobName): void {
    this.#storage.sql.exec("DELETE FROM jobs WHERE name = ?", name);
    this.#setAlarm();
  }

  /** Takes the jobs that are due; the alarm is set to the next. */
  takeDue(nowMs: number): JobName[] {
    const due = this.#storage.sql
      .exec<{ name: JobName }>("DELETE FROM jobs WHERE due_at <= ? RETURNING name", nowMs)
      .toArray();
    this.#setAlarm();
    return due.map((row) => row.name);
  }

  #setAlarm(): void {
    const { next } = this.#storage.sql
      .exec<{ next: number | null }>("SELECT MIN(due_at) AS next FROM jobs")
      .one();
    void (next === null ? this.#storage.deleteAlarm() : this.#storage.setAlarm(next));
  }
}
