import type { Message } from '../../protocol/message.js';

/** UTF-16 code units of bodies that wait to be written; beyond it, changes are dropped and found by the next comparison. */
const MAX_PENDING_LENGTH = 16_000_000;
/** Counted for each change, beside the body. */
const CHANGE_LENGTH = 200;

/** Changes that the feed has reported and the index does not have yet: the newest of each message. */
export class PendingChanges {
  #changes = new Map<string, Message | null>();
  #length = 0;
  /** Ids of changes since `watch`, also of those that were taken. */
  #watched: Set<string> | null = null;

  /** @returns false if there are too many changes: all of them were dropped */
  add(id: string, message: Message | null): boolean {
    this.#watched?.add(id);
    this.#changes.set(id, message);
    this.#length += CHANGE_LENGTH + (message?.body.length ?? 0);
    if (this.#length <= MAX_PENDING_LENGTH) return true;
    this.take();
    return false;
  }

  get isEmpty(): boolean {
    return this.#changes.size === 0;
  }

  take(): { id: string; message: Message | null }[] {
    const changes = [...this.#changes].map(([id, message]) => ({ id, message }));
    this.#changes = new Map();
    this.#length = 0;
    return changes;
  }

  /** Collects the ids of changes from now on. A concurrent query may read older states than these changes. */
  watch(): Set<string> {
    this.#watched = new Set();
    return this.#watched;
  }
}
