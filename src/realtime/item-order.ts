// The order of a session's items as the upstream tells it: needed to put an item back where another one was.

export class ItemOrder {
  readonly #ids: string[] = [];

  /** `previous` is null for the first item, undefined where the upstream did not say: then it is the last. */
  added(id: string, previous: string | null | undefined): void {
    if (this.#ids.includes(id)) return;
    const at = previous === null ? 0 : previous === undefined ? -1 : this.#ids.indexOf(previous) + 1;
    this.#ids.splice(at <= 0 && previous !== null ? this.#ids.length : at, 0, id);
  }

  removed(id: string): void {
    const at = this.#ids.indexOf(id);
    if (at !== -1) this.#ids.splice(at, 1);
  }

  /** The item before this one; undefined when it is the first or not known. */
  before(id: string): string | undefined {
    return this.#ids[this.#ids.indexOf(id) - 1];
  }
}
