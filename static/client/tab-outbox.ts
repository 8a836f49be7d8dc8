import { type OutboxStorage, parseUnsent, type Unsent } from 'changeroom-client';
import { storageOf } from './page-storage.js';

/**
 * Keeps the unsent messages of this tab, so that another tab of the same user sends them if this one is closed.
 *
 * Each tab has an entry of its own in `localStorage` and holds a lock of the same name (Web Locks) as long as it is open.
 * Every other tab waits for that lock. The first one that gets it takes the messages over.
 */
export class TabOutbox implements OutboxStorage {
  readonly #storage: Storage;
  readonly #locks: LockManager;
  readonly #prefix: string;
  readonly #ownKey: string;
  readonly #awaited = new Set<string>();
  /** Receives the messages of closed tabs. */
  readonly #adopt: (messages: Unsent[]) => void;

  private constructor(
    { storage, locks, id_user }: { storage: Storage; locks: LockManager; id_user: string },
    adopt: (messages: Unsent[]) => void,
  ) {
    this.#storage = storage;
    this.#locks = locks;
    this.#prefix = `changeroom.outbox@${id_user}.`;
    this.#ownKey = `${this.#prefix}${crypto.randomUUID()}`;
    this.#adopt = adopt;
  }

  /** Falls back to the storage of the tab where browsers have no locks, which they offer over https and on localhost. */
  static open(id_user: string, adopt: (messages: Unsent[]) => void): OutboxStorage | null {
    const { locks } = navigator as { locks?: LockManager };
    const storage = localStorageOf();
    if (!locks || !storage) return storageOf('sessionStorage', id_user);
    const outbox = new TabOutbox({ storage, locks, id_user }, adopt);
    outbox.#hold();
    addEventListener('storage', ({ key }) => outbox.#awaitTab(key));
    return outbox;
  }

  /** A new outbox is empty: messages of other tabs are adopted. */
  getItem(): null {
    return null;
  }

  setItem(_key: string, value: string): void {
    if (parseUnsent(value).length > 0) this.#storage.setItem(this.#ownKey, value);
    else this.#storage.removeItem(this.#ownKey);
  }

  /** Holds the lock until the tab is closed, and begins to wait for the others. */
  #hold(): void {
    void this.#locks.request(this.#ownKey, () => new Promise(() => {}));
    for (const key of Object.keys(this.#storage)) this.#awaitTab(key);
  }

  #awaitTab(key: string | null): void {
    if (!key?.startsWith(this.#prefix) || key === this.#ownKey || this.#awaited.has(key)) return;
    this.#awaited.add(key);
    void this.#locks.request(key, () => {
      this.#awaited.delete(key);
      const messages = parseUnsent(this.#storage.getItem(key));
      this.#storage.removeItem(key);
      if (messages.length > 0) this.#adopt(messages);
    });
  }
}

function localStorageOf(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
