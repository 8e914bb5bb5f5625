// What a client told, in order, and a wait for the next of a kind. Events that come in one burst are not lost between
// two waits, as they would be with one listener per wait.

/** A wait that is not met in this time fails the test with what did come. */
const PATIENCE_MS = 20_000;
/** So many of the latest types are shown when a wait is not met. */
const MAX_TYPES_SHOWN = 15;

export class EventInbox<Event extends { readonly type: string }> {
  readonly all: Event[] = [];
  #read = 0;
  #arrived: () => void = () => {};

  readonly take = (event: Event): void => {
    this.all.push(event);
    this.#arrived();
  };

  /** The next event of this type that no earlier wait has passed. */
  async next<Type extends Event["type"]>(type: Type): Promise<Extract<Event, { type: Type }>> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      while (this.#read < this.all.length) {
        const event = this.all[this.#read++]!;
        if (event.type === type) return event as Extract<Event, { type: Type }>;
      }
      await new Promise<void>((resolve, reject) => {
        const latest = this.all.slice(-MAX_TYPES_SHOWN).map((event) => event.type);
        const timer = setTimeout(
          () => reject(new Error(`no ${type} came; there were: ${latest.join(", ")}`)),
          deadline - Date.now(),
        );
        this.#arrived = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
