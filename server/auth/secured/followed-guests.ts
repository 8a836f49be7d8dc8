import type { CredentialTable } from '../../database/tables/credential-table.js';

/** The guests of open sockets and event streams: reports when they may have secured or released their name. */
export class FollowedGuests {
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor({ cache }: Pick<CredentialTable, 'cache'>) {
    cache.on('changed', (before, after) => {
      const id_user = (after ?? before)?.id_user;
      if (id_user !== undefined) this.#changed(id_user);
    });
    // Changes of rows that were not cached may have been missed.
    cache.on('resynchronised', () => {
      for (const id_user of this.#listeners.keys()) this.#changed(id_user);
    });
  }

  /** @returns a function that stops following */
  follow(id_user: string, onChange: () => void): () => void {
    const listeners = this.#listeners.get(id_user) ?? new Set();
    this.#listeners.set(id_user, listeners);
    listeners.add(onChange);
    return () => {
      listeners.delete(onChange);
      if (listeners.size === 0) this.#listeners.delete(id_user);
    };
  }

  #changed(id_user: string): void {
    for (const listener of [...(this.#listeners.get(id_user) ?? [])]) listener();
  }
}
