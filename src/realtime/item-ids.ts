// Which id of ours an upstream's id stands for (rule 4). Ids in store and page are ours and outlive every session;
// an upstream makes up its own, and a replayed item carries ours.

export class ItemIds {
  readonly #ours = new Map<string, string>();
  readonly #upstream = new Map<string, string>();

  pair(ours: string, upstream: string): void {
    this.#ours.set(upstream, ours);
    this.#upstream.set(ours, upstream);
  }

  ours(upstream: string): string | undefined {
    return this.#ours.get(upstream);
  }

  upstream(ours: string): string | undefined {
    return this.#upstream.get(ours);
  }

  forget(ours: string): void {
    const upstream = this.#upstream.get(ours);
    if (upstream !== undefined) this.#ours.delete(upstream);
    this.#upstream.delete(ours);
  }
}
