import type { Datum } from '../datum/datum.js';
import type { ReqlError } from '../datum/reql-error.js';
import type { Feed, ItemTransform } from './feed.js';

/** Several open feeds as one: `a.changes().union(b.changes())`. It fails as soon as one of them fails. */
export class UnionFeed implements Feed {
  after: ItemTransform = (item) => [item];
  readonly #feeds: readonly Feed[];
  #isFinished = false;

  constructor(feeds: readonly Feed[]) {
    this.#feeds = feeds;
  }

  get error(): ReqlError | undefined {
    return this.#feeds.find((feed) => feed.error)?.error;
  }

  get isEnded(): boolean {
    return this.#isFinished || this.error !== undefined || this.#feeds.every((feed) => feed.isEnded);
  }

  take(max: number): Datum[] {
    const taken: Datum[] = [];
    for (const feed of this.#feeds) {
      while (taken.length < max && !this.#isFinished) {
        const [item] = feed.take(1);
        if (item === undefined) break;
        taken.push(...this.after(item));
      }
    }
    return taken;
  }

  onReady(callback: () => void): void {
    let isWaiting = true;
    const once = () => {
      if (!isWaiting) return;
      isWaiting = false;
      callback();
    };
    for (const feed of this.#feeds) feed.onReady(once);
  }

  finish(): void {
    this.close();
  }

  close(): void {
    this.#isFinished = true;
    for (const feed of this.#feeds) feed.close();
  }
}
