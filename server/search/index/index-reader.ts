import { statSync } from 'node:fs';
import type Database from 'libsql';
import { type IndexQuery, queryIndex } from './index-query.js';
import { hasTables } from './index-schema.js';
import { openIndex } from './open-index.js';
import { readProgress } from './search-index.js';
import type { Found, IndexStats } from './thread-messages.js';

/** The reading side of the index, in every process. The writer may be another process, which may replace the file. */
export class IndexReader {
  readonly #path: string;
  #open: { database: Database.Database; inode: number } | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Nothing is found while there is no index. @throws SqliteError */
  query(query: IndexQuery): Found {
    const database = this.#current();
    if (!database || !hasTables(database)) return { hits: [], percent: 0 };
    try {
      return { hits: queryIndex(database, query), percent: readProgress(database).percent };
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** @throws SqliteError */
  stats(): Omit<IndexStats, 'lagSeconds'> {
    const bytes = [this.#path, `${this.#path}-wal`]
      .map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0)
      .reduce((sum, size) => sum + size);
    const database = this.#current();
    if (!database || !hasTables(database)) return { messages: 0, bytes, percent: 0 };
    const { n } = database.prepare('SELECT count(*) AS n FROM docs').get() as { n: number };
    return { messages: n, bytes, percent: readProgress(database).percent };
  }

  close(): void {
    this.#open?.database.close();
    this.#open = null;
  }

  #current(): Database.Database | null {
    const inode = inodeOf(this.#path);
    if (this.#open && this.#open.inode !== inode) this.close();
    if (!this.#open && inode !== null) this.#open = { database: openIndex(this.#path), inode };
    return this.#open?.database ?? null;
  }
}

function inodeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null;
}
