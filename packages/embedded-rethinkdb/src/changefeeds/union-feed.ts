import type { Datum } from '../values/datum.js';
import type { ReqlError } from '../values/reql-error.js';
import type { Feed, ItemTransform } from './feed.js';

/** Several open feeds as one: `a.changes().union(b.changes())`. It fails with the first that fails. */
export class UnionFeed implements Feed {
  after: ItemTransform = (item) => [item];
  readonly #feeds: readonly Feed[];
  #finished = false;

  constructor(feeds: readonly Feed[]) {
    this.#feeds = feeds;
  }

  get error(): ReqlError | undefined {
    return this.#feeds.find((feed) => feed.error)?.error;
  }

  get ended(): boolean {
    return this.#finished || this.error !== undefined || this.#feeds.every((feed) => feed.ended);
  }

  take(max: number): Datum[] {
    const taken: Datum[] = [];
    for (const feed of this.#feeds) {
      while (taken.length < max && !this.#finished) {
        const [item] = feed.take(1);
        if (item === undefined) break;
        taken.push(...this.after(item));
      }
    }
    return taken;
  }

  onReady(callback: () => void): void {
    let waiting = true;
    const once = () => {
      if (!waiting) return;
      waiting = false;
      callback();
    };
    for (const feed of this.#feeds) feed.onReady(once);
  }

  finish(): void {
    this.close();
  }

  close(): void {
    this.#finished = true;
    for (const feed of this.#feeds) feed.close();
  }
}
