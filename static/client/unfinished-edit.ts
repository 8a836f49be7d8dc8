import type { PageStorage } from './page-storage.js';

/** The edit that is in progress in a room, which survives a reload of the tab. */
export class UnfinishedEdit {
  readonly #storage: PageStorage | null;
  readonly #key: string;

  constructor(room: string, storage: PageStorage | null) {
    this.#storage = storage;
    this.#key = `changeroom.edit.${room}`;
  }

  read(): { id: string; text: string } | null {
    try {
      const stored: unknown = JSON.parse(this.#storage?.getItem(this.#key) ?? 'null');
      if (typeof stored !== 'object' || stored === null) return null;
      const { id, text }: { id?: unknown; text?: unknown } = stored;
      return typeof id === 'string' && typeof text === 'string' ? { id, text } : null;
    } catch {
      return null;
    }
  }

  save(id: string, text: string): void {
    try {
      this.#storage?.setItem(this.#key, JSON.stringify({ id, text }));
    } catch {
      // A full storage: the edit is lost when the page is reloaded.
    }
  }

  clear(): void {
    this.#storage?.removeItem(this.#key);
  }
}
