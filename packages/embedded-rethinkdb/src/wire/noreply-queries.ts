/** The `noreply` queries of a connection, and the NOREPLY_WAIT requests that wait for them. */
export class NoreplyQueries {
  readonly #running = new Set<object>();
  #waits: { readonly pending: Set<object>; readonly callback: () => void }[] = [];

  add(query: object): void {
    this.#running.add(query);
  }

  /** A query has ended. Does nothing for a query that was not added. */
  complete(query: object): void {
    if (!this.#running.delete(query)) return;
    for (const { pending } of this.#waits) pending.delete(query);
    const completed = this.#waits.filter(({ pending }) => pending.size === 0);
    this.#waits = this.#waits.filter(({ pending }) => pending.size > 0);
    for (const { callback } of completed) callback();
  }

  /** The number of callbacks that wait. */
  get waitCount(): number {
    return this.#waits.length;
  }

  /** Calls back when all queries that are running now have ended; immediately if there are no such queries. */
  whenComplete(callback: () => void): void {
    if (this.#running.size === 0) callback();
    else this.#waits.push({ pending: new Set(this.#running), callback });
  }
}
