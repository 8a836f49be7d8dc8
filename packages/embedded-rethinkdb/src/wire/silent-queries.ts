/** The queries of a connection that get no response, and who waits until they are done (NOREPLY_WAIT). */
export class SilentQueries {
  readonly #running = new Set<object>();
  #waiting: { readonly before: Set<object>; readonly callback: () => void }[] = [];

  add(query: object): void {
    this.#running.add(query);
  }

  done(query: object): void {
    if (!this.#running.delete(query)) return;
    for (const { before } of this.#waiting) before.delete(query);
    const satisfied = this.#waiting.filter(({ before }) => before.size === 0);
    this.#waiting = this.#waiting.filter(({ before }) => before.size > 0);
    for (const { callback } of satisfied) callback();
  }

  /** How many callbacks wait. */
  get waits(): number {
    return this.#waiting.length;
  }

  /** Calls back when all that are running now are done; at once if none are. */
  whenDone(callback: () => void): void {
    if (this.#running.size === 0) callback();
    else this.#waiting.push({ before: new Set(this.#running), callback });
  }
}
